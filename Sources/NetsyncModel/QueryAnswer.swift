/// What a read-only statement gave.
public struct QueryAnswer: Hashable, Sendable {
  /// The columns' names, in their order. Several may have the same.
  public let columns: [String]
  /// Each row has one value for each column.
  public let rows: [[SQLValue]]
  /// There were more rows than were asked for.
  public let isCut: Bool

  package init(columns: [String], rows: [[SQLValue]], isCut: Bool) {
    self.columns = columns
    self.rows = rows
    self.isCut = isCut
  }
}

/// A value as SQLite has it.
///
/// Source: https://sqlite.org/datatype3.html
public enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}
