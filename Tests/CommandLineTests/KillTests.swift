import Foundation
import Testing

/// Serialized: its tests start many processes, and how far one comes before it is killed is the point.
@Suite(.serialized) struct KillTests {
  @Test func `a push that is killed fifty times loses no edit and makes no duplicate`() async throws {
    let sandbox = try await SandboxProcess("--networks", "80", "--latency", "4ms")
    let host = try CommandHost(baseURL: sandbox.baseURL, ["NETSYNC_PUSH_SETTLE": "1s"])
    #expect(try await host.run("pull", "--networks-only").status == 0)
    let known = try await host.run("networks", "list", "--json").array().compactMap { $0["name"] as? String }
    var generator = SystemRandomNumberGenerator()
    var killed = 0
    for round in 0..<50 {
      #expect(try await host.run("networks", "create", "made-\(round)").status == 0)
      #expect(try await host.run("networks", "rename", known[round], "renamed-\(round)").status == 0)
      let push = try host.start(["push", "--timeout", "20s"])
      // The instant of the kill is the point of this test.
      try await Task.sleep(for: .milliseconds(Int.random(in: 20...160, using: &generator)))
      push.signal(SIGKILL)
      if await push.ended().status == 128 + SIGKILL { killed += 1 }
    }
    let last = try await host.run("push", "--json")
    #expect(last.status == 0, "\(last.errors)")
    #expect(try await host.run("outbox", "list", "-o", "id").output.isEmpty)
    #expect(try await host.run("pull", "--networks-only").status == 0)

    let names = try await host.run("networks", "list", "--json").array().compactMap { $0["name"] as? String }
    for round in 0..<50 {
      #expect(names.count { $0 == "made-\(round)" } == 1)
      #expect(names.count { $0 == "renamed-\(round)" } == 1)
    }
    #expect(names.count == 80 + 50)
    let check = try await host.run("query", "PRAGMA integrity_check")
    #expect(check.output == "ok\n")
    print("kill: \(killed) of 50 pushes were killed on their way")
  }

  @Test func `many processes edit one replica and nobody is told that it is locked`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "first").status == 0)
    let failures = try await withThrowingTaskGroup(of: [String].self) { group in
      for writer in 0..<8 {
        group.addTask {
          var failures: [String] = []
          for number in 0..<10 {
            let run = try await host.run("networks", "create", "by-\(writer)-\(number)")
            if run.status != 0 { failures.append(run.errors) }
          }
          return failures
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(failures.isEmpty)
    #expect(try await host.run("outbox", "list", "--json").array().count == 81)
  }
}
