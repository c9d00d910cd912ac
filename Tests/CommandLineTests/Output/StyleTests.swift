import Testing

@testable import NetsyncCLI

struct StyleTests {
  @Test(
    arguments: [
      (.always, false, ["NO_COLOR": "1", "TERM": "dumb"], true),
      (.never, true, [:], false),
      (.auto, true, [:], true),
      (.auto, true, ["TERM": "xterm-256color"], true),
      (.auto, true, ["TERM": "dumb"], false),
      (.auto, true, ["NO_COLOR": "1"], false),
      (.auto, true, ["NO_COLOR": "0"], false),
      (.auto, true, ["NO_COLOR": ""], true),
      (.auto, false, [:], false),
    ] as [(ColorChoice, Bool, [String: String], Bool)]
  )
  func `a stream is coloured only where that is wanted`(
    color: ColorChoice,
    isTerminal: Bool,
    environment: [String: String],
    isColored: Bool
  ) {
    let style = Style(color: color, isTerminal: isTerminal, environment: environment)
    #expect(style.isColored == isColored)
  }

  @Test(
    arguments: [
      (.plain, "lab"), (.bold, "\u{1B}[1mlab\u{1B}[0m"), (.dim, "\u{1B}[2mlab\u{1B}[0m"),
      (.red, "\u{1B}[31mlab\u{1B}[0m"), (.yellow, "\u{1B}[33mlab\u{1B}[0m"), (.green, "\u{1B}[32mlab\u{1B}[0m"),
    ] as [(Style.Tone, String)]
  )
  func `a tone begins and ends with its text`(tone: Style.Tone, text: String) {
    #expect(Style(isColored: true).paint(tone, to: "lab") == text)
    #expect(Style(isColored: true).paint(tone, to: "") == "")
    #expect(Style.plain.paint(tone, to: "lab") == "lab")
  }

  @Test func `a name cannot bring its own colour`() {
    #expect(Style(isColored: true).paint(.plain, to: TerminalText("\u{1B}[31m")) == #"\u{1B}[31m"#)
  }
}
