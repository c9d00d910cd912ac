import GRDB

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Room on the disk that is kept for edits: a file of this size beside the replica, which an edit that meets a full disk gives up.
///
/// What is pulled can be pulled again, so a pull never uses it. The next cycle that finds room makes it anew.
struct DiskReserve {
  /// Bytes: enough for some dozen edits.
  static let size: Int64 = 1 << 20

  private let path: String

  init(replica path: String) {
    self.path = "\(path).reserve"
  }

  /// Makes it, where there is room for twice as much: the reserve must not be what fills the disk.
  func keep() {
    guard !isThere, let free = freeBytes(beside: path), free > 2 * Self.size else { return }
    let descriptor = openOwned(path)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    if posix_fallocate(descriptor, 0, off_t(Self.size)) != 0 { ftruncate(descriptor, 0) }
  }

  /// Gives it up.
  ///
  /// - Returns: whether there was one.
  func release() -> Bool {
    guard isThere else { return false }
    return unsafe truncate(path, 0) == 0
  }

  private var isThere: Bool { fileSize(path) > 0 }
}

/// Bytes that this user may still write where a file is; nil where nobody can tell.
func freeBytes(beside path: String) -> Int64? {
  let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  var status = statvfs()
  guard unsafe statvfs(directory.isEmpty ? "/" : directory, &status) == 0 else { return nil }
  return Int64(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
}

extension Replica {
  /// Keeps room on the disk for edits. For the holder of the sync lock.
  package func keepReserve() {
    if case .file = storage { DiskReserve(replica: path).keep() }
  }

  /// Whether so little room is left that only edits can be written, if they can.
  package var isDiskFull: Bool {
    guard case .file = storage, let free = freeBytes(beside: path) else { return false }
    return free < DiskReserve.size / 4
  }

  /// Runs a step; an edit that meets a full disk gives the reserve up, and is tried once more.
  func makingRoom<Value>(for step: DurableStep, _ work: () throws -> Value) throws -> Value {
    do {
      return try work()
    } catch let error as DatabaseError
      where error.resultCode == .SQLITE_FULL && step.isEdit && DiskReserve(replica: path).release()
    {
      return try work()
    }
  }
}
