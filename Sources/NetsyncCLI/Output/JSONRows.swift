/// One array with an object on each line: valid JSON as a whole, and still good to read, to grep and to compare.
struct JSONArrayRows: RowRenderer {
  private let slots: [Projection.Slot]
  private let onTerminal: Bool
  private var isEmpty = true

  /// Renders the given columns, all of them in every object.
  init(_ slots: [Projection.Slot], onTerminal: Bool) {
    self.slots = slots
    self.onTerminal = onTerminal
  }

  /// Opens the array.
  func start() -> String {
    "["
  }

  /// The object of one row. Its line ends with what comes next: a comma, or the end of the array.
  mutating func row(_ row: Listing.Row) -> String {
    let separator = isEmpty ? "\n  " : ",\n  "
    isEmpty = false
    return separator + object(of: row, under: slots).rendered(pretty: false, onTerminal: onTerminal)
  }

  /// Closes the array.
  func end() -> String {
    isEmpty ? "]\n" : "\n]\n"
  }
}

/// One object on each line, and nothing around them.
struct JSONLineRows: RowRenderer {
  private let slots: [Projection.Slot]
  private let onTerminal: Bool

  /// Renders the given columns, all of them in every object.
  init(_ slots: [Projection.Slot], onTerminal: Bool) {
    self.slots = slots
    self.onTerminal = onTerminal
  }

  /// The line of one row.
  func row(_ row: Listing.Row) -> String {
    object(of: row, under: slots).rendered(pretty: false, onTerminal: onTerminal) + "\n"
  }
}

private func object(of row: Listing.Row, under slots: [Projection.Slot]) -> JSONText {
  .object(slots.map { JSONText.Member($0.column.key, $0.cell(of: row).value) })
}
