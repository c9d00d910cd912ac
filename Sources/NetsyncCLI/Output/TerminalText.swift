/// Text that can be shown on a terminal, whoever wrote it.
///
/// The names of networks come from outside. Raw, they could move the cursor, set the title of the window, or make one
/// name look like another. A value of this type exists only in its escaped form, so what is printed for people is safe
/// by its type. It is one line always.
///
/// | from outside | shown |
/// |---|---|
/// | `prod` | `prod` |
/// | a newline, a tab, a carriage return | `\n` `\t` `\r` |
/// | any other control: C0, DEL, C1 | `\u{1B}` |
/// | bidirectional controls, zero-width and other invisible characters, tags, variation selectors | `\u{202E}` |
/// | line and paragraph separators, unassigned code points | `\u{2028}` |
/// | a combining mark that has nothing to combine with | `\u{301}` |
///
/// A backslash stays single. This text is for the eye; JSON and TSV are there for what must be read back.
struct TerminalText: Sendable, Hashable {
  /// The escaped text.
  let string: String
  /// The columns it takes on a terminal.
  let width: Int

  /// Escapes text from outside.
  init(_ raw: String) {
    if raw.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
      self.init(safe: raw, width: raw.utf8.count)
      return
    }
    var safe = String.UnicodeScalarView()
    for (offset, scalar) in raw.unicodeScalars.enumerated() {
      let isLoneMark = offset == 0 && scalar.properties.generalCategory.isMark
      if isLoneMark || Self.mustEscape(scalar) {
        safe.append(contentsOf: Self.escape(of: scalar).unicodeScalars)
      } else {
        safe.append(scalar)
      }
    }
    let width = safe.reduce(0) { $0 + DisplayWidth.columns(of: $1) }
    self.init(safe: String(safe), width: width)
  }

  private init(safe string: String, width: Int) {
    self.string = string
    self.width = width
  }

  /// The text within a number of columns. What does not fit is cut between two characters as people see them, and `…`
  /// stands for it. The result may be a column short, never too wide.
  func fitted(to limit: Int) -> TerminalText {
    if width <= limit { return self }
    if limit < 1 { return TerminalText(safe: "", width: 0) }
    var kept = ""
    var used = 0
    for character in string {
      let columns = DisplayWidth.columns(of: character)
      // One column is for the ellipsis.
      if used + columns > limit - 1 { break }
      kept.append(character)
      used += columns
    }
    return TerminalText(safe: kept + "…", width: used + 1)
  }
}

extension TerminalText: CustomStringConvertible, ExpressibleByStringInterpolation {
  /// The escaped text.
  var description: String { string }

  /// Escapes as every other initializer does: an interpolated name is text from outside.
  init(stringLiteral value: String) {
    self.init(value)
  }
}

extension TerminalText {
  /// Whether a character must not reach a terminal: a control, or something that is there and cannot be seen.
  ///
  /// The sources are the Unicode properties General_Category (Cc, Cf, Zl, Zp, Cn) and Default_Ignorable_Code_Point.
  /// They take in every bidirectional control and every zero-width character. The selectors and joiners inside some
  /// emoji fall under this too: with them the width of the text would differ from terminal to terminal.
  static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
    if (0x20...0x7E).contains(scalar.value) { return false }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
    default: scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  private static func escape(of scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\t": "\\t"
    case "\r": "\\r"
    default: "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isMark: Bool {
    self == .nonspacingMark || self == .enclosingMark || self == .spacingMark
  }
}
