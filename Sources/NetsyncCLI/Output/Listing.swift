/// A list as an answer: rows of cells under columns, ready for every output format.
///
/// Long lists need not be held in memory: a ``Projection`` makes a ``RowRenderer`` that takes one row after the other.
enum Listing {
  /// One cell for each column of the list, in the order of the columns. What is missing at the end is null.
  typealias Row = [Cell]
}

extension Listing {
  /// One value of a row.
  struct Cell: Sendable, Hashable {
    /// The exact value, for every format that programs read.
    let value: JSONText
    /// What people see in its place, such as a relative date; nil where they see the value itself.
    let text: String?
    /// How people see it where there is colour.
    let tone: Style.Tone

    /// A cell with nothing in it.
    static let null = Cell(.null)

    /// A value, and how people see it.
    init(_ value: JSONText, text: String? = nil, tone: Style.Tone = .plain) {
      self.value = value
      self.text = text
      self.tone = tone
    }
  }
}
