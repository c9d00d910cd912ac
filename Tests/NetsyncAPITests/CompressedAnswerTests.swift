import FoundationEssentials
import HTTPTypes
import NetsyncAPI
import NetsyncHTTP
import NetsyncModel
import Testing

/// What the transport makes of answers that are compressed, or say so.
@Suite(.timeLimit(.minutes(10))) struct CompressedAnswerTests {
  @Test func `an answer is asked for compressed, and read`() async throws {
    let server = try await RawServer(answer(blanks(1_000)))
    let transport = HTTPTransport()
    #expect(try await transport.send(server.request).body == Array(repeating: UInt8(ascii: " "), count: 1_000))
    #expect(server.heard.first?.contains("\r\naccept-encoding: gzip\r\n") == true)
    await transport.shutdown()
    try await server.close()
  }

  @Test(arguments: ["GZIP", "x-gzip", "X-GZIP"])
  func `the coding has other names too`(_ coding: String) async throws {
    let server = try await RawServer(answer(blanks(1_000), coding))
    let transport = HTTPTransport()
    #expect(try await transport.send(server.request).body.count == 1_000)
    await transport.shutdown()
    try await server.close()
  }

  @Test func `a connection is used again after a compressed answer`() async throws {
    let server = try await RawServer(answer(blanks(1_000)))
    let transport = HTTPTransport(connections: 1)
    for _ in 1...3 { #expect(try await transport.send(server.request).body.count == 1_000) }
    #expect(server.connections == 1)
    await transport.shutdown()
    try await server.close()
  }

  /// A deletion that was carried out would count as not answered.
  @Test(
    arguments: [
      "HTTP/1.1 204 No Content\r\ncontent-encoding: gzip\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n",
    ]
  )
  func `what has no body is not compressed, whatever it says`(_ text: String) async throws {
    let server = try await RawServer(text)
    let transport = HTTPTransport()
    #expect(try await transport.send(server.request).body == [])
    await transport.shutdown()
    try await server.close()
  }

  @Test func `a few bytes cannot become many`() async throws {
    let server = try await RawServer(answer(bomb))
    let transport = HTTPTransport()
    await #expect(throws: TransportFailure.decompressionBomb(ratio: 100)) { try await transport.send(server.request) }
    await transport.shutdown()
    try await server.close()
  }

  @Test func `the limit is of the decompressed body`() async throws {
    let server = try await RawServer(answer(blanks(1_001)))
    let transport = HTTPTransport()
    await #expect(throws: TransportFailure.bodyTooLarge(limit: 1_000)) { try await transport.send(server.request) }
    await transport.shutdown()
    try await server.close()
  }

  /// The head of gzip, then blocks of nothing.
  @Test func `the limit is of the body as it comes, too`() async throws {
    let head: [UInt8] = [31, 139, 8, 0, 0, 0, 0, 0, 0, 3]
    let nothing: [UInt8] = [0, 0, 0, 255, 255]
    let blocks = Array(repeating: nothing, count: Limits.bodyBytes / nothing.count + 1).joined()
    let server = try await RawServer(answer(head + blocks))
    let transport = HTTPTransport()
    await #expect(throws: TransportFailure.bodyTooLarge(limit: Limits.bodyBytes)) {
      try await transport.send(server.request)
    }
    await transport.shutdown()
    try await server.close()
  }

  @Test(
    arguments: [
      Array("{}".utf8), [31, 139], Array(blanks(1_000).dropLast(9)),
      blanks(1_000).dropLast(8) + [0, 0, 0, 0, 0, 0, 0, 0], blanks(1_000) + Array("OK".utf8),
    ] as [[UInt8]]
  )
  func `what does not decompress is named`(_ body: [UInt8]) async throws {
    let server = try await RawServer(answer(body))
    let transport = HTTPTransport()
    await #expect(throws: TransportFailure.notCompressedAsTold) { try await transport.send(server.request) }
    await transport.shutdown()
    try await server.close()
  }
}

/// The whole of an answer.
private func answer(_ body: [UInt8], _ coding: String = "gzip") -> [UInt8] {
  Array("HTTP/1.1 200 OK\r\ncontent-encoding: \(coding)\r\ncontent-length: \(body.count)\r\n\r\n".utf8) + body
}

/// 1,000 or 1,001 blanks in 29 bytes of gzip.
private func blanks(_ count: Int) -> [UInt8] {
  decoded(
    count == 1_000
      ? "H4sIAAAAAAACA1NQGAWjYBQMdwAAguOTzegDAAA=" : "H4sIAAAAAAACA1NQGAWjYBQMewAAqr4X6ukDAAA="
  )
}

/// 100,000 blanks in 133 bytes of gzip.
private let bomb = decoded(
  """
  H4sIAAAAAAACA+3BMQEAAADCoCrrn9IaHkABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAArwYt8HnKoIYBAA==
  """
)

private func decoded(_ base64: String) -> [UInt8] {
  Array(Data(base64Encoded: base64) ?? Data())
}
