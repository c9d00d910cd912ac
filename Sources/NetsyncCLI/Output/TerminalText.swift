import Netsync

/// Text that can be shown on a terminal, whoever wrote it.
///
/// The names of networks come from outside. Raw, they could move the cursor, set the title of the window, or make one
/// name look like another. A value of this type exists only in its escaped form, so what is printed for people is safe
/// by its type. It is one line always. How it is escaped is told at `madeVisible`.
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
    let safe = raw.madeVisible
    let width = safe.unicodeScalars.reduce(0) { $0 + DisplayWidth.columns(of: $1) }
    self.init(safe: safe, width: width)
  }

  private init(safe string: String, width: Int) {
    self.string = string
    self.width = width
  }

  /// The text within a number of columns. What does not fit is cut out of the middle, between two characters as people see them, and `…`
  /// stands for it: names are told apart by their ends as well. The result may be a column short, never too wide.
  func fitted(to limit: Int) -> TerminalText {
    if width <= limit { return self }
    if limit < 1 { return TerminalText(safe: "", width: 0) }
    // One column is for the ellipsis.
    let (head, headWidth) = Self.prefix(of: string, within: limit / 2)
    let (tail, tailWidth) = Self.prefix(of: string.reversed(), within: limit - 1 - headWidth)
    return TerminalText(safe: head + "…" + String(tail.reversed()), width: headWidth + 1 + tailWidth)
  }

  private static func prefix(of characters: some Sequence<Character>, within limit: Int) -> (kept: String, width: Int) {
    var (kept, used) = ("", 0)
    for character in characters {
      let columns = DisplayWidth.columns(of: character)
      if used + columns > limit { break }
      kept.append(character)
      used += columns
    }
    return (kept, used)
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
