import Foundation
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
    let all = try await host.run("doctor", "--network", "--json")
    #expect(all.status == 0, "\(all.output)")
    let verdicts = try checks(all)
    let expected = [
      "settings", "key", "modes", "replica", "disk", "pull", "daemon", "outbox", "road", "api", "clock", "pages",
      "order",
      "stamps", "filter",
    ]
    #expect(Set(verdicts.keys) == Set(expected))
    #expect(verdicts.values.allSatisfy { $0 == "ok" })
    let shown = try await host.run("doctor", "--network").output
    #expect(shown.contains("300 networks") && shown.contains("2 pages") && shown.contains("the newest first"))
    #expect(shown.hasSuffix("All is well.\n"))
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
