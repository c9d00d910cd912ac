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

  mutating func start() -> String {
    "["
  }

  mutating func row(_ row: Listing.Row) -> String {
    let separator = isEmpty ? "\n  " : ",\n  "
    isEmpty = false
    return separator + object(of: row, under: slots).rendered(pretty: false, onTerminal: onTerminal)
  }

  mutating func end() -> String {
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

  func start() -> String {
    ""
  }

  func row(_ row: Listing.Row) -> String {
    object(of: row, under: slots).rendered(pretty: false, onTerminal: onTerminal) + "\n"
  }

  func end() -> String {
    ""
  }
}

private func object(of row: Listing.Row, under slots: [Projection.Slot]) -> JSONText {
  .object(slots.map { JSONText.Member($0.column.key, $0.cell(of: row).value) })
}
