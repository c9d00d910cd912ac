import NIOCore
import NetsyncSandbox
import Testing

/// What only a server does: connections.
struct ServerTests {
  @Test
  func `a connection carries one request after the other`() async throws {
    let server = SandboxServer(Sandbox(SandboxState(networks: 30)))
    try await whileRunning(server) { port in
      let received = try await exchange(
        request("GET /v2/networks") + request("GET /v2/networks?page[size]=1") + request("GET /", close: true),
        port: port
      )
      #expect(try Answer.all(in: received).map(\.status) == [200, 200, 404])
    }
    #expect(server.withSandbox { $0.state.requestCount.total } == 3)
    #expect(server.withSandbox { $0.state.requestCount[.listNetworks] } == 2)
  }

  @Test
  func `a lost response is not one byte, and ends the connection`() async throws {
    let server = SandboxServer(Sandbox(faults: SandboxFaults(loseResponseRate: 1)))
    try await whileRunning(server) { port in
      let received = try await exchange(request("POST /v2/networks", body: #"{"name":"lab"}"#), port: port)
      #expect(received.isEmpty)
      // The next client is served.
      let next = try await exchange(request("GET /v2/networks", close: true), port: port)
      #expect(try Answer.all(in: next).map(\.status) == [200])
    }
    #expect(server.withSandbox { $0.state.networkCount } == 1)
  }

  @Test
  func `a connection survives a body that is refused for its size`() async throws {
    try await whileRunning(SandboxServer(Sandbox())) { port in
      let large = String(repeating: " ", count: 4 << 20)
      let received = try await exchange(
        request("POST /v2/networks", body: large) + request("GET /v2/networks", close: true),
        port: port
      )
      #expect(try Answer.all(in: received).map(\.status) == [413, 200])
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a server stops at once while clients keep idle connections`() async throws {
    let server = SandboxServer(Sandbox())
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let running = Task { try await server.run { listening.yield($0) } }
    let port = try #require(await ports.first { _ in true })

    let silent = try await connect(port: port)
    let idle = try await connect(port: port)
    try await idle.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(bytes: request("GET /v2/networks")))
      var answers = inbound.makeAsyncIterator()
      #expect(try await answers.next() != nil)

      running.cancel()
      try await running.value
      #expect(try await answers.next() == nil)
    }
    try await silent.executeThenClose { inbound, _ in
      for try await _ in inbound { Issue.record("nothing was asked on this connection") }
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a server stops at once while an answer waits for its latency`() async throws {
    let server = SandboxServer(Sandbox(faults: SandboxFaults(latency: .seconds(3600))))
    try await whileRunning(server) { port in
      let waiting = try await connect(port: port)
      try await waiting.executeThenClose { _, outbound in
        try await outbound.write(ByteBuffer(bytes: request("GET /v2/networks")))
        while server.withSandbox({ $0.state.requestCount.total }) == 0 { await Task.yield() }
      }
    }
  }

  @Test
  func `a port that is taken is an error`() async throws {
    try await whileRunning(SandboxServer(Sandbox())) { port in
      await #expect(throws: ListenRefused.self) {
        try await SandboxServer(Sandbox(), port: port).run()
      }
    }
  }

  /// A request as bytes, with a key.
  private func request(_ line: String, body: String = "", close: Bool = false) -> [UInt8] {
    var head = "\(line) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer key\r\n"
    if close { head += "Connection: close\r\n" }
    if !body.isEmpty { head += "Content-Length: \(body.utf8.count)\r\n" }
    return Array("\(head)\r\n\(body)".utf8)
  }
}
