/// What `--color` says.
enum ColorChoice: String, Sendable, CaseIterable {
  /// Colour where a person looks and has not objected.
  case auto
  /// Colour, even into a file.
  case always
  /// No colour.
  case never
}

/// Whether one stream gets colour, and how. Each stream has its own: stdout can be a file while stderr is a terminal.
struct Style: Sendable, Hashable {
  /// What a piece of text wants to say by its looks.
  enum Tone: Sendable, Hashable, CaseIterable {
    /// Nothing special.
    case plain
    /// A heading, or the one thing to see.
    case bold
    /// Less important than the rest.
    case dim
    /// Failed, or refused.
    case red
    /// Needs a look, or a decision.
    case yellow
    /// All is well.
    case green
  }

  /// Whether tones are seen at all.
  let isColored: Bool

  /// No colour.
  static let plain = Style(isColored: false)

  /// Colour or not, as already decided.
  init(isColored: Bool) {
    self.isColored = isColored
  }

  /// Decides for one stream. The flag wins over the environment.
  ///
  /// | `--color` | terminal | `NO_COLOR` | `TERM` | colour |
  /// |---|---|---|---|---|
  /// | `always` | any | any | any | yes |
  /// | `never` | any | any | any | no |
  /// | `auto` | no | any | any | no |
  /// | `auto` | yes | not empty | any | no |
  /// | `auto` | yes | empty or absent | `dumb` | no |
  /// | `auto` | yes | empty or absent | any other | yes |
  ///
  /// The source for `NO_COLOR` is <https://no-color.org>.
  init(color: ColorChoice, isTerminal: Bool, environment: [String: String]) {
    switch color {
    case .always: isColored = true
    case .never: isColored = false
    case .auto:
      let isUnwanted = !(environment["NO_COLOR"] ?? "").isEmpty
      isColored = isTerminal && !isUnwanted && environment["TERM"] != "dumb"
    }
  }

  /// The text in a tone: between SGR sequences (ECMA-48, section 8.3.117), or as it is.
  func paint(_ tone: Tone, to text: TerminalText) -> String {
    guard isColored, let code = tone.code, !text.string.isEmpty else { return text.string }
    return "\u{1B}[\(code)m\(text.string)\u{1B}[0m"
  }
}

extension Style.Tone {
  fileprivate var code: Int? {
    switch self {
    case .plain: nil
    case .bold: 1
    case .dim: 2
    case .red: 31
    case .green: 32
    case .yellow: 33
    }
  }
}
