import GRDB
import GRDBSQLite

/// Lets a statement do nothing but read: no table, not even a temporary one, no other file, no setting.
///
/// SQLite asks for every single thing that a statement would do, while it prepares it
/// (https://sqlite.org/c3ref/set_authorizer.html). What is not known to be a read is refused.
enum QueryAuthorizer {
  /// In the place of GRDB's own, which only watches; for a connection that runs this one statement.
  static func guarding<Value>(_ database: Database, _ work: () throws -> Value) throws -> Value {
    guard let connection = unsafe database.sqliteConnection else { return try work() }
    _ = unsafe sqlite3_set_authorizer(
      connection,
      { _, action, first, second, _, _ in
        let first = unsafe first.map { unsafe String(cString: $0) }
        let second = unsafe second.map { unsafe String(cString: $0) }
        return QueryAuthorizer.allows(action, first, second) ? SQLITE_OK : SQLITE_DENY
      },
      nil
    )
    defer { _ = unsafe sqlite3_set_authorizer(connection, nil, nil) }
    return try work()
  }

  /// - Parameters:
  ///   - first: of a pragma its name.
  ///   - second: of a pragma its value, of a function its name.
  static func allows(_ action: Int32, _ first: String?, _ second: String?) -> Bool {
    switch action {
    case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: true
    // A table of SQLite's own, such as a pragma's, declares itself by what looks like this; nobody's statement may do it.
    case SQLITE_UPDATE: first == "sqlite_master"
    case SQLITE_FUNCTION: !fileFunctions.contains(second?.lowercased() ?? "")
    case SQLITE_PRAGMA:
      second == nil
        ? readPragmas.contains(first?.lowercased() ?? "") || lookups.contains(first?.lowercased() ?? "")
        : lookups.contains(first?.lowercased() ?? "")
    default: false
    }
  }

  /// What a build of SQLite may have that touches files, or runs what is in them.
  private static let fileFunctions: Set<String> = [
    "load_extension", "readfile", "writefile", "edit", "lsmode", "fts3_tokenizer",
  ]

  /// Pragmas that tell something where they are given no value.
  private static let readPragmas: Set<String> = [
    "application_id", "cache_size", "data_version", "encoding", "foreign_keys", "freelist_count", "journal_mode",
    "page_count", "page_size", "query_only", "schema_version", "synchronous", "user_version",
  ]

  /// Pragmas whose value says what to look up.
  private static let lookups: Set<String> = [
    "collation_list", "compile_options", "database_list", "foreign_key_check", "foreign_key_list", "function_list",
    "index_info", "index_list", "index_xinfo", "integrity_check", "module_list", "pragma_list", "quick_check",
    "table_info", "table_list", "table_xinfo",
  ]
}
