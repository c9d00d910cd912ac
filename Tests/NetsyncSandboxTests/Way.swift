import HTTPTypes
import NetsyncSandbox
import Synchronization

/// The two ways to ask a sandbox. What the contract promises holds for both.
enum Way: CaseIterable, Sendable {
  case inProcess
  case loopback

  /// Runs `body` with a client of `sandbox`, and stops the server, if there is one, afterwards.
  func ask(_ sandbox: Sandbox, _ body: (SandboxClient) async throws -> Void) async throws {
    let time = ManualTime()
    let server = SandboxServer(sandbox, now: { time.now })
    switch self {
    case .inProcess:
      try await body(SandboxClient(server: server, time: time, port: nil))
    case .loopback:
      try await whileRunning(server) { port in
        try await body(SandboxClient(server: server, time: time, port: port))
      }
    }
  }

  /// An account with these networks in it, the last one newest, and no faults.
  func ask(networks names: [String] = [], _ body: (SandboxClient) async throws -> Void) async throws {
    var state = SandboxState()
    for name in names { state.createNetwork(named: name, at: ManualTime.start) }
    try await ask(Sandbox(state), body)
  }
}

/// Runs a server, and stops it by cancelling its task when `body` is done.
func whileRunning(_ server: SandboxServer, _ body: (_ port: Int) async throws -> Void) async throws {
  let (ports, listening) = AsyncStream.makeStream(of: Int.self)
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      // A server that cannot listen ends the stream, and with it the wait below.
      defer { listening.finish() }
      try await server.run { listening.yield($0) }
    }
    for await port in ports {
      try await body(port)
      break
    }
    group.cancelAll()
    try await group.waitForAll()
  }
}

/// A clock that stands until a test moves it.
final class ManualTime: Sendable {
  /// 2026-01-02T03:04:05.678901Z
  static let start: Int64 = 1_767_323_045_678_901

  private let microseconds = Mutex(start)

  var now: Int64 { microseconds.withLock { $0 } }

  func advance(seconds: Int64) {
    microseconds.withLock { $0 += seconds * 1_000_000 }
  }
}

/// One request after the other, each on a connection of its own where there are connections.
struct SandboxClient {
  let server: SandboxServer
  let time: ManualTime
  /// Nil in process.
  let port: Int?

  /// Sends a request and returns its answer; nil if it was lost.
  func send(
    _ method: HTTPRequest.Method,
    _ path: String,
    body: [UInt8] = [],
    authorization: String? = "Bearer key"
  ) async throws -> Answer? {
    guard let port else { return inProcess(method, path, body, authorization) }
    var head = "\(method.rawValue) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    if let authorization { head += "Authorization: \(authorization)\r\n" }
    if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
    let received = try await exchange(Array((head + "\r\n").utf8) + body, port: port)
    return try Answer.all(in: received).first
  }

  private func inProcess(
    _ method: HTTPRequest.Method,
    _ path: String,
    _ body: [UInt8],
    _ authorization: String?
  ) -> Answer? {
    var request = HTTPRequest(method: method, scheme: "http", authority: "127.0.0.1", path: path)
    request.headerFields[.authorization] = authorization
    let now = time.now
    switch server.withSandbox({ [request] in $0.answer(to: request, body: body, at: now) }) {
    case .answer(let answer):
      return Answer(answer)
    case .lost:
      return nil
    }
  }
}
