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
