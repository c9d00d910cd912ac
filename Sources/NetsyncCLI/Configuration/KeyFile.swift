import NetsyncReplica

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The file that `auth login` keeps the key in: its user's alone.
enum KeyFile {
  static func write(_ key: String, to path: String) throws {
    do { try makeDirectory(of: path) } catch { throw UserMessage.keyFile(path, "its directory cannot be made") }
    try OutputFile.replace(path) { stream in
      try stream.write(String(key.prefix { !$0.isNewline }) + "\n")
    }
  }

  /// - Returns: false where there is none.
  static func remove(_ path: String) throws(UserMessage) -> Bool {
    if unsafe unlink(path) == 0 { return true }
    guard errno == ENOENT else {
      throw .keyFile(path, "it cannot be removed: \(SystemRefusal(errno: errno).description)")
    }
    return false
  }
}
