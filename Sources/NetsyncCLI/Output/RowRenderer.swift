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
  func renderer(for format: OutputFormat, on destination: Destination) -> any RowRenderer {
    let slots = slots(for: format)
    return switch format {
    case .table: TableRows(slots, width: destination.width, style: destination.style)
    case .wide: TableRows(slots, width: nil, style: destination.style)
    case .json: JSONArrayRows(slots, onTerminal: destination.isTerminal)
    case .jsonl: JSONLineRows(slots, onTerminal: destination.isTerminal)
    case .csv: CSVRows(slots, onTerminal: destination.isTerminal)
    case .tsv: TSVRows(slots, onTerminal: destination.isTerminal)
    case .id: IdentifierRows(slots, onTerminal: destination.isTerminal)
    }
  }
}
