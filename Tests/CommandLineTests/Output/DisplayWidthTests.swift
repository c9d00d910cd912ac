import Testing

@testable import NetsyncCLI

struct DisplayWidthTests {
  @Test(
    arguments: [
      ("a", 1), ("é", 1), ("e\u{301}", 1), ("ß", 1), ("Ж", 1), ("א", 1), ("…", 1), ("日", 2), ("か", 2), ("ｶ", 1),
      ("Ａ", 2),
      ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("𠀀", 2), ("😀", 2), ("🇩🇪", 2), ("☺", 1), ("\u{E000}", 1), ("ก็", 1),
    ] as [(Character, Int)]
  )
  func `a character takes the columns that a terminal gives it`(character: Character, columns: Int) {
    #expect(DisplayWidth.columns(of: character) == columns)
  }
}
