import Foundation
import Testing

/// Serialized: its tests start processes, some of them on a port that another has just left.
@Suite(.serialized) struct MainJobTests {
  @Test func `pull, edit offline, plan and push are what the contract says`() async throws {
    let sandbox = try await SandboxProcess("--networks", "300")
    let host = try CommandHost(baseURL: sandbox.baseURL)

    let pull = try await host.run("pull", "--json")
    #expect(pull.status == 0, "\(pull.errors)")
    let pulled = try pull.object()
    #expect(
      Set(pulled.keys) == [
        "schema", "networks", "interfaces", "new", "changed", "gone", "held", "requests", "bytes", "duration_s",
        "complete", "outcome",
      ]
    )
    #expect(pulled["networks"] as? Int == 300)
    #expect(pulled["new"] as? Int == 300)
    #expect(pulled["outcome"] as? String == "ok")

    let listed = try await host.run("networks", "list", "--json").array()
    #expect(listed.count == 300)
    let first = try #require(listed.first)
    #expect(
      Set(first.keys) == [
        "id", "local_id", "name", "state", "created_at", "updated_at", "record_type", "interfaces", "as_of",
      ]
    )
    let names = listed.compactMap { $0["name"] as? String }
    let id = try #require(first["id"] as? String)
    let found = try await host.run("search", String(id.prefix(13)).uppercased(), "--json").array()
    #expect(found.map { $0["id"] as? String } == [id])
    #expect(try Set(#require(found.first).keys) == Set(first.keys).union(["match", "interface_id", "interface_name"]))

    let port = sandbox.port
    await sandbox.stop()

    #expect(try await host.run("networks", "create", "lab", " ").status == 64)
    #expect(try await host.run("networks", "create", "lab").output == "Queued edit 1: create lab.\n")
    #expect(try await host.run("networks", "rename", names[10], "lab-eu").status == 0)
    #expect(try await host.run("networks", "delete", names[11]).status == 0)
    let states = try await host.run("networks", "list", "--json", "--all").array()
    #expect(states.count { $0["state"] as? String == "waiting" } == 2)
    #expect(states.count { $0["state"] as? String == "deleting" } == 1)

    let plan = try await host.run("plan", "--json", "--exit-code")
    #expect(plan.status == 2)
    let counts = try #require(try plan.object()["counts"] as? [String: Int])
    #expect(counts == ["create": 1, "rename": 1, "delete": 1, "held": 0])

    let unreachable = try await host.run("push", "--json")
    #expect(unreachable.status == 5)
    #expect(try unreachable.object()["waiting"] as? Int == 3)
    #expect(unreachable.errors.contains("\"schema\":\"netsync.error/1\""))

    let again = try await SandboxProcess("--networks", "300", "--listen", "127.0.0.1:\(port)")
    let push = try await host.run("push", "--json")
    #expect(push.status == 0, "\(push.errors)")
    let pushed = try push.object()
    #expect(
      Set(pushed.keys) == [
        "schema", "sent", "created", "renamed", "deleted", "in_doubt", "conflicts", "refused", "waiting", "requests",
        "duration_s", "outcome",
      ]
    )
    #expect(pushed["created"] as? Int == 1)
    #expect(pushed["renamed"] as? Int == 1)
    #expect(pushed["deleted"] as? Int == 1)

    let second = try await host.run("pull", "--json").object()
    #expect(second["new"] as? Int == 0)
    #expect(second["changed"] as? Int == 0)
    #expect(second["gone"] as? Int == 0)
    #expect(try await host.run("status", "--exit-code").status == 0)
    await again.stop()
  }

  @Test func `a create whose answer is lost is adopted, once`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3", "--lose-response", "1")
    let host = try CommandHost(baseURL: sandbox.baseURL, ["NETSYNC_PUSH_SETTLE": "1s"])
    #expect(try await host.run("pull").status == 0)
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let push = try await host.run("push", "--json")
    #expect(push.status == 0, "\(push.errors)")
    #expect(try push.object()["created"] as? Int == 1)
    #expect(try await host.run("pull").status == 0)
    let labs = try await host.run("networks", "list", "--json", "--name", "LAB").array()
    #expect(labs.count { $0["name"] as? String == "lab" } == 1)
  }

  @Test func `a dry sync says what it would pull and push, and does neither`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("networks", "create", "lab").status == 0)
    #expect(try await host.run("networks", "create", "other").status == 0)
    let run = try await host.run("sync", "--dry-run", "--only", "lab", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let (pull, push) = (try run.object()["pull"] as? [String: Any], try run.object()["push"] as? [String: Any])
    #expect(pull?["new"] as? Int == 3)
    #expect(push?["schema"] as? String == "netsync.plan/1")
    #expect((push?["actions"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == ["lab"])
    #expect(try await host.run("networks", "list", "--json").array().count == 2)
    #expect(try await host.run("outbox", "list", "--json").array().count == 2)

    let sync = try await host.run("sync", "--only", "lab", "--json")
    #expect(sync.status == 0, "\(sync.errors)")
    #expect((try sync.object()["push"] as? [String: Any])?["created"] as? Int == 1)
    #expect(try await host.run("outbox", "list", "--json").array().map { $0["name"] as? String } == ["other"])
  }

  @Test func `the demo runs to its end and leaves nothing behind`() async throws {
    let host = try CommandHost()
    let demo = try await host.run("demo", extra: ["TMPDIR": host.directory])
    #expect(demo.status == 0, "\(demo.output)\(demo.errors)")
    #expect(demo.output.contains("$ netsync push"))
    #expect(demo.output.contains("In sync."))
    let left = try FileManager.default.contentsOfDirectory(atPath: host.directory).filter {
      $0.hasPrefix("netsync-demo")
    }
    #expect(left.isEmpty)
  }

  @Test func `a plan that was saved is sent exactly, and nothing that moved since`() async throws {
    let sandbox = try await SandboxProcess("--networks", "5")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("pull").status == 0)
    #expect(try await host.run("networks", "create", "one").status == 0)
    #expect(try await host.run("networks", "create", "two").status == 0)
    let plan = host.directory + "/plan.json"
    #expect(try await host.run("plan", "--save", plan).status == 0)
    #expect(try await host.run("networks", "rename", "two", "three").status == 0)
    #expect(try await host.run("networks", "create", "four").status == 0)
    let dry = try await host.run("push", plan, "-n", "--json")
    #expect(dry.status == 8)
    #expect((try dry.object()["actions"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == ["one"])
    let push = try await host.run("push", plan, "--json")
    #expect(push.status == 8)
    #expect(try push.object()["created"] as? Int == 1)
    let waiting = try await host.run("outbox", "list", "--json").array().compactMap { $0["name"] as? String }
    #expect(waiting == ["three", "four"])

    #expect(try await host.run("plan", "--save", plan).status == 0)
    #expect(try await host.run("networks", "create", "five").status == 0)
    let exact = try await host.run("push", plan, "--json")
    #expect(exact.status == 0, "\(exact.errors)")
    #expect(try exact.object()["waiting"] as? Int == 0)
  }
}
