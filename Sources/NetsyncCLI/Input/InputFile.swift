#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A file that a person names, or stdin.
enum InputFile {
  /// How it is spoken of.
  static func label(_ path: String) -> String { path == "-" ? "stdin" : path }

  /// - Parameters:
  ///   - path: `-` for stdin.
  ///   - most: bytes.
  static func read(_ path: String, most: Int = 64 << 20) throws(UserMessage) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw refused(path, SystemRefusal(errno: errno).description) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw refused(path, SystemRefusal(errno: errno).description) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= most else { throw refused(path, "it has more than \(most >> 20) MiB") }
    }
  }

  private static func refused(_ path: String, _ reason: String) -> UserMessage {
    .usage(
      "\(label(path)) cannot be read",
      why: "\(reason)",
      next: "name a file of yours, or '-' for stdin"
    )
  }
}
