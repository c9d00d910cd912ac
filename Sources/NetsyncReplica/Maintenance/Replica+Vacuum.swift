import GRDB

extension Replica {
  /// Gives what is free within the file back to the disk, and folds the write-ahead log away. It needs room for a second copy while it
  /// runs. For who holds the sync lock.
  package func vacuum() throws(ReplicaError) {
    guard let writer = storage.writer else { throw .readOnly(path: path) }
    do {
      try writer.writeWithoutTransaction { database in
        try database.execute(sql: "VACUUM")
        _ = try database.checkpoint(.truncate)
      }
    } catch {
      throw ReplicaError(error, path: path)
    }
  }
}
