import AsyncHTTPClient
import HTTPTypes
package import NetsyncAPI
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL
import NetsyncModel

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The transport over AsyncHTTPClient: HTTP/1.1, TLS from 1.2 on and always verified, redirects refused, one total deadline, bodies
/// asked for compressed and capped before and after they are decompressed.
package struct HTTPTransport: Transport {
  private let client: HTTPClient
  private let road: Road
  private let connectTimeout: Duration

  /// - Parameters:
  ///   - connectTimeout: for one connection, TLS included.
  ///   - connections: to the host at the same time.
  package init(
    over road: Road = Road(),
    connectTimeout: Duration = .seconds(10),
    connections: Int = Limits.requestsInFlight
  ) {
    self.road = road
    self.connectTimeout = connectTimeout
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    var tls = TLSConfiguration.makeClientConfiguration()
    // Earlier ones are no longer to be negotiated (RFC 8996).
    tls.minimumTLSVersion = .tlsv12
    tls.additionalTrustRoots = [.certificates(road.certificates)]
    configuration.tlsConfiguration = tls
    configuration.proxy = road.proxy.map { proxy in
      .server(host: proxy.host, port: proxy.port, authorization: proxy.credentials.map { .basic($0) })
    }
    configuration.timeout.connect = .nanoseconds(connectTimeout.wholeNanoseconds)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
    // A host that refuses connections is told at once; whether to try again is the engine's to decide.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.httpVersion = .http1Only
    configuration.decompression = .enabled(limit: .ratio(Limits.decompression))
    configuration.http1_1ConnectionDebugInitializer = { channel in
      channel.eventLoop.submit {
        try AnswerGuard.add(to: channel.pipeline.syncOperations, limit: Limits.bodyBytes)
      }
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
      throw await explained(error, request.head.authority ?? "")
    }
  }

  /// The same failure, with the host that it is about, and where its certificate was not accepted with what that says.
  private func explained(_ failure: TransportFailure, _ authority: String) async -> TransportFailure {
    switch failure {
    case .notSent(let reason):
      var failure = ConnectionFailure(reason.fault, host: authority, proxy: road.proxyAddress)
      guard [.untrusted(nil), .otherHost(nil)].contains(reason.fault), let url = try? BaseURL("https://\(authority)")
      else {
        return .notSent(failure)
      }
      let certificate = await CertificateProbe.certificate(
        of: url.host.hasPrefix("[") ? String(url.host.dropFirst().dropLast()) : url.host,
        port: url.port ?? 443,
        over: road,
        timeout: .nanoseconds(connectTimeout.wholeNanoseconds)
      )
      failure.fault = reason.fault.with(certificate, now: Int64(time(nil)))
      return .notSent(failure)
    case .noAnswer(let reason): return .noAnswer(reason: "\(authority): \(reason)")
    case .bodyTooLarge, .headersTooLarge, .notCompressedAsTold, .decompressionBomb: return failure
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
  // What is called deflate comes in two forms; of gzip there is one.
  clientRequest.headers.replaceOrAdd(name: "accept-encoding", value: "gzip")
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

/// Only what proves that no byte left is `notSent`; everything else may have arrived. No library's own text gets out: it names types
/// and files of its build.
func failure(_ error: any Error) -> TransportFailure {
  switch error {
  case let error as HTTPClientError: failure(error)
  case let error as NIOConnectionError: failure(error)
  case let error as IOError: failure(errno: error.errnoCode)
  case let error as NIOSSLError:
    switch error {
    case .handshakeFailed(let reason): .notSent(handshakeFault(reason))
    default: .noAnswer(reason: "the connection was closed before the answer was complete")
    }
  case let error as NIOSSLExtraError:
    if [.failedToValidateHostname, .serverHostnameImpossibleToMatch].contains(error) {
      .notSent(.otherHost(nil))
    } else {
      .noAnswer(reason: "the connection broke off")
    }
  case let error as ImpossibleStatus: .noAnswer(reason: "the answer has status \(error.code), which HTTP does not have")
  case HTTPParserError.headerOverflow: .headersTooLarge
  case let error as TransportFailure: error
  case NIOHTTPDecompression.DecompressionError.limit: .decompressionBomb(ratio: Limits.decompression)
  case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError: .notCompressedAsTold
  case is HTTPParserError: .noAnswer(reason: "what came is no HTTP")
  case is CancellationError: .cancelled
  default: .noAnswer(reason: "the connection broke off")
  }
}

private func failure(_ error: HTTPClientError) -> TransportFailure {
  switch error {
  case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout:
    .notSent(.noConnection)
  case .proxyAuthenticationRequired: .notSent(.proxyCredentials)
  case .invalidProxyResponse: .notSent(.proxyRefused)
  case .deadlineExceeded, .readTimeout: .noAnswer(reason: "no complete answer in time")
  case .cancelled, .requestStreamCancelled: .cancelled
  case .remoteConnectionClosed, .uncleanShutdown:
    .noAnswer(reason: "the connection was closed before the answer was complete")
  default: .noAnswer(reason: "what came is no HTTP")
  }
}

/// Only a refusal says by itself that no connection was made: that a host cannot be reached (`EHOSTUNREACH`, `ENETUNREACH`) is also
/// what Linux says of a connection on which the request has left.
private func failure(errno code: CInt) -> TransportFailure {
  switch code {
  case ECONNREFUSED: .notSent(.refused)
  case EHOSTUNREACH, ENETUNREACH: .noAnswer(reason: "the host cannot be reached")
  case ECONNRESET, EPIPE: .noAnswer(reason: "the connection was reset")
  case ETIMEDOUT: .noAnswer(reason: "the connection was lost")
  default: .noAnswer(reason: "the connection broke off (errno \(code))")
  }
}

/// Each address that the host's name has was tried: what all of them say counts.
private func failure(_ error: NIOConnectionError) -> TransportFailure {
  if error.dnsAError != nil && error.dnsAAAAError != nil { return .notSent(.unresolved) }
  let faults = Set(error.connectionErrors.map { failure($0.error) })
  if faults.count == 1, let fault = faults.first, case .notSent = fault { return fault }
  return .notSent(.noConnection)
}

/// What BoringSSL's words come to; only these are looked for.
private func handshakeFault(_ error: BoringSSLError) -> ConnectionFault {
  guard case .sslError(let stack) = error else { return .brokenHandshake }
  let words = stack.map(\.description).joined(separator: " ")
  if words.contains("CERTIFICATE_VERIFY_FAILED") { return .untrusted(nil) }
  if ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNEXPECTED_RECORD"].contains(
    where: words.contains
  ) {
    return .noTLS
  }
  return .brokenHandshake
}

extension ConnectionFault {
  /// The same, with what the certificate says: that its time is over explains why nobody vouches for it.
  ///
  /// - Parameter now: seconds since 1970.
  fileprivate func with(_ certificate: CertificateSummary?, now: Int64) -> ConnectionFault {
    guard let certificate else { return self }
    let now = Timestamp(microseconds: now * 1_000_000)
    if case .untrusted = self, now < certificate.validFrom || now > certificate.validUntil {
      return .outOfDate(certificate)
    }
    if case .otherHost = self { return .otherHost(certificate) }
    return .untrusted(certificate)
  }
}

extension HTTPClient.Authorization {
  fileprivate static func basic(_ credentials: Road.Proxy.Credentials) -> HTTPClient.Authorization {
    .basic(username: credentials.user, password: credentials.password)
  }
}

extension Road.Proxy {
  /// The value of `proxy-authorization`; only for the wire.
  var authorization: String? {
    credentials.map { HTTPClient.Authorization.basic($0).headerValue }
  }
}

extension TransportFailure {
  /// Its task was cancelled while it was on its way: it may have arrived.
  fileprivate static let cancelled = TransportFailure.noAnswer(reason: "the request was cancelled")

  /// The host is told later.
  fileprivate static func notSent(_ fault: ConnectionFault) -> TransportFailure {
    .notSent(ConnectionFailure(fault, host: ""))
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
