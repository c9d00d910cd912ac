/// Where an answer is going, as far as its looks depend on it.
struct Destination: Sendable, Hashable {
  /// Whether a terminal shows it, so that nothing from outside may get there raw.
  let isTerminal: Bool
  /// The columns that a table is fitted to; nil where nothing is cut.
  let width: Int?
  /// Colour, or none.
  let style: Style

  /// A file or a pipe: nothing is cut, nothing is coloured, the text is exact.
  static let file = Destination(isTerminal: false, width: nil, style: .plain)

  /// Puts together what is known about a stream.
  init(isTerminal: Bool, width: Int?, style: Style) {
    self.isTerminal = isTerminal
    self.width = width
    self.style = style
  }
}
