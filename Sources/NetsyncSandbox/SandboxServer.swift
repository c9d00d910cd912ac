import FoundationEssentials
import HTTPTypes
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The system does not let a server listen, for the reason that is its description.
package struct ListenRefused: Error, CustomStringConvertible {
  package let description: String
}

/// A sandbox behind HTTP/1.1 on a TCP port, with connections that are kept alive.
///
/// Built on Hummingbird's server, below its router and its `Application`: those would set their own `Date`, and leave no way to
/// drop a connection without a byte of an answer.
package final class SandboxServer: Sendable {
  private let sandbox: Mutex<Sandbox>
  private let host: String
  private let port: Int
  private let now: @Sendable () -> Int64
  private let logger: Logger

  /// A server that does not run yet.
  ///
  /// - Parameters:
  ///   - sandbox: What is served.
  ///   - host: The address to listen on.
  ///   - port: The port to listen on; 0 lets the system pick one.
  ///   - now: The server's time, in microseconds since 1970; the system's unless given.
  ///   - logger: Silent unless given.
  package init(
    _ sandbox: Sandbox,
    host: String = "127.0.0.1",
    port: Int = 0,
    now: @escaping @Sendable () -> Int64 = SandboxServer.systemTime,
    logger: Logger = Logger(label: "netsync.sandbox") { _ in SwiftLogNoOpLogHandler() }
  ) {
    self.sandbox = Mutex(sandbox)
    self.host = host
    self.port = port
    self.now = now
    self.logger = logger
  }

  /// Serves until its task is cancelled, or the service group it runs in shuts down gracefully; both close idle connections at
  /// once. May be called once.
  ///
  /// - Parameter onListening: Called with the port as soon as connections are accepted.
  /// - Throws: ``ListenRefused`` if the address cannot be listened on.
  package func run(onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }) async throws {
    let connections = HTTP1Channel { request, writer, connection in
      try await self.serve(request, writer, connection)
    }
    let service = connections.server(
      configuration: ServerConfiguration(address: .hostname(host, port: port)),
      onServerRunning: { await onListening($0.localAddress?.port ?? self.port) },
      eventLoopGroup: .singletonMultiThreadedEventLoopGroup,
      logger: logger
    )
    do { try await service.run() } catch let error as IOError {
      throw ListenRefused(description: unsafe String(cString: strerror(error.errnoCode)))
    }
  }

  /// Reads or changes what is served, between two requests.
  package func withSandbox<Result: Sendable>(_ body: (inout Sandbox) -> Result) -> Result {
    sandbox.withLock { body(&$0) }
  }

  /// The system's clock, in microseconds since 1970.
  package static let systemTime: @Sendable () -> Int64 = {
    Int64(Date.now.timeIntervalSince1970 * 1_000_000)
  }

  @concurrent
  private func serve(
    _ request: Request,
    _ writer: consuming ResponseWriter,
    _ connection: any Channel
  ) async throws {
    let body = try await Self.collect(request.body)
    let now = now()
    let (outcome, latency) = withSandbox { sandbox in
      (sandbox.answer(to: request.head, body: body, at: now), sandbox.faults.latency)
    }
    if latency > .zero { try await Task.sleep(for: latency) }

    switch outcome {
    case .answer(let answer):
      var head = answer.response
      head.headerFields[.contentLength] = String(answer.body.count)
      try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    case .lost:
      connection.close(promise: nil)
      // Ends Hummingbird's loop over the requests of this connection.
      throw ConnectionDropped()
    }
  }

  /// The whole body, or as much of it as shows that it is too large: memory stays bounded, and the sandbox refuses it.
  private static func collect(_ body: RequestBody) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await part in body {
      bytes.append(contentsOf: part.readableBytesView)
      if bytes.count > SandboxState.maximumBodyBytes { break }
    }
    return bytes
  }
}

/// A connection was closed on purpose.
private struct ConnectionDropped: Error {}
