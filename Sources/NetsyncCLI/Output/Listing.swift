/// A list as an answer: rows of cells under columns, ready for every output format.
///
/// Long lists need not be held in memory: a ``Projection`` makes a ``RowRenderer`` that takes one row after the other.
struct Listing: Sendable, Hashable {
  /// One cell for each column of the list, in the order of the columns. What is missing at the end is null.
  typealias Row = [Cell]

  /// The columns, and which of them are wanted.
  let projection: Projection
  /// The rows in the order in which they are shown.
  let rows: [Row]

  /// Puts rows under columns.
  init(_ projection: Projection, rows: [Row]) {
    self.projection = projection
    self.rows = rows
  }

  /// Renders the list piece by piece. Every piece consists of whole lines, but for those of a JSON array.
  ///
  /// - Parameters:
  ///   - format: The form of the answer.
  ///   - destination: Where the answer is going.
  ///   - sink: Takes each piece. What it throws ends the rendering.
  func render<Failure: Error>(
    as format: OutputFormat,
    on destination: Destination,
    to sink: (String) throws(Failure) -> Void
  ) throws(Failure) {
    var renderer = projection.renderer(for: format, on: destination)
    try sink(renderer.start())
    for row in rows {
      try sink(renderer.row(row))
    }
    try sink(renderer.end())
  }
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
