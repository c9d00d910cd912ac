import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A file that a person names for an answer.
enum OutputFile {
  /// Writes a file of its owner's alone, whole or not at all: what was there under the name stays until the new one is finished.
  static func replace<Value>(_ path: String, _ write: (StandardStream) throws -> Value) throws -> Value {
    let partial = "\(path).partial-\(UUID().uuidString)"
    let descriptor = unsafe open(partial, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw unwritten(path, errno) }
    var isDone = false
    defer {
      close(descriptor)
      if !isDone { unsafe unlink(partial) }
    }
    let stream = StandardStream(descriptor: descriptor, capacity: 65_536)
    let value = try write(stream)
    try stream.flush()
    guard fsync(descriptor) == 0, unsafe rename(partial, path) == 0 else { throw unwritten(path, errno) }
    isDone = true
    return value
  }

  private static func unwritten(_ path: String, _ code: Int32) -> UserMessage {
    .usage(
      "the file could not be written",
      why: "\(path): \(SystemRefusal(errno: code).description)",
      next: "name a file in a directory of yours"
    )
  }
}
