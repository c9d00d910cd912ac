#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The port, or the path of the socket, is taken or cannot be had, for the reason that is its description.
struct SocketRefused: Error, CustomStringConvertible {
  let description: String

  init(description: String) { self.description = description }

  /// In the system's own words.
  init(errno: Int32) { description = unsafe String(cString: strerror(errno)) }
}
