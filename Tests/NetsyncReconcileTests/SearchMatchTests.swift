import NetsyncReconcile
import Testing

@Suite struct SearchMatchTests {
  struct Case: Sendable {
    var texts: [String]
    var name: String?
    var match: SearchMatch?
  }

  private static let id = "5f3a0c42-fd7e-4ffd-9eec-143ed4bc8401"

  // swift-format-ignore
  @Test(arguments: [
    Case(texts: ["lab"], name: "Lab", match: .whole),
    Case(texts: ["my", "lab"], name: "my lab", match: .whole),
    Case(texts: [id], name: "lab", match: .whole),
    Case(texts: [id.uppercased()], name: nil, match: .whole),
    Case(texts: ["lab"], name: "lab-eu", match: .beginning),
    Case(texts: ["LAB", "eu"], name: "lab-eu", match: .beginning),
    Case(texts: ["eu", "lab"], name: "lab-eu", match: .word),
    Case(texts: ["eu"], name: "collab eu", match: .word),
    Case(texts: ["lab"], name: "collab lab", match: .word),
    Case(texts: ["ÉDGE"], name: "an édge", match: .word),
    Case(texts: ["lab"], name: "collaboration", match: .inside),
    Case(texts: ["lab", "oration"], name: "a labo oration", match: .word),
    Case(texts: ["dge"], name: "édge", match: .inside),
    Case(texts: ["5f3a"], name: "lab-eu", match: .id),
    Case(texts: ["lab", "143ed"], name: "lab-eu", match: .id),
    Case(texts: ["lab", "us"], name: "lab-eu", match: nil),
    Case(texts: ["lab"], name: nil, match: nil),
    Case(texts: ["lab-eu-1"], name: "lab-eu", match: nil),
  ])
  func `the best match that there is`(_ search: Case) {
    let texts = search.texts.map { WantedText($0) }
    #expect(match(texts, name: search.name, ids: [Self.id]) == search.match)
  }

  @Test func `a whole name is better than a part of it, and any part better than an id`() {
    #expect(SearchMatch.allCases == SearchMatch.allCases.sorted())
    #expect(SearchMatch.allCases == [.whole, .beginning, .word, .inside, .id, .interface])
  }
}
