import Hummingbird
package import Logging
import NIOCore
import NetsyncReplica
package import ServiceLifecycle

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

extension Page {
  /// The page as a service.
  ///
  /// - Parameter onListening: called once it listens, with what a person types to get there.
  package func server(
    at address: PageAddress,
    logger: Logger,
    onListening: @escaping @Sendable (String) -> Void
  ) -> some Service {
    PageServer(page: self, address: address, logger: logger, onListening: onListening)
  }
}

private struct PageServer: Service {
  let page: Page
  let address: PageAddress
  let logger: Logger
  let onListening: @Sendable (String) -> Void

  func run() async throws {
    do { try await serve() } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw SocketRefused(description: "another process listens on \(address)")
    } catch let error as IOError {
      throw SocketRefused(errno: error.errnoCode)
    }
  }

  private func serve() async throws {
    switch address {
    case .loopback(let host, let port):
      try await application(.hostname(host, port: port), isUnixSocket: false).run()
    case .unixSocket(let path):
      try SocketFile.clear(path)
      defer { unsafe unlink(path) }
      try await application(.unixDomainSocket(path: path), isUnixSocket: true).run()
    }
  }

  private func application(_ bind: BindAddress, isUnixSocket: Bool) -> some ApplicationProtocol {
    Application(
      router: page.router(isUnixSocket: isUnixSocket),
      configuration: ApplicationConfiguration(address: bind, serverName: nil),
      onServerRunning: { channel in
        if case .unixSocket(let path) = address { unsafe chmod(path, 0o600) }
        onListening(address.url(of: channel))
      },
      logger: logger
    )
  }
}

/// The file of a Unix socket, which outlives a process that was killed.
private enum SocketFile {
  /// Removes a socket that nobody listens on.
  ///
  /// - Throws: ``SocketRefused`` where somebody does, or where the path is something else.
  static func clear(_ path: String) throws(SocketRefused) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw SocketRefused(description: "\(path) is there, and no socket")
    }
    guard !isListening(path) else { throw SocketRefused(description: "another process listens on \(path)") }
    unsafe unlink(path)
  }

  private static func isListening(_ path: String) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
    let isConnected = unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    return isConnected || errno != ECONNREFUSED
  }
}
