import FoundationEssentials
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

  /// `Fixtures/replica-v1.sqlite` was written under the first schema, with an edit in each state. It never changes.
  @Test func `a replica of the first schema keeps every network, every edit in its state, and its history`() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/replica.sqlite"
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/replica-v1.sqlite")
    try FileManager.default.copyItem(atPath: fixture.path, toPath: path)
    let now = Timestamp(microseconds: 1_780_273_000_000_000)
    let replica = try Replica.open(path, .existing, now: { now })
    #expect(try replica.checkUp().faults == [])
    #expect(
      try replica.networks().map { "\($0.name?.text ?? "-") \($0.state.rawValue)" }.sorted() == [
        "Café synced", "den held", "in doubt in_doubt", "lab synced", "mine conflict", "new name waiting",
        "refused refused", "sending sending", "waits waiting",
      ]
    )
    let outbox = try replica.operations().map {
      "\($0.edit) \($0.intent.action.rawValue) \($0.intent.name?.text ?? "-") \($0.state.word.rawValue)"
    }
    #expect(
      outbox == [
        "1 create waits waiting", "2 create in doubt in_doubt", "3 create sending sending", "4 rename new name waiting",
        "5 rename mine conflict", "6 delete - held", "7 create refused refused",
      ]
    )
    #expect(try replica.operation(EditNumber(rawValue: 7))?.failure?.detail == "The name is invalid.")
    #expect(try replica.conflicts().map(\.kind) == [.bothChanged])
    #expect(try replica.interfaces().count == 2)
    #expect(try replica.changes(limit: 100).count == 15)
    #expect(try replica.meta().baseURL == "https://api.telnyx.com/v2")
    // Ids that were given out resolve, of networks that are gone too; numbers are not given again.
    guard case .found(let gone) = try replica.trace("5a3c9e00-0000-4000-8000-000000000004") else {
      Issue.record("a network that is gone is not known any more")
      return
    }
    #expect(gone.goneAt != nil)
    try replica.recover()
    _ = try replica.create(NetworkName("next"), localID: LocalID(at: now, random: (high: 0, low: 1)))
    #expect(try replica.operations().last?.edit.rawValue == 8)
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
