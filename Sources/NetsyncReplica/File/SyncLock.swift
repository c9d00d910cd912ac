import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The right to pull, push and checkpoint: one process at a time (R14).
///
/// A kernel lock on a file beside the replica. It goes with its holder, however the holder ends.
package struct SyncLock: ~Copyable {
  private enum Hold {
    case kernel(descriptor: Int32)
    case memory(MemoryFile)
  }

  private let hold: Hold

  /// - Returns: nil where another process, or another holder in this one, has it.
  package init?(replica path: String) throws(ReplicaError) {
    let descriptor = openOwned("\(path).lock")
    guard descriptor >= 0 else {
      let reason = lastSystemError()
      throw ReadOnlyFile(path) == nil ? .storage(path: path, reason: reason) : .readOnly(path: path)
    }
    guard Self.take(descriptor) else {
      close(descriptor)
      return nil
    }
    hold = .kernel(descriptor: descriptor)
  }

  /// - Returns: nil where another holder has it.
  init?(_ file: MemoryFile) {
    let isTaken = file.isLocked.withLock { isLocked in
      defer { isLocked = true }
      return isLocked
    }
    if isTaken { return nil }
    hold = .memory(file)
  }

  /// A process that is just being started shares the locks of who starts it from its fork to its exec, so the lock of a holder that was
  /// killed over this can look taken for some milliseconds.
  private static func take(_ descriptor: Int32) -> Bool {
    for _ in 0..<10 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      usleep(2_000)
    }
    return false
  }

  deinit {
    switch hold {
    case .kernel(let descriptor):
      // To close it alone would leave the lock to a process that is just being started.
      flock(descriptor, LOCK_UN)
      close(descriptor)
    case .memory(let file): file.isLocked.withLock { $0 = false }
    }
  }
}

extension Replica {
  /// Takes the lock; nil where another holder has it.
  package func syncLock() throws(ReplicaError) -> SyncLock? {
    switch storage {
    case .file: try SyncLock(replica: path)
    case .readOnly: throw .readOnly(path: path)
    case .memory(let file): SyncLock(file)
    }
  }
}
