/// How wide the columns of a table become.
struct TableLayout: Sendable, Hashable {
  /// What a column wants.
  struct Measure: Sendable, Hashable {
    /// The columns of a terminal that its widest cell takes.
    let natural: Int
    /// The columns of a terminal below which it is not cut.
    let minimum: Int

    /// A column that is never cut.
    init(fixed width: Int) {
      natural = width
      minimum = width
    }

    /// A column that may be cut, down to its header or to eight columns, whichever is more.
    init(flexible width: Int, header: Int) {
      natural = width
      minimum = min(width, max(header, 8))
    }
  }

  /// The columns of a terminal between two columns of the table.
  static let gap = 2

  /// The widths of those columns that are shown: these are the first ones of the table.
  let widths: [Int]

  /// Fits a table into a terminal. The widest column that may be cut gives way first. Where that is not enough,
  /// columns are dropped from the right. The last one that is left is cut whatever it is.
  ///
  /// - Parameters:
  ///   - measures: One for each column, from the left.
  ///   - limit: The columns of the terminal; nil where nothing is cut.
  init(_ measures: [Measure], within limit: Int?) {
    guard let limit else {
      widths = measures.map(\.natural)
      return
    }
    for count in stride(from: measures.count, to: 1, by: -1) {
      if let widths = Self.shrunk(measures.prefix(count), within: limit) {
        self.widths = widths
        return
      }
    }
    widths = measures.prefix(1).map { min($0.natural, max(limit, 0)) }
  }

  private static func shrunk(_ measures: ArraySlice<Measure>, within limit: Int) -> [Int]? {
    let available = limit - gap * (measures.count - 1)
    let least = measures.reduce(0) { $0 + $1.minimum }
    guard least <= available else { return nil }
    // No column can be wider than the terminal, so the loop below is short however long a cell is.
    var widths = measures.map { max($0.minimum, min($0.natural, available)) }
    var excess = widths.reduce(0, +) - available
    while excess > 0 {
      let candidates = zip(widths.indices, measures).filter { index, measure in widths[index] > measure.minimum }
      guard let (widest, _) = candidates.max(by: { widths[$0.0] < widths[$1.0] }) else { return nil }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }
}
