import HTTPTypes
import NetsyncAPI
import NetsyncHTTP
import NetsyncModel
import Testing

/// A blank more than the server in these tests may send in a body.
private let overLimit = String(repeating: " ", count: 1_001)

/// What the transport makes of an answer over a real socket: it follows nothing, and takes no more than it may.
@Suite(.timeLimit(.minutes(10))) struct TransportTests {
  @Test(arguments: [HTTPRequest.Method.get, .post, .patch, .delete], [301, 302, 303, 307, 308])
  func `a redirect is handed back, and nobody at the new place is sent the key`(
    _ method: HTTPRequest.Method,
    _ status: Int
  ) async throws {
    let elsewhere = try await RawServer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
    let place = "http://\(elsewhere.authority)/v2/networks"
    let server = try await RawServer("HTTP/1.1 \(status) Moved\r\nlocation: \(place)\r\ncontent-length: 0\r\n\r\n")
    let transport = HTTPTransport()
    var request = server.request
    request.head.method = method
    request.head.headerFields[.authorization] = "Bearer KEY-canary"
    if method == .post || method == .patch { request.body = Array(#"{"name":"lab"}"#.utf8) }
    let response = try await transport.send(request)
    #expect(response.head.status.code == status)
    #expect(server.requests == 1)
    #expect(elsewhere.requests == 0)
    await transport.shutdown()
    try await server.close()
    try await elsewhere.close()
  }

  /// Its length is told, it comes in a chunk, or it has no end.
  @Test(
    arguments: [
      "content-length: 1001\r\n\r\n\(overLimit)",
      "transfer-encoding: chunked\r\n\r\n3e9\r\n\(overLimit)\r\n0\r\n\r\n",
      "connection: close\r\n\r\n\(overLimit)",
    ]
  )
  func `a body over the limit is named, however it comes`(_ rest: String) async throws {
    let server = try await RawServer("HTTP/1.1 200 OK\r\n\(rest)")
    let transport = HTTPTransport()
    await #expect(throws: TransportFailure.bodyTooLarge(limit: 1_000)) { try await transport.send(server.request) }
    await transport.shutdown()
    try await server.close()
  }

  @Test func `a body of just the limit is taken`() async throws {
    let body = String(overLimit.dropLast())
    let server = try await RawServer("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
    let transport = HTTPTransport()
    #expect(try await transport.send(server.request).body == Array(body.utf8))
    await transport.shutdown()
    try await server.close()
  }

  /// Whole it would be after a day, so that it is none however busy the host is.
  @Test(arguments: ["HTTP/1.1 200 OK\r\ncontent-length: 8640000\r\n\r\n", "HTTP/1.1 200 OK\r\nx-long: ", ""])
  func `an answer that comes a byte at a time ends when its time is over`(_ beginning: String) async throws {
    let server = try await RawServer(beginning, drip: beginning.isEmpty ? "\n" : "y")
    let transport = HTTPTransport()
    var request = server.request
    (request.timeout, request.bodyLimit) = (.milliseconds(300), 8_640_000)
    do {
      _ = try await transport.send(request)
      Issue.record("it was taken for an answer")
    } catch {
      guard case .noAnswer = error else {
        Issue.record("told as \(error)")
        return
      }
    }
    await transport.shutdown()
    try await server.close()
  }
}
