import Foundation
import NetsyncSandbox
import Testing

/// `doctor`: each check a fact, a verdict, and what to type.
@Suite struct DoctorCommandTests {
  private func checks(_ run: Run) throws -> [String: String] {
    let checks = try #require(try run.object()["checks"] as? [[String: Any]])
    return Dictionary(
      checks.map { ($0["check"] as? String ?? "", $0["verdict"] as? String ?? "") },
      uniquingKeysWith: { first, _ in first }
    )
  }

  @Test func `a host that is well is said to be, and how the API behaves is learnt by reading alone`() async throws {
    let sandbox = try await SandboxProcess("--networks", "300")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try checks(await host.run("doctor", "--json"))["replica"] == "warning")
    #expect(try await host.run("pull").status == 0)
    let local = try await host.run("doctor", "--json")
    #expect(local.status == 0)
    #expect(try checks(local)["api"] == nil)
    #expect(try checks(local)["order"] == nil)
    let all = try await host.run("doctor", "--network", "--json")
    #expect(all.status == 0, "\(all.output)")
    let verdicts = try checks(all)
    let expected = [
      "settings", "key", "modes", "replica", "disk", "pull", "daemon", "outbox", "road", "api", "clock", "pages",
      "order",
      "stamps", "compression", "page_size", "last_page", "filter", "lag",
    ]
    #expect(Set(verdicts.keys) == Set(expected))
    #expect(verdicts.values.allSatisfy { $0 == "ok" })
    let shown = try await host.run("doctor", "--network").output
    #expect(shown.contains("300 networks") && shown.contains("2 pages") && shown.contains("the newest first"))
    #expect(shown.hasSuffix("All is well.\n"))
    // What was learnt is told without the network, and in SQL.
    let later = try await host.run("doctor", "--offline")
    #expect(later.output.contains("the newest first (found ") && !later.output.contains("accepts the key"))
    let facts = try await host.run("query", "SELECT topic, fact FROM server WHERE topic = 'page_size'", "--json")
      .array()
    #expect(
      facts as? [[String: String]] == [
        ["topic": "page_size", "fact": "a page holds 250 at most; to ask for more is refused"]
      ]
    )
    #expect(
      try checks(await host.run("doctor", "--json", extra: ["TELNYX_BASE_URL": "http://127.0.0.1:9/v2"]))["order"]
        == nil
    )
  }

  @Test func `what another account's API does otherwise is learnt as it is`() async throws {
    let server = SandboxServer(Sandbox(SandboxState()))
    let now = SandboxServer.systemTime()
    let hour: Int64 = 3_600_000_000
    server.withSandbox { sandbox in
      let first = sandbox.state.createNetwork(named: "Lab one", at: now - 3 * hour)
      _ = sandbox.state.createNetwork(named: "Lab two", at: now - 2 * hour)
      sandbox.state.quirks.order = .oldestFirst
      sandbox.state.quirks.nameFilter = .exact
      sandbox.state.quirks.listLagMicroseconds = hour
      _ = sandbox.state.touchNetwork(id: first.id, at: now - hour / 6)
    }
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let running = Task { try await server.run { listening.yield($0) } }
    let port = try #require(await ports.first { _ in true })
    let host = try CommandHost(baseURL: "http://127.0.0.1:\(port)/v2")
    #expect(try await host.run("pull").status == 0)
    let found = try await host.run("doctor", "--network")
    running.cancel()
    _ = await running.result
    #expect(found.output.contains("the oldest first"))
    #expect(found.output.contains("as a whole, in the case of its letters"))
    #expect(found.output.contains("the listing lags: a change of "))
    #expect(found.output.contains(" min later"))
    // Of two networks nobody can tell how many a page holds.
    let topics = try await host.run("query", "SELECT topic FROM server", "-o", "tsv").output.split(separator: "\n")
    #expect(topics == ["clock", "compression", "filter", "lag", "last_page", "order", "stamps"])
  }

  @Test func `what does not work is a fault with what to type, and exit 1`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    let noKey = try await host.run("doctor", "--network", "--json")
    #expect(noKey.status == 1)
    #expect(try checks(noKey)["key"] == "fault" && checks(noKey)["api"] == nil)
    let unreachable = try await host.run("doctor", "--network", extra: ["TELNYX_API_KEY": "key"])
    #expect(unreachable.status == 1)
    #expect(unreachable.output.contains("connection refused") && unreachable.output.contains("next: "))
    let settings = try await host.run("doctor", "--json", extra: ["NETSYNC_PUSH_SETTLE": "soon"])
    #expect(settings.status == 1)
    #expect(try checks(settings) == ["settings": "fault"])
  }

  @Test func `what needs no question is mended, and only when it is asked for`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let left = host.replica + ".saved-" + UUID().uuidString
    let new = host.replica + ".saved-" + UUID().uuidString
    for file in [left, new] { try Data("copy".utf8).write(to: URL(fileURLWithPath: file)) }
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -7_200)], ofItemAtPath: left)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: host.replica)
    let found = try checks(await host.run("doctor", "--json"))
    #expect(found["modes"] == "warning" && found["leftovers"] == "warning")
    let mended = try checks(await host.run("doctor", "--fix", "--json"))
    #expect(mended["modes"] == "fixed" && mended["leftovers"] == "fixed")
    let again = try checks(await host.run("doctor", "--json"))
    #expect(again["modes"] == "ok" && again["leftovers"] == nil)
    // Somebody may just be making it.
    #expect(FileManager.default.fileExists(atPath: new))
    #expect(try await host.run("outbox", "list", "--json").array().count == 1)
  }
}
