import Testing

@testable import NetsyncCLI

struct TerminalTextTests {
  @Test func `a name with a right-to-left override never reaches a terminal raw`() {
    #expect(TerminalText("user\u{202E}gpj.exe").string == #"user\u{202E}gpj.exe"#)
  }

  @Test(
    arguments: [
      ("prod", "prod"), ("", ""), ("grüße, 日本 — ok", "grüße, 日本 — ok"), (#"back\slash"#, #"back\slash"#),
      ("a\nb\tc\rd", #"a\nb\tc\rd"#), ("a\r\nb", #"a\r\nb"#), ("\u{1B}[2J", #"\u{1B}[2J"#), ("\0", #"\u{0}"#),
      ("\u{7F}", #"\u{7F}"#), ("\u{9B}31m", #"\u{9B}31m"#), ("\u{200B}", #"\u{200B}"#), ("\u{FEFF}", #"\u{FEFF}"#),
      ("a\u{2028}\u{2029}", #"a\u{2028}\u{2029}"#), ("\u{E0041}", #"\u{E0041}"#), ("\u{AD}", #"\u{AD}"#),
      ("👩\u{200D}🚀", #"👩\u{200D}🚀"#), ("❤\u{FE0F}", #"❤\u{FE0F}"#), ("\u{3164}", #"\u{3164}"#),
      ("\u{301}x", #"\u{301}x"#), ("e\u{301}", "e\u{301}"), ("\u{378}", #"\u{378}"#), ("\u{FFFF}", #"\u{FFFF}"#),
    ]
  )
  func `text is shown so that everything in it is seen`(raw: String, shown: String) {
    #expect(TerminalText(raw).string.unicodeScalars.elementsEqual(shown.unicodeScalars))
  }

  @Test(
    arguments: [
      0x00...0x1F, 0x7F...0x9F, 0xAD...0xAD, 0x61C...0x61C, 0x180B...0x180F, 0x200B...0x200F, 0x2028...0x202E,
      0x2060...0x206F, 0xFE00...0xFE0F, 0xFEFF...0xFEFF, 0xFFF9...0xFFFB, 0xFFFE...0xFFFF, 0x1D173...0x1D17A,
      0xE0000...0xE0FFF, 0x10FFFE...0x10FFFF,
    ] as [ClosedRange<UInt32>]
  )
  func `no character of a dangerous range gets through`(range: ClosedRange<UInt32>) {
    for scalar in range.compactMap(Unicode.Scalar.init(_:) as (UInt32) -> Unicode.Scalar?) {
      let shown = TerminalText("a\(Character(scalar))b").string
      #expect(!shown.unicodeScalars.contains(scalar))
      #expect(shown.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }
  }

  @Test func `interpolated names are escaped as well`() {
    let name = "\u{1B}c"
    let text: TerminalText = "rename \(name)"
    #expect(text.string == #"rename \u{1B}c"#)
    #expect("\(text)" == text.string)
  }

  @Test(
    arguments: [
      ("abcdef", 6, "abcdef"), ("abcdef", 5, "ab…ef"), ("abcdef", 4, "ab…f"), ("abcdef", 2, "a…"), ("abcdef", 1, "…"),
      ("abcdef", 0, ""), ("abcdef", -1, ""),
      ("日本語", 6, "日本語"), ("日本語", 5, "日…語"), ("日本語", 4, "日…"), ("日本語", 2, "…"), ("e\u{301}e\u{301}x", 2, "e\u{301}…"),
      ("🇩🇪🇫🇷", 3, "…🇫🇷"), ("🇩🇪🇫🇷", 2, "…"), ("", 0, ""),
    ]
  )
  func `text is cut between characters`(raw: String, width: Int, shown: String) {
    #expect(TerminalText(raw).fitted(to: width).string == shown)
  }

  @Test(arguments: TrickyNames.all)
  func `a cut text is never wider than asked`(name: String) {
    let text = TerminalText(name)
    for width in 0...text.width + 1 {
      let fitted = text.fitted(to: width)
      #expect(fitted.width <= width)
      #expect(fitted.width == fitted.string.reduce(0) { $0 + DisplayWidth.columns(of: $1) })
    }
  }
}
