extension Listing {
  /// What is known of one column, whatever the format.
  struct Column: Sendable, Hashable {
    /// The side of the column to which its cells keep.
    enum Alignment: Sendable, Hashable {
      /// To the left, as text.
      case leading
      /// To the right, as numbers.
      case trailing
    }

    /// Which tables show the column to people. Programs get every column.
    enum Visibility: Sendable, Hashable {
      /// `-o table` and `-o wide`.
      case table
      /// Only `-o wide`.
      case wide
      /// Neither.
      case hidden
    }

    /// The key in JSON, the header in CSV, the name for `--fields`.
    let key: String
    /// The header that people read.
    let header: TerminalText
    /// The side to which the cells keep.
    let alignment: Alignment
    /// Which tables show it.
    let visibility: Visibility
    /// Whether TSV has it.
    let isInTSV: Bool
    /// Whether a table may cut its cells to fit.
    let isFlexible: Bool
    /// The columns of a terminal that a list without an end gives it from the start: what comes later may need them.
    let room: Int
    /// Whether `-o id` takes it. Of several such columns the first that is not null counts.
    let isIdentifier: Bool
    /// The key of the column that tables and TSV show where this one is null: `local_id` for `id`.
    let standIn: String?

    /// Describes a column. By default people and TSV see it, and it is never cut.
    init(
      _ key: String,
      header: TerminalText? = nil,
      alignment: Alignment = .leading,
      visibility: Visibility = .table,
      isInTSV: Bool = true,
      isFlexible: Bool = false,
      room: Int = 0,
      isIdentifier: Bool = false,
      standIn: String? = nil
    ) {
      self.key = key
      // A key as a header: what a query answers has no other.
      self.header = header ?? TerminalText(key)
      self.alignment = alignment
      self.visibility = visibility
      self.isInTSV = isInTSV
      self.isFlexible = isFlexible
      self.room = room
      self.isIdentifier = isIdentifier
      self.standIn = standIn
    }
  }
}
