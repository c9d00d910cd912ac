import FoundationEssentials
import NetsyncModel
import NetsyncReconcile
import NetsyncTestKit
import NetsyncTestSupport
import Testing

@testable import NetsyncReplica

/// SQL that a user writes can read everything and harm nothing.
@Suite(.opensReplicas) struct QueryTests {
  @Test(arguments: [
    "INSERT INTO meta (only_row) VALUES (2)",
    "UPDATE network SET name = 'gone'",
    "DELETE FROM operation",
    "DROP VIEW networks",
    "PRAGMA user_version = 99",
    "PRAGMA user_version(99)",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA wal_checkpoint",
    "PRAGMA optimize",
    "PRAGMA query_only = OFF",
    "PRAGMA trusted_schema = ON",
    "PRAGMA writable_schema = ON",
    "PRAGMA temp_store_directory = '/tmp'",
    "SELECT * FROM pragma_query_only(0)",
    "SELECT * FROM pragma_journal_mode('delete')",
    "CREATE TEMP TABLE t (a)",
    "CREATE TEMP VIEW v AS SELECT 1",
    "CREATE TEMP TRIGGER t AFTER DELETE ON operation BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE temp.t USING fts5 (a)",
    "EXPLAIN CREATE TEMP TABLE t (a)",
    "ATTACH ':memory:' AS other",
    "DETACH main",
    "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "RELEASE a", "REINDEX", "ANALYZE", "VACUUM",
    "CREATE TABLE t (a)", "ALTER TABLE network ADD COLUMN a", "CREATE INDEX i ON network (name)",
    "DROP TABLE operation", "REPLACE INTO meta (only_row) VALUES (1)",
    "CREATE TRIGGER t AFTER DELETE ON operation BEGIN SELECT 1; END",
    "WITH a AS (SELECT 1) DELETE FROM operation",
    "UPDATE sqlite_master SET sql = ''",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/a', 'b')",
    "SELECT edit('a')",
    "SELECT 1; DELETE FROM operation",
    "SELECT load_extension('anything')",
    "not SQL at all",
    "",
  ])
  func `what is no reading is refused and changes nothing`(sql: String) async throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    try host.create("new")
    let version = try await host.query("PRAGMA user_version")
    await #expect(throws: ReplicaQuery.Failure.self) { try await query(host, sql) }
    #expect(try host.seen == ["lab synced", "new waiting"])
    let versionAfter = try await host.query("PRAGMA user_version")
    let mode = try await host.query("PRAGMA journal_mode")
    #expect(versionAfter == version)
    #expect(mode == ["wal"])
  }

  @Test(arguments: [
    "SELECT name FROM pragma_table_info('networks')", "PRAGMA table_info(networks)", "PRAGMA integrity_check",
    "EXPLAIN QUERY PLAN SELECT * FROM networks", "VALUES (1)", "SELECT json_extract('{\"a\":1}', '$.a')",
    "SELECT value FROM json_each('[1]')", "WITH RECURSIVE n (n) AS (VALUES (1)) SELECT n FROM n",
  ])
  func `what tells something without changing anything is answered`(sql: String) async throws {
    let host = try ReplicaHost()
    #expect(try await !query(host, sql, maximumRows: 100).rows.isEmpty)
  }

  /// By SQLite's numbers, of which the highest is 33: https://sqlite.org/c3ref/c_alter_table.html.
  @Test func `of all that a statement may ask leave for, it gets none but to read`() {
    let (read, select, function, recursive) = (Int32(20), Int32(21), Int32(31), Int32(33))
    let allowed = (Int32(-1)...1_000).filter { QueryAuthorizer.allows($0, nil, nil) }
    #expect(allowed == [read, select, function, recursive])
  }

  @Test func `no other file is read, and none is made`() async throws {
    let host = try ReplicaHost()
    let other = try ReplicaHost()
    let copy = "\(host.path)-copy"
    for sql in ["ATTACH '\(other.path)' AS other", "ATTACH '\(copy)' AS copy", "VACUUM INTO '\(copy)'"] {
      await #expect(throws: ReplicaQuery.Failure.self, "\(sql)") { try await query(host, sql) }
    }
    #expect(!FileManager.default.fileExists(atPath: copy))
  }

  @Test func `a query without an end ends when its time is over`() async throws {
    let host = try ReplicaHost()
    let timeout = Duration.milliseconds(200)
    await #expect(throws: ReplicaQuery.Failure.tookTooLong(timeout)) {
      try await ReplicaQuery(path: host.path, timeout: timeout, maximumRows: 10)
        .run("WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n")
    }
  }

  @Test func `rows over the limit are left out, and it is said so`() async throws {
    let host = try ReplicaHost()
    let numbers = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 5) SELECT n FROM n"
    let cut = try await query(host, numbers, maximumRows: 3)
    #expect(cut.rows == [[.integer(1)], [.integer(2)], [.integer(3)]])
    #expect(cut.isCut)
    let whole = try await query(host, numbers, maximumRows: 5)
    #expect(whole.rows.count == 5)
    #expect(!whole.isCut)
  }

  @Test func `a value is what SQLite has it for`() async throws {
    let host = try ReplicaHost()
    let answer = try await query(host, "SELECT NULL AS a, 1 AS b, 1.5 AS c, 'Größe' AS d, x'00ff' AS e")
    #expect(answer.columns == ["a", "b", "c", "d", "e"])
    #expect(answer.rows == [[.null, .integer(1), .real(1.5), .text("Größe"), .blob([0, 255])]])
  }

  @Test func `a replica that is not there is said to be the trouble, and is not made`() async throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/replica.sqlite"
    do {
      _ = try await ReplicaQuery(path: path, timeout: .seconds(5), maximumRows: 10).run("SELECT 1")
      Issue.record("nothing can be read from a file that is not there")
    } catch {
      guard case .replica = error else {
        Issue.record("the statement is not to blame: \(error)")
        return
      }
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test(arguments: [
    ("networks", "id local_id name state created_at updated_at record_type interfaces as_of"),
    (
      "interfaces",
      "id network_id network_name name type status region_code region_name created_at updated_at record_type as_of"
    ),
    (
      "outbox",
      """
      edit action id local_id name base_name base_updated_at edited_at state attempts next_attempt_at \
      error_status error_code error_title error_detail error_pointer
      """
    ),
    ("conflicts", "edit id local_id kind base_name mine theirs mine_at theirs_at"),
    (
      "syncs",
      """
      sync started_at ended_at networks interfaces new changed gone held requests bytes duration_s complete outcome \
      guard went_back
      """
    ),
    ("changes", "change at side kind id local_id before after evidence"),
    ("server", "base_url topic fact as_of"),
  ])
  func `a view has the columns that scripts rely on`(view: String, columns: String) async throws {
    let host = try ReplicaHost()
    let answer = try await query(host, "SELECT * FROM \(view)")
    #expect(answer.columns.joined(separator: " ") == columns)
    #expect(answer.rows.isEmpty)
  }

  @Test func `the views show what the replica's own reads show`() async throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(1, name: "lab")
    try host.pull([lab, .sample(2, name: "old")])
    try host.create("new")
    try host.rename("lab", to: "mine")
    try host.pull([lab.renamed("theirs"), .sample(2, name: "old")], policy: .hold)
    try host.delete("old")
    let networks = try await host.query("SELECT name, state, as_of FROM networks ORDER BY name")
    let outbox = try await host.query("SELECT edit, action, coalesce(name, '-'), state FROM outbox")
    let conflicts = try await host.query("SELECT edit, kind, base_name, mine, theirs, mine_at FROM conflicts")
    #expect(networks == ["mine conflict \(host.now.rfc3339)", "new waiting -"])
    #expect(try outbox == host.outbox)
    #expect(conflicts == ["2 both_changed lab mine theirs \(host.now.rfc3339.dropLast()).000000Z"])
  }
}

private func query(_ host: ReplicaHost, _ sql: String, maximumRows: Int = 100) async throws -> QueryAnswer {
  try await ReplicaQuery(path: host.path, timeout: .seconds(30), maximumRows: maximumRows).run(sql)
}
