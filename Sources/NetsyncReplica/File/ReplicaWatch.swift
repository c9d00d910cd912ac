import GRDB

/// Tells whether anything was committed to a replica, by this process or another, and whether its file is still the one at its path.
///
/// SQLite counts for each connection what others have committed (`PRAGMA data_version`), so this one is held for itself and
/// never writes. A look reads one page that is in memory nearly always.
package final class ReplicaWatch: Sendable {
  /// Held, for a reader must not be the last to close the file: it could not fold the log in.
  private let replica: Replica
  /// nil for a file that can only be read.
  private let queue: DatabaseQueue?
  /// What the one connection of a replica in memory has changed is what everybody has.
  private let isShared: Bool
  private let file: FileIdentity?

  package init(_ replica: Replica) throws(ReplicaError) {
    self.replica = replica
    file = FileIdentity(of: replica.path)
    if case .memory(let memory) = replica.storage {
      queue = memory.queue
      isShared = true
      return
    }
    isShared = false
    if case .readOnly = replica.storage {
      queue = nil
      return
    }
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

  deinit { close() }

  /// Ends its connection; before the replica's.
  package func close() {
    if !isShared { try? queue?.close() }
  }

  /// A number that is another one after every commit.
  ///
  /// - Throws: ``ReplicaError/replaced(path:)`` where somebody removed the file or put another one in its place.
  package func version() throws(ReplicaError) -> Int {
    guard FileIdentity(of: replica.path) == file else { throw .replaced(path: replica.path) }
    guard let queue else { return ReadOnlyFile(replica.path)?.version ?? 0 }
    do {
      return try queue.unsafeRead { database in
        isShared ? database.totalChangesCount : try database.value(Int.self, "PRAGMA data_version") ?? 0
      }
    } catch {
      throw ReplicaError(error, path: replica.path)
    }
  }
}
