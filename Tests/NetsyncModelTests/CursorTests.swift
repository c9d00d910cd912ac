import Foundation
import NetsyncModel
import Testing

/// Numbers of edits and changes can be kept, as text or in a document.
@Suite struct CursorTests {
  @Test(arguments: [0, 1, 42, .max] as [Int64])
  func `a number comes back from its text and from JSON`(rawValue: Int64) throws {
    let change = ChangeNumber(rawValue: rawValue)
    let edit = EditNumber(rawValue: rawValue)
    #expect(change.description == String(rawValue))
    #expect(ChangeNumber(change.description) == change)
    #expect(EditNumber(edit.description) == edit)
    let json = try JSONEncoder().encode([change])
    #expect(String(decoding: json, as: UTF8.self) == "[\(rawValue)]")
    #expect(try JSONDecoder().decode([ChangeNumber].self, from: json) == [change])
    #expect(try JSONDecoder().decode([EditNumber].self, from: JSONEncoder().encode([edit])) == [edit])
  }

  @Test(arguments: ["", " 1", "1 ", "+1", "-1", "01", "1.0", "0x1", "one", "9223372036854775808"])
  func `other texts are no numbers`(text: String) {
    #expect(ChangeNumber(text) == nil)
    #expect(EditNumber(text) == nil)
  }
}
