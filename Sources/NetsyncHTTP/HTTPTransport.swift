import AsyncHTTPClient
import HTTPTypes
package import NetsyncAPI
import NIOCore
import NIOHTTP1
import NIOPosix

/// The transport over AsyncHTTPClient: HTTP/1.1, TLS always verified, redirects refused, one total deadline, capped bodies.
///
/// It takes no proxy from the environment, so loopback never goes through one.
package struct HTTPTransport: Transport {
  private let client: HTTPClient

  /// - Parameters:
  ///   - connectTimeout: for one connection, TLS included.
  ///   - connections: to the host at the same time.
  package init(connectTimeout: Duration = .seconds(10), connections: Int = 16) {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout.connect = .nanoseconds(connectTimeout.wholeNanoseconds)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
    // A host that refuses connections is told at once; whether to try again is the engine's to decide.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.httpVersion = .http1Only
    configuration.http1_1ConnectionDebugInitializer = { channel in
      channel.eventLoop.submit { try StatusGuard.add(to: channel.pipeline.syncOperations) }
    }
    client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
  }

  /// Closes every connection. Must be called once, when nothing is in flight.
  package func shutdown() async {
    // The only error is "already shut down", which is what was wanted.
    try? await client.shutdown()
  }

  package func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse {
    let outcome = await withTaskGroup(of: Result<TransportResponse, TransportFailure>.self) { group in
      group.addTask { await exchange(request) }
      group.addTask {
        do {
          try await Task.sleep(for: request.timeout)
          return .failure(.noAnswer(reason: "no complete answer within \(request.timeout.text)"))
        } catch {
          return .failure(.cancelled)
        }
      }
      let first = await group.next()
      group.cancelAll()
      return first ?? .failure(.cancelled)
    }
    do {
      return try outcome.get()
    } catch {
      throw error.named(request.head.authority ?? "")
    }
  }

  private func exchange(_ request: TransportRequest) async -> Result<TransportResponse, TransportFailure> {
    do {
      let response = try await client.execute(
        clientRequest(request),
        timeout: .nanoseconds(request.timeout.wholeNanoseconds)
      )
      var body: [UInt8] = []
      for try await part in response.body {
        guard body.count + part.readableBytes <= request.bodyLimit else {
          return .failure(.bodyTooLarge(limit: request.bodyLimit))
        }
        body.append(contentsOf: part.readableBytesView)
      }
      return .success(TransportResponse(head: responseHead(response), body: body))
    } catch {
      return .failure(failure(error))
    }
  }
}

private func clientRequest(_ request: TransportRequest) -> HTTPClientRequest {
  let head = request.head
  var clientRequest = HTTPClientRequest(url: "\(head.scheme ?? "https")://\(head.authority ?? "")\(head.path ?? "/")")
  clientRequest.method = HTTPMethod(rawValue: head.method.rawValue)
  for field in head.headerFields { clientRequest.headers.add(name: field.name.rawName, value: field.value) }
  if !request.body.isEmpty { clientRequest.body = .bytes(ByteBuffer(bytes: request.body)) }
  return clientRequest
}

private func responseHead(_ response: HTTPClientResponse) -> HTTPResponse {
  var head = HTTPResponse(status: .init(code: Int(response.status.code)))
  for (name, value) in response.headers {
    guard let name = HTTPField.Name(name) else { continue }
    head.headerFields.append(HTTPField(name: name, value: value))
  }
  return head
}

/// Only what proves that no byte left is `notSent`; everything else may have arrived.
private func failure(_ error: any Error) -> TransportFailure {
  switch error {
  case let error as HTTPClientError where error == .connectTimeout:
    .notSent(reason: "no connection in time")
  case let error as HTTPClientError where error == .getConnectionFromPoolTimeout:
    .notSent(reason: "no free connection in time")
  case let error as NIOConnectionError:
    .notSent(reason: connectionReason(error))
  case let error as IOError where error.errnoCode == ECONNREFUSED:
    .notSent(reason: "connection refused")
  case let error as ImpossibleStatus:
    .noAnswer(reason: "the answer has status \(error.code), which HTTP does not have")
  case HTTPParserError.headerOverflow:
    .headersTooLarge
  case let error as HTTPClientError where error == .deadlineExceeded:
    .noAnswer(reason: "no complete answer in time")
  case let error as HTTPClientError where error == .cancelled:
    .cancelled
  case is CancellationError:
    .cancelled
  case let error as HTTPClientError where error == .remoteConnectionClosed:
    .noAnswer(reason: "the connection was closed before the answer was complete")
  default:
    .noAnswer(reason: String(describing: error))
  }
}

private func connectionReason(_ error: NIOConnectionError) -> String {
  if error.dnsAError != nil && error.dnsAAAAError != nil { return "the name cannot be resolved" }
  let refused = error.connectionErrors.allSatisfy { ($0.error as? IOError)?.errnoCode == ECONNREFUSED }
  return refused ? "connection refused" : "no connection to port \(error.port)"
}

extension TransportFailure {
  /// Its task was cancelled while it was on its way: it may have arrived.
  fileprivate static let cancelled = TransportFailure.noAnswer(reason: "the request was cancelled")

  /// The same, with the host that it is about.
  fileprivate func named(_ host: String) -> TransportFailure {
    switch self {
    case .notSent(let reason): .notSent(reason: "\(host): \(reason)")
    case .noAnswer(let reason): .noAnswer(reason: "\(host): \(reason)")
    case .bodyTooLarge, .headersTooLarge: self
    }
  }
}

extension Duration {
  /// `10 s`, or `250 ms`.
  fileprivate var text: String {
    let (seconds, attoseconds) = components
    return attoseconds == 0 ? "\(seconds) s" : "\(wholeNanoseconds / 1_000_000) ms"
  }

  fileprivate var wholeNanoseconds: Int64 {
    components.seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue + components.attoseconds
      / 1_000_000_000
  }
}
