import NetsyncModel
import Testing

/// Names are bytes (R3), and hardly any is refused.
struct NetworkNameTests {
  @Test(
    arguments: [
      ("caf\u{E9}", "cafe\u{301}"),
      ("Z\u{FC}rich", "Zu\u{308}rich"),
      ("\u{212B}", "\u{C5}"),
      ("\u{AC00}", "\u{1100}\u{1161}"),
    ]
  )
  func `a composed and a decomposed name are two names`(_ composed: String, _ decomposed: String) {
    #expect(composed == decomposed, "to Swift they are the same text, or this proves nothing")
    #expect(NetworkName(composed) != NetworkName(decomposed))
    #expect(Set([NetworkName(composed), NetworkName(decomposed)]).count == 2)
  }

  @Test(arguments: [" lab", "lab ", "LAB", "lab\u{200B}", "1ab", "l\u{430}b", "lab\0"])
  func `names that look alike are two names`(_ name: String) {
    #expect(NetworkName(name) != NetworkName("lab"))
    #expect(NetworkName(name) == NetworkName(name))
  }

  @Test(arguments: ["", " ", "\0", "caf\u{E9}", "cafe\u{301}", "\u{202E}rtl", "東京 🛰"])
  func `whatever name the server sends is kept byte for byte`(_ name: String) {
    #expect(NetworkName(name).text.utf8.elementsEqual(name.utf8))
    #expect(NetworkName(name).description.utf8.elementsEqual(name.utf8))
  }

  @Test(arguments: ["lab", " lab ", "0", "-", "a\tb", "caf\u{E9}", "cafe\u{301}", "🛰", "= 1 + 1", "\u{1B}[31m"])
  func `a name that a server may take is asked for byte for byte`(_ name: String) throws {
    #expect(try NetworkName(edited: name).text.utf8.elementsEqual(name.utf8))
  }

  @Test(arguments: ["", " ", "   ", "\t", "\r\n", "\u{A0}", "\u{2003}", "\u{2028}", "\u{3000}"])
  func `a blank name is refused before it is queued`(_ name: String) {
    #expect(throws: NameRefused.blank) { try NetworkName(edited: name) }
  }

  @Test(arguments: ["\0", "lab\0", "\0lab", "l\0ab", " \0 "])
  func `a name with a NUL is refused before it is queued`(_ name: String) {
    #expect(throws: NameRefused.holdsNUL) { try NetworkName(edited: name) }
  }
}
