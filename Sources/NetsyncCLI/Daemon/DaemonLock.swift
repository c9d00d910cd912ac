import FoundationEssentials
import NetsyncModel
import NetsyncReplica

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The daemon of a replica, as everybody else sees it.
struct DaemonRecord: Codable, Hashable, Sendable {
  var pid: Int32
  /// Where it serves its page and metrics; nil where it does not.
  var listen: String?
  /// RFC 3339.
  var startedAt: String

  private enum CodingKeys: String, CodingKey {
    case pid, listen
    case startedAt = "started_at"
  }
}

/// The system did not do what it was asked.
struct SystemRefusal: Error, CustomStringConvertible {
  let errno: Int32

  var description: String { unsafe String(cString: strerror(errno)) }
}

/// The right to be a replica's daemon: one process at a time.
///
/// A kernel lock on `<replica>.daemon`, which goes with its holder however it ends. What the file says counts while it is held.
final class DaemonLock: Sendable {
  private static let largestRecord = 4_096

  private let descriptor: Int32

  /// - Returns: nil where another process has it.
  /// - Throws: the file cannot be made or opened; `errno`.
  init?(replica path: String) throws(SystemRefusal) {
    let descriptor = openOwned("\(path).daemon")
    guard descriptor >= 0 else { throw SystemRefusal(errno: errno) }
    guard Self.take(descriptor) else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit {
    // To close it alone would leave the lock to a process that is just being started.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Somebody who looks whether there is a daemon holds a shared lock for a moment.
  private static func take(_ descriptor: Int32) -> Bool {
    for _ in 0..<10 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      usleep(2_000)
    }
    return false
  }

  /// Says who has it.
  func write(_ record: DaemonRecord) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes = Array(try encoder.encode(record))
    guard unsafe pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, ftruncate(descriptor, bytes.count) == 0
    else { throw SystemRefusal(errno: errno) }
  }

  /// The daemon that runs; nil where none does.
  static func holder(ofReplica path: String) -> DaemonRecord? {
    let descriptor = unsafe open("\(path).daemon", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    var bytes = [UInt8](repeating: 0, count: largestRecord)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return try? JSONDecoder().decode(DaemonRecord.self, from: Data(bytes[..<count]))
  }
}
