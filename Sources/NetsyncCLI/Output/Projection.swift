/// A name in `--fields` that is no column of the list.
struct UnknownField: Error, Hashable {
  /// The name as it was given.
  let field: String
  /// The names that would have been known, in the order of the columns.
  let known: [String]
}

/// The columns of a list, and which of them are wanted in which order.
struct Projection: Sendable, Hashable {
  /// A column at its place.
  struct Slot: Sendable, Hashable {
    /// What is known of the column.
    let column: Listing.Column
    /// Where its cell is in a row.
    let position: Int
    /// Where the cell is that is shown if the column's own is null.
    let standIn: Int?

    /// The column's own cell; null where the row is too short.
    func cell(of row: Listing.Row) -> Listing.Cell {
      position < row.count ? row[position] : .null
    }

    /// The cell to show: the column's own, or the one that stands in for it.
    func shownCell(of row: Listing.Row) -> Listing.Cell {
      let own = cell(of: row)
      guard own.value.isNull, let standIn, standIn < row.count else { return own }
      return row[standIn]
    }
  }

  /// The wanted columns, in their order.
  private let slots: [Slot]
  /// Whether somebody chose the columns, so that each format shows those and no other.
  private let isChosen: Bool

  /// The columns that are wanted.
  ///
  /// Those that `--fields` names are shown in its order and in every format. A name that comes twice counts once, and
  /// no column stands in for another: who names the fields means these.
  ///
  /// - Parameters:
  ///   - columns: All columns of the list. Their keys must differ.
  ///   - fields: Keys, separated by commas, as in `id,name`; nil for all columns.
  init(_ columns: [Listing.Column], fields: String?) throws(UnknownField) {
    if let fields {
      self.init(slots: try Self.chosen(by: fields, from: columns), isChosen: true)
    } else {
      self.init(columns)
    }
  }

  /// All columns of a list. Their keys must differ.
  init(_ columns: [Listing.Column]) {
    let slots = columns.enumerated().map { position, column in
      let standIn = columns.firstIndex { $0.key == column.standIn }
      return Slot(column: column, position: position, standIn: standIn)
    }
    self.init(slots: slots, isChosen: false)
  }

  private init(slots: [Slot], isChosen: Bool) {
    self.slots = slots
    self.isChosen = isChosen
  }

  /// The columns that a format has.
  ///
  /// | format | columns, unless chosen |
  /// |---|---|
  /// | `json` `jsonl` `csv` | all |
  /// | `table` | those for tables |
  /// | `wide` | those for tables and for wide tables |
  /// | `tsv` | those for TSV |
  /// | `id` | the identifiers; without any, the first column |
  func slots(for format: OutputFormat) -> [Slot] {
    if isChosen { return slots }
    switch format {
    case .json, .jsonl, .csv: return slots
    case .table: return slots.filter { $0.column.visibility == .table }
    case .wide: return slots.filter { $0.column.visibility != .hidden }
    case .tsv: return slots.filter(\.column.isInTSV)
    case .id:
      let identifiers = slots.filter(\.column.isIdentifier)
      return identifiers.isEmpty ? Array(slots.prefix(1)) : identifiers
    }
  }

  /// One record as the members of its object.
  func members(of row: Listing.Row) -> [JSONText.Member] {
    slots(for: .json).map { JSONText.Member($0.column.key, $0.cell(of: row).value) }
  }

  private static func chosen(by fields: String, from columns: [Listing.Column]) throws(UnknownField) -> [Slot] {
    var slots: [Slot] = []
    for field in fields.split(separator: ",", omittingEmptySubsequences: false) {
      guard let position = columns.firstIndex(where: { $0.key == field }) else {
        throw UnknownField(field: String(field), known: columns.map(\.key))
      }
      if slots.contains(where: { $0.position == position }) { continue }
      slots.append(Slot(column: columns[position], position: position, standIn: nil))
    }
    return slots
  }
}
