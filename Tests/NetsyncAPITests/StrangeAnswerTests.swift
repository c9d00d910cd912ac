import HTTPTypes
import NetsyncAPI
import NetsyncHTTP
import Testing

/// Answers that no HTTP server should give, over a real socket.
struct StrangeAnswerTests {
  @Test(arguments: ["000", "001", "042", "099"])
  func `a status that HTTP does not have is no answer, and ends nothing`(_ status: String) async throws {
    let server = try await RawServer("HTTP/1.1 \(status) What\r\ncontent-length: 2\r\n\r\n{}")
    let transport = HTTPTransport()
    for _ in 1...2 {
      await #expect(throws: TransportFailure.self) { try await transport.send(server.request) }
    }
    do {
      _ = try await transport.send(server.request)
    } catch {
      guard case .noAnswer(let reason) = error else {
        Issue.record("told as \(error)")
        return
      }
      #expect(reason.contains("status \(Int(status) ?? 0)"))
    }
    await transport.shutdown()
    try await server.close()
  }

  /// More than a field may have, and more fields than an answer may have.
  @Test(arguments: ["x-long: \(String(repeating: "a", count: 200_000))\r\n", String(repeating: "x: y\r\n", count: 300)])
  func `headers over the limit are named`(_ fields: String) async throws {
    let server = try await RawServer("HTTP/1.1 200 OK\r\n\(fields)content-length: 2\r\n\r\n{}")
    let transport = HTTPTransport()
    await #expect(throws: TransportFailure.headersTooLarge) { try await transport.send(server.request) }
    await transport.shutdown()
    try await server.close()
  }

  @Test func `a request that is cancelled is not told as one that took too long`() async throws {
    let server = try await RawServer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")
    let transport = HTTPTransport()
    let request = server.request
    let asked = Task { try await transport.send(request) }
    // Half an answer has come, so it is on its way.
    await server.isAsked()
    asked.cancel()
    do {
      _ = try await asked.value
      Issue.record("half an answer was taken")
    } catch let error as TransportFailure {
      #expect(error == .noAnswer(reason: "\(request.head.authority ?? ""): the request was cancelled"))
    }
    await transport.shutdown()
    try await server.close()
  }

  @Test func `what comes before the answer is skipped`() async throws {
    let server = try await RawServer(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
    )
    let transport = HTTPTransport()
    let response = try await transport.send(server.request)
    #expect(response.head.status == .ok)
    #expect(response.body == Array("{}".utf8))
    await transport.shutdown()
    try await server.close()
  }
}
