/// Turns rows into text, one after the other. Nothing is written here: every step returns what is due for output.
protocol RowRenderer: Sendable {
  /// What comes before the first row.
  mutating func start() -> String

  /// What one row adds. Empty where the renderer waits for more rows.
  mutating func row(_ row: Listing.Row) -> String

  /// What was held back, when nobody knows whether another row comes.
  mutating func flush() -> String

  /// What comes after the last row.
  mutating func end() -> String
}

extension RowRenderer {
  /// Most formats begin with their first row.
  func start() -> String {
    ""
  }

  /// Most formats hold nothing back.
  func flush() -> String {
    ""
  }

  /// Most formats end with their last row.
  func end() -> String {
    ""
  }
}

extension Projection {
  /// The renderer of a format. Call `start` once, `row` for each row, `end` once.
  ///
  /// - Parameter isEndless: nobody knows how many rows come, and when.
  func renderer(
    for format: OutputFormat,
    on destination: Destination,
    isEndless: Bool = false
  ) -> any RowRenderer {
    let slots = slots(for: format)
    return switch format {
    case .table: TableRows(slots, width: destination.width, style: destination.style, isEndless: isEndless)
    case .wide: TableRows(slots, width: nil, style: destination.style, isEndless: isEndless)
    case .json: JSONArrayRows(slots, onTerminal: destination.isTerminal)
    case .jsonl: JSONLineRows(slots, onTerminal: destination.isTerminal)
    case .csv: CSVRows(slots, onTerminal: destination.isTerminal)
    case .tsv: TSVRows(slots, onTerminal: destination.isTerminal)
    case .id: IdentifierRows(slots, onTerminal: destination.isTerminal)
    }
  }
}
