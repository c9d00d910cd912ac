import GRDB

/// Tells whether anything was committed to a replica, by this process or another.
///
/// SQLite counts for each connection what others have committed (`PRAGMA data_version`), so this one is held for itself and
/// never writes. A look reads one page that is in memory nearly always.
package final class ReplicaWatch: Sendable {
  private let path: String
  private let queue: DatabaseQueue

  package init(_ replica: Replica) throws(ReplicaError) {
    path = replica.path
    do {
      var configuration = Configuration()
      configuration.label = "netsync watch"
      configuration.readonly = true
      configuration.busyMode = .timeout(30)
      queue = try DatabaseQueue(path: replica.path, configuration: configuration)
    } catch {
      throw ReplicaError(error, path: replica.path)
    }
  }

  /// A number that is another one after every commit.
  package func version() throws(ReplicaError) -> Int {
    do {
      return try queue.unsafeRead { database in try database.value(Int.self, "PRAGMA data_version") ?? 0 }
    } catch {
      throw ReplicaError(error, path: path)
    }
  }
}
