import GRDB
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Schema
import Testing

/// A replica that an earlier version wrote is brought up to date when it is opened, and keeps what it holds.
@Suite(.opensReplicas) struct MigrationTests {
  @Test func `the guards that earlier versions wrote down stand, and a new one needs no new version`() async throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/replica.sqlite"
    try write(to: path, versions: 4) { database in
      try database.execute(
        sql: """
          INSERT INTO sweep (started_at_us, ended_at_us, outcome, networks_only, guard)
          VALUES (1, 2, 'held', 1, 'too_many'), (3, 4, 'ok', 1, NULL);
          INSERT INTO page (page_number, row_count, confirmed_sweep, confirmed_at_us) VALUES (1, 0, 2, 4);
          """
      )
    }
    let replica = try Replica.open(path, .existing, now: { Timestamp(microseconds: 5) })
    #expect(try replica.unsettledSweeps(before: 3).guards == [.tooMany])
    #expect(try replica.lastSweep()?.outcome == .ok)
    let query = ReplicaQuery(path: path, timeout: .seconds(30), maximumRows: 10)
    let rows = try await query.run("SELECT sync, guard FROM syncs").rows
    #expect(rows == [[.integer(1), .text("too_many")], [.integer(2), .null]])
    let sweep = try replica.beginSweep(networksOnly: true)
    #expect(sweep == 3)
    #expect(try replica.knownPages().isEmpty)
  }

  /// A file as an earlier version left it.
  private func write(to path: String, versions: Int, _ fill: @Sendable (Database) throws -> Void) throws {
    let queue = try DatabaseQueue(path: path)
    var migrator = DatabaseMigrator()
    for migration in Schema.migrations.prefix(versions) {
      migrator.registerMigration(migration.name) { database in try database.execute(sql: migration.sql) }
    }
    try migrator.migrate(queue)
    try queue.write(fill)
    try queue.close()
  }
}
