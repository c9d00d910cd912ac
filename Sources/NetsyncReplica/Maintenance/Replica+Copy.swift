import FoundationEssentials
import GRDB
package import NetsyncModel
import NetsyncReconcile

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

extension Replica {
  /// A replica to try something out on: a copy of the one at `path`, or an empty one where there is none. The one at `path` is
  /// not touched; end the trial with ``endTrial()``.
  ///
  /// - Returns: with what was found to be lost of the one at `path`, in words.
  package static func trial(
    of path: String,
    now: @escaping @Sendable () -> Timestamp
  ) throws(ReplicaError) -> (replica: Replica, loss: String?) {
    let name = "netsync-trial-\(UUID().uuidString)"
    let directory = FileManager.default.temporaryDirectory.appending(path: name).path(percentEncoded: false)
    let original = FileManager.default.fileExists(atPath: path) ? try Replica.open(path, .existing, now: now) : nil
    let copy = try Replica.open("\(directory)/replica.sqlite", .makeIfMissing, now: now)
    do {
      if let writer = copy.storage.writer { try original?.copy(to: writer) }
    } catch {
      copy.endTrial()
      throw ReplicaError(error, path: path)
    }
    return (copy, original?.loss)
  }

  /// Removes the directory that a trial lives in.
  package func endTrial() {
    try? storage.writer?.close()
    try? FileManager.default.removeItem(at: URL(filePath: path).deletingLastPathComponent())
  }

  /// Copies the whole replica, as of one moment, into a new file of its owner's alone, while others read, edit and sync.
  ///
  /// The copy is a replica as well. It can be put in the place of a lost one at any time: each create that waits in it is looked for
  /// before it is sent, since the original may have sent it meanwhile.
  ///
  /// - Parameter destination: where no file is. One with `.partial` in its name may be left beside it where the process dies.
  /// - Returns: what is in the copy, which was read back whole.
  package func backUp(to destination: String) throws(ReplicaError) -> Inventory {
    let destination = filePath(destination)
    var status = stat()
    if unsafe lstat(destination, &status) == 0 { throw .taken(path: destination) }
    let partial = "\(destination).partial-\(UUID().uuidString)"
    let descriptor = openOwned(partial, O_RDWR | O_EXCL)
    guard descriptor >= 0 else { throw .notCopied(path: destination, reason: lastSystemError()) }
    _ = Glibc.close(descriptor)
    do {
      let file = try DatabaseQueue(path: partial)
      try copy(to: file)
      try file.close()
      let inventory = try Replica.open(partial, .existing, now: now).becomeBackup()
      guard moveFile(partial, to: destination) else {
        throw ReplicaError.notCopied(path: destination, reason: lastSystemError())
      }
      return inventory
    } catch {
      for suffix in ["", "-wal", "-shm"] { unsafe unlink(partial + suffix) }
      switch (error as? ReplicaError) ?? ReplicaError(error, path: destination) {
      // What is copied page by page is damaged where its original is.
      case .damaged(_, let reason): throw .damaged(path: path, reason: reason)
      case .diskFull: throw .notCopied(path: destination, reason: "there is no room left on the disk")
      case .storage(_, let reason): throw .notCopied(path: destination, reason: reason)
      case let error: throw error
      }
    }
  }

  private func copy(to destination: any DatabaseWriter) throws {
    if let way = try readingWay() {
      try withExtendedLifetime(way) { try way.queue.backup(to: destination) }
    } else {
      try storage.writer?.backup(to: destination)
    }
  }

  private func becomeBackup() throws(ReplicaError) -> Inventory {
    do {
      try storage.writer?.write { database in
        try database.suspectCreates(at: now())
        try database.renumberFile()
      }
    } catch {
      throw ReplicaError(error, path: path)
    }
    let checkup = try checkUp()
    if let fault = checkup.faults.first { throw .damaged(path: path, reason: fault) }
    return checkup.inventory
  }
}

extension Database {
  /// Each create that waits is taken for one that may have been sent; ``Lane/suspect(by:)`` says why.
  func suspectCreates(at now: Timestamp) throws {
    let clock = try meta().clock
    for operation in try operations() {
      try advance(operation.network, at: now) { lane in lane.suspect(by: clock) }
    }
  }
}
