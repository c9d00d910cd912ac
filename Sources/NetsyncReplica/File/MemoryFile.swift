import GRDB
package import NetsyncModel
import Synchronization

/// A replica's database without a file: what several replicas of one process share as they would share a file, and what is
/// left when one of them dies. For simulations, which need thousands of them a second.
package final class MemoryFile: Sendable {
  let queue: DatabaseQueue
  let isLocked = Mutex(false)
  private let audit = CommitAudit()

  /// An empty replica, whose every commit is noted for ``takeCommits()``.
  package init() throws(ReplicaError) {
    do {
      var configuration = Configuration()
      configuration.prepareDatabase { database in
        // There is no disk that what was deleted could be read from.
        try database.execute(
          sql: "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF"
        )
      }
      queue = try DatabaseQueue(configuration: configuration)
      try Replica.migrator().migrate(queue)
      queue.add(transactionObserver: audit, extent: .databaseLifetime)
    } catch {
      throw ReplicaError(error, path: Self.path)
    }
  }

  static let path = ":memory:"

  /// What was committed since the last call.
  package func takeCommits() -> (commits: Int, facts: CommittedFacts) { audit.take() }

  /// Runs SQL behind the replica's back, so that those who check it can show that they notice.
  package func tamper(_ sql: String) throws(ReplicaError) {
    do { try queue.write { database in try database.execute(sql: sql) } } catch {
      throw ReplicaError(error, path: Self.path)
    }
  }

  /// Whether what is written down of answers, in the journal or with an edit, holds one of these texts.
  package func holds(anyOf texts: [String]) throws(ReplicaError) -> Bool {
    do {
      // A read that forbids writes to itself has every statement prepared anew.
      return try queue.unsafeRead { database in
        try texts.contains { text in
          try database.value(
            Bool.self,
            """
            SELECT EXISTS (
              SELECT 1 FROM (
                SELECT evidence AS words FROM journal
                UNION ALL SELECT error_code FROM outbox
                UNION ALL SELECT error_title FROM outbox
                UNION ALL SELECT error_detail FROM outbox
                UNION ALL SELECT error_pointer FROM outbox
                UNION ALL SELECT base_url FROM meta
              ) WHERE instr(words, ?)
            )
            """,
            arguments: [text]
          ) ?? false
        }
      }
    } catch {
      throw ReplicaError(error, path: Self.path)
    }
  }

  /// Makes it as good as new, which is quicker than a new one.
  package func erase() throws(ReplicaError) {
    do {
      try queue.writeWithoutTransaction { database in
        try database.run("BEGIN IMMEDIATE TRANSACTION")
        for table in [
          "journal", "dead_letter", "conflict", "operation", "network_interface", "network", "page", "sweep",
          "sqlite_sequence", "meta",
        ] {
          try database.run("DELETE FROM \(table)")
        }
        try database.run("INSERT INTO meta (only_row) VALUES (1)")
        try database.run("COMMIT TRANSACTION")
      }
      isLocked.withLock { $0 = false }
      _ = audit.take()
    } catch {
      throw ReplicaError(error, path: Self.path)
    }
  }
}

extension Replica {
  /// The replica in `file`, as one process sees it.
  package convenience init(in file: MemoryFile, now: @escaping @Sendable () -> Timestamp, gate: StepGate? = nil) {
    self.init(path: MemoryFile.path, storage: .memory(file), now: now, gate: gate)
  }
}
