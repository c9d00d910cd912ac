import NetsyncModel
import Testing

@testable import NetsyncCLI

/// What the API refused for one reason is one thing to mend.
struct RefusalsTests {
  private static let tooLong = APIErrorDetail(status: 422, code: "10015", title: "Bad Request", pointer: "/name")
  private static let taken = APIErrorDetail(status: 422, code: "10012", title: "Duplicate", pointer: "/name")

  @Test func `refused edits are told by the server's words, the most frequent first`() {
    let lines = Self.lines([
      (3, Self.taken), (4, Self.tooLong), (5, Self.tooLong), (6, Self.tooLong), (9, Self.tooLong), (12, Self.taken),
    ])
    #expect(
      lines == [
        "4 refused: 422 10015 Bad Request (/name): edits 4-6, 9", "2 refused: 422 10012 Duplicate (/name): edits 3, 12",
      ]
    )
  }

  @Test func `details that name each edit do not keep them apart`() {
    var one = Self.tooLong
    one.detail = "'a' is too long"
    var other = Self.tooLong
    other.detail = "'b' is too long"
    #expect(Self.lines([(1, one), (2, other)]) == ["2 refused: 422 10015 Bad Request (/name): edits 1-2"])
  }

  @Test func `each of status, code, title and pointer keeps them apart`() {
    let others = [
      APIErrorDetail(status: 400, code: "10015", title: "Bad Request", pointer: "/name"),
      APIErrorDetail(status: 422, code: "10016", title: "Bad Request", pointer: "/name"),
      APIErrorDetail(status: 422, code: "10015", title: "Bad", pointer: "/name"),
      APIErrorDetail(status: 422, code: "10015", title: "Bad Request", pointer: nil),
    ]
    for other in others {
      #expect(Self.lines([(1, Self.tooLong), (2, other)]).count == 2)
    }
  }

  @Test func `an edit that was refused without a word is told so`() {
    #expect(Self.lines([(7, nil)]) == ["1 refused: no reason given: edit 7"])
  }

  @Test func `what the server says never reaches the terminal raw`() {
    let hostile = APIErrorDetail(status: 422, title: "\u{1B}[2J\u{202E}")
    let line = Self.lines([(1, hostile)]).joined()
    #expect(!line.contains("\u{1B}") && !line.unicodeScalars.contains("\u{202E}"))
  }

  @Test func `edits that are not refused are not told`() {
    let waiting = OutboxOperation(
      edit: EditNumber(rawValue: 1),
      network: NetworkKey(rawValue: 1),
      intent: .delete,
      editedAt: Timestamp(microseconds: 0),
      failure: Self.taken
    )
    #expect(Refusals.grouped([waiting]).isEmpty)
  }

  private static func lines(_ refused: [(edit: Int64, words: APIErrorDetail?)]) -> [String] {
    let operations = refused.map { edit, words in
      OutboxOperation(
        edit: EditNumber(rawValue: edit),
        network: NetworkKey(rawValue: edit),
        intent: .create(NetworkName("lab")),
        editedAt: Timestamp(microseconds: 0),
        state: .refused,
        failure: words
      )
    }
    return Refusals.grouped(operations).map(\.line.string)
  }
}
