import FoundationEssentials
import GRDB

extension Replica {
  /// A copy beside the replica, for trying something out; remove it with ``removeFiles()``.
  package func throwawayCopy() throws(ReplicaError) -> Replica {
    let copyPath = "\(path).try-\(ProcessInfo.processInfo.processIdentifier)"
    let copy = try Replica.open(copyPath, .makeIfMissing, now: now)
    do {
      try pool.backup(to: copy.pool)
    } catch {
      throw ReplicaError(error, path: copyPath)
    }
    return copy
  }

  /// Removes the file and its companions. Only for a copy.
  package func removeFiles() {
    try? pool.close()
    for suffix in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }
}
