#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The right to pull, push and checkpoint: one process at a time (R14).
///
/// A kernel lock on a file beside the replica. It goes with its holder, however the holder ends.
package struct SyncLock: ~Copyable {
  private let descriptor: Int32

  /// - Returns: nil where another process, or another holder in this one, has it.
  package init?(replica path: String) throws(ReplicaError) {
    let descriptor = unsafe open("\(path).lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .storage(path: path, reason: lastSystemError()) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }
}
