import FoundationEssentials
import Logging
import NetsyncTestKit
import NetsyncTestSupport
import ServiceLifecycle
import Testing

@testable import NetsyncPage

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Where the page is served.
@Suite(.opensReplicas) struct PageServerTests {
  @Test(
    arguments: [
      ("127.0.0.1:9417", "127.0.0.1:9417"), ("localhost:0", "127.0.0.1:0"), ("[::1]:80", "[::1]:80"),
      ("unix:/run/netsync.sock", "unix:/run/netsync.sock"), ("0.0.0.0:80", nil), ("192.168.1.2:80", nil), (":80", nil),
      ("127.0.0.1", nil), ("127.0.0.1:", nil), ("127.0.0.1:65536", nil), ("127.0.0.1:-1", nil), ("::1:80", nil),
      ("netsync.example:80", nil), ("unix:netsync.sock", nil), ("unix:/run/", nil), ("/run/netsync.sock", nil),
      ("", nil),
      ("unix:/\(String(repeating: "x", count: 107))", nil),
    ] as [(String, String?)]
  )
  func `the page is served to this host only`(text: String, address: String?) {
    #expect(PageAddress(text)?.description == address)
  }

  @Test(.timeLimit(.minutes(10)))
  func `a socket file is its owner's, takes the place of one that nobody listens on, and goes with the server`()
    async throws
  {
    let browser = try Browser(networks: 0, isUnixSocket: true)
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/page.sock"
    try leaveBehind(path)
    try await serve(browser.page, at: "unix:\(path)") { said in
      #expect(said == "unix:\(path)")
      var status = stat()
      #expect(unsafe lstat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      // A second one leaves the first alone.
      let second = browser.page.server(at: try #require(PageAddress("unix:\(path)")), logger: Self.quiet) { _ in }
      await #expect(throws: SocketRefused.self) { try await second.run() }
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test(.timeLimit(.minutes(10)))
  func `a port that is taken is said to be taken`() async throws {
    let browser = try Browser(networks: 0)
    try await serve(browser.page, at: "127.0.0.1:0") { url in
      let taken = String(url.dropFirst("http://".count))
      let second = browser.page.server(at: try #require(PageAddress(taken)), logger: Self.quiet) { _ in }
      let error = await #expect(throws: SocketRefused.self) { try await second.run() }
      #expect(error?.description == "another process listens on \(taken)")
    }
  }

  @Test func `a file that is no socket stays`() async throws {
    let browser = try Browser(networks: 0)
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/page.sock"
    try Data("mine".utf8).write(to: URL(filePath: path))
    let server = browser.page.server(at: try #require(PageAddress("unix:\(path)")), logger: Self.quiet) { _ in }
    await #expect(throws: SocketRefused.self) { try await server.run() }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
  }

  private static let quiet = Logger(label: "page") { _ in SwiftLogNoOpLogHandler() }

  /// Serves until `look` returns.
  private func serve(_ page: Page, at address: String, _ look: @escaping @Sendable (String) async throws -> Void)
    async throws
  {
    let (said, listening) = AsyncStream.makeStream(of: String.self)
    let server = page.server(at: try #require(PageAddress(address)), logger: Self.quiet) { listening.yield($0) }
    let group = ServiceGroup(configuration: .init(services: [server], logger: Self.quiet))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      for await url in said {
        try await look(url)
        break
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  /// A socket file as a process that was killed leaves it.
  private func leaveBehind(_ path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
    let result = unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
  }
}
