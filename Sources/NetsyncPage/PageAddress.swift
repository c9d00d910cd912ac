import NIOCore

/// Where the page is served: on this host and nowhere else.
package enum PageAddress: Hashable, Sendable, CustomStringConvertible {
  /// A port of the loopback interface, open to everybody who is logged in here; 0 for any that is free.
  case loopback(host: String, port: Int)
  /// A socket file, for its owner only.
  case unixSocket(path: String)

  /// How many bytes the kernel takes for the path of a socket, without the NUL at its end.
  private static let longestPath = 107

  /// - Returns: nil for anything but `127.0.0.1:PORT`, `localhost:PORT`, `[::1]:PORT` and `unix:/PATH`.
  package init?(_ text: String) {
    if text.hasPrefix("unix:/") {
      let path = String(text.dropFirst("unix:".count))
      guard path.utf8.count <= Self.longestPath, !path.utf8.contains(0), path.last != "/" else { return nil }
      self = .unixSocket(path: path)
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    switch text[..<colon] {
    case "127.0.0.1", "localhost": self = .loopback(host: "127.0.0.1", port: Int(port))
    case "[::1]": self = .loopback(host: "::1", port: Int(port))
    default: return nil
    }
  }

  package var description: String {
    switch self {
    case .loopback("::1", let port): "[::1]:\(port)"
    case .loopback(let host, let port): "\(host):\(port)"
    case .unixSocket(let path): "unix:\(path)"
    }
  }

  /// What a person types to get there, now that it is known which port was free.
  func url(of channel: any Channel) -> String {
    switch self {
    case .loopback("::1", let port): "http://[::1]:\(channel.localAddress?.port ?? port)"
    case .loopback(let host, let port): "http://\(host):\(channel.localAddress?.port ?? port)"
    case .unixSocket: description
    }
  }
}
