package import GRDB
package import NetsyncModel
import Synchronization

/// A replica's database without a file: what several replicas of one process share as they would share a file, and what is
/// left when one of them dies. For tests and simulations, which need thousands of them a second.
package final class MemoryFile: Sendable {
  /// Its one connection. Whoever writes here does so behind the replica's back.
  package let queue: DatabaseQueue
  let isLocked = Mutex(false)

  /// An empty replica.
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
    } catch {
      throw ReplicaError(error, path: Self.path)
    }
  }

  static let path = ":memory:"

  /// Nobody syncs it any more: those that did are gone.
  package func unlock() {
    isLocked.withLock { $0 = false }
  }
}

extension Replica {
  /// The replica in `file`, as one process sees it.
  package convenience init(in file: MemoryFile, now: @escaping @Sendable () -> Timestamp, gate: StepGate? = nil) {
    self.init(path: MemoryFile.path, storage: .memory(file), now: now, gate: gate)
  }
}
