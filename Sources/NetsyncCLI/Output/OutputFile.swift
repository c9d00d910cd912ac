import FoundationEssentials
import NetsyncReplica

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A file that a person names for an answer.
enum OutputFile {
  /// Writes a file of its owner's alone, whole or not at all: what was there under the name stays until the new one is finished.
  ///
  /// What is no regular file, such as a pipe or `/dev/stdout`, is written to as it is; a link stays, and its file is replaced.
  ///
  /// - Parameter check: throws where the file that is there has to stay.
  static func replace<Value>(
    _ path: String,
    after check: (_ path: String) throws(UserMessage) -> Void = refuseDatabase,
    _ write: (StandardStream) throws -> Value
  ) throws -> Value {
    var there = stat()
    guard unsafe stat(path, &there) == 0 else { return try make(path, write) }
    guard there.st_mode & S_IFMT == S_IFREG else { return try pass(through: path, write) }
    try check(path)
    guard let resolved = unsafe realpath(path, nil) else { throw UserMessage.unwritten(path, errno) }
    defer { unsafe free(resolved) }
    return try make(unsafe String(cString: resolved), write)
  }

  private static func make<Value>(_ path: String, _ write: (StandardStream) throws -> Value) throws -> Value {
    let partial = "\(path).partial-\(UUID().uuidString)"
    let descriptor = openOwned(partial, O_WRONLY | O_EXCL)
    guard descriptor >= 0 else { throw UserMessage.unwritten(path, errno) }
    var isDone = false
    defer {
      close(descriptor)
      if !isDone { unsafe unlink(partial) }
    }
    let value = try fill(descriptor, write)
    guard fsync(descriptor) == 0, unsafe rename(partial, path) == 0 else { throw UserMessage.unwritten(path, errno) }
    isDone = true
    return value
  }

  private static func pass<Value>(through path: String, _ write: (StandardStream) throws -> Value) throws -> Value {
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw UserMessage.unwritten(path, errno) }
    defer { close(descriptor) }
    return try fill(descriptor, write)
  }

  private static func fill<Value>(_ descriptor: Int32, _ write: (StandardStream) throws -> Value) throws -> Value {
    let stream = StandardStream(descriptor: descriptor, capacity: 65_536)
    let value = try write(stream)
    try stream.flush()
    return value
  }

  /// A database is nobody's to lose. It begins with a sign of its own (<https://www.sqlite.org/fileformat.html>, section 1.3).
  static func refuseDatabase(_ path: String) throws(UserMessage) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let sign = Array("SQLite format 3\0".utf8)
    var beginning = [UInt8](repeating: 0, count: sign.count)
    guard unsafe read(descriptor, &beginning, sign.count) != sign.count || beginning != sign else {
      throw .isDatabase(path)
    }
  }
}
