import GRDB
import GRDBSQLite

/// Statements are prepared once per connection and used again: GRDB's own shorthands prepare anew on every call, which costs more
/// than most of our statements do.
extension Database {
  func run(_ sql: String, arguments: StatementArguments = StatementArguments()) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }

  /// Decodes rows while SQLite steps through them: a copied row looks every name up among all others, letter case ignored.
  func rows<Value>(
    _ sql: String,
    arguments: StatementArguments = StatementArguments(),
    _ decode: (Row) throws -> Value
  ) throws -> [Value] {
    let cursor = try cursor(sql, arguments: arguments)
    var values: [Value] = []
    while let row = try cursor.next() { values.append(try decode(row)) }
    return values
  }

  /// The first row; nil where there is none, or `decode` makes nothing of it.
  func row<Value>(
    _ sql: String,
    arguments: StatementArguments = StatementArguments(),
    _ decode: (Row) throws -> Value?
  ) throws -> Value? {
    let cursor = try cursor(sql, arguments: arguments)
    // A cursor that ends takes its row along.
    return try withExtendedLifetime(cursor) { try cursor.next().flatMap(decode) }
  }

  func cursor(_ sql: String, arguments: StatementArguments = StatementArguments()) throws -> RowCursor {
    try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
  }

  func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(
    _: Value.Type,
    _ sql: String,
    arguments: StatementArguments = StatementArguments()
  ) throws -> Value? {
    try Value.fetchOne(cachedStatement(sql: sql), arguments: arguments)
  }

  func values<Value: DatabaseValueConvertible & StatementColumnConvertible>(
    _: Value.Type,
    _ sql: String,
    arguments: StatementArguments = StatementArguments()
  ) throws -> [Value] {
    try Value.fetchAll(cachedStatement(sql: sql), arguments: arguments)
  }
}

extension Statement {
  /// Carries it out with values that are bound one by one: for what is carried out for every row of a page, a list of arguments costs as
  /// much as the row.
  func execute(binding values: (inout Binding) -> Void) throws {
    // Takes earlier values away. It cannot fail: GRDB forgets a statement that has failed.
    setUncheckedArguments(StatementArguments())
    var binding = Binding(self)
    values(&binding)
    guard binding.code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: binding.code)) }
    try execute()
  }

  /// The values of a statement, from the first on.
  struct Binding {
    private let statement: Statement
    private var index: Int32 = 0
    /// Of the first value that could not be bound.
    fileprivate var code = SQLITE_OK

    fileprivate init(_ statement: Statement) {
      self.statement = statement
    }

    /// The next value; nil for NULL.
    mutating func add(_ text: String?) {
      index += 1
      guard var text else { return }
      note(
        text.withUTF8 { bytes in
          // What has no bytes may have no address either, and would be NULL.
          guard let start = unsafe UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self) else {
            return unsafe sqlite3_bind_text(statement.sqliteStatement, index, "", 0, Self.copied)
          }
          return unsafe sqlite3_bind_text(statement.sqliteStatement, index, start, Int32(bytes.count), Self.copied)
        }
      )
    }

    /// The next value; nil for NULL.
    mutating func add(_ number: Int64?) {
      index += 1
      guard let number else { return }
      note(unsafe sqlite3_bind_int64(statement.sqliteStatement, index, number))
    }

    private mutating func note(_ code: Int32) {
      if self.code == SQLITE_OK { self.code = code }
    }

    /// SQLite makes a copy for itself.
    private static let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }
}

extension Row {
  /// A column as the schema promises it. Where a damaged file breaks the promise, this throws; GRDB's own subscripts end the process.
  func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: String) throws -> Value {
    try decode(Value.self, forColumn: column)
  }

  /// A count. One that no counting comes to is damage, and would end the process as soon as something is added to it.
  func value(_ column: String) throws -> Int {
    let count = try decode(Int.self, forColumn: column)
    guard count.magnitude < 1 << 48 else { throw UndecodableRow(description: "no count comes to what \(column) says") }
    return count
  }
}
