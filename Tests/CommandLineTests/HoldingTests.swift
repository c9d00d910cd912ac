import Foundation
import Testing

/// What is held, refused or busy: its exit code, and what carries on.
///
/// Serialized: its tests start processes, some of them on a port that another has just left.
@Suite(.serialized) struct HoldingTests {
  @Test func `a refused edit is exit 3, stays listed, and can be given another name`() async throws {
    let sandbox = try await SandboxProcess("--networks", "2")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("pull").status == 0)
    #expect(try await host.run("networks", "create", String(repeating: "x", count: 300)).status == 0)
    #expect(try await host.run("networks", "create", "fine").status == 0)
    let push = try await host.run("push", "--json")
    #expect(push.status == 3)
    #expect(try push.object()["sent"] as? Int == 1)
    let edit = try #require(try await host.run("outbox", "list", "--json").array().first)
    #expect(
      Set(edit.keys) == [
        "edit", "action", "id", "local_id", "name", "base_name", "base_updated_at", "edited_at", "state", "attempts",
        "next_attempt_at", "error",
      ]
    )
    #expect(edit["state"] as? String == "refused")
    let error = try #require(edit["error"] as? [String: Any])
    #expect(Set(error.keys) == ["status", "code", "title", "detail", "pointer"])
    #expect(try await host.run("outbox", "edit", "1", "short").status == 0)
    #expect(try await host.run("push").status == 0)
    #expect(try await host.run("outbox", "list", "-o", "id").output.isEmpty)
  }

  @Test func `another account is exit 8, and one approval carries it out`() async throws {
    let first = try await SandboxProcess("--networks", "4", "--seed", "1")
    let host = try CommandHost(baseURL: first.baseURL)
    #expect(try await host.run("pull").status == 0)
    let before = try await host.run("networks", "list", "-o", "id").output
    let port = first.port
    await first.stop()
    let second = try await SandboxProcess("--networks", "4", "--seed", "2", "--listen", "127.0.0.1:\(port)")
    let held = try await host.run("pull", "--json", "-q")
    #expect(held.status == 8)
    #expect(try held.object()["outcome"] as? String == "held")
    #expect(try await host.run("pull", "--max-deletes", "100").status == 8)
    #expect(try await host.run("networks", "list", "-o", "id").output == before)
    #expect(try await host.run("pull", "--accept-account").status == 0)
    #expect(try await host.run("networks", "list", "-o", "id").output != before)
    await second.stop()
  }

  @Test func `a conflict needs its person though the API is down, and the result counts it`() async throws {
    let sandbox = try await SandboxProcess("--networks", "1")
    let host = try CommandHost(baseURL: sandbox.baseURL, ["NETSYNC_PUSH_ON_CONFLICT": "hold"])
    let other = try CommandHost(baseURL: sandbox.baseURL)
    for host in [host, other] { #expect(try await host.run("pull").status == 0) }
    let id = String(try await host.run("networks", "list", "-o", "id").output.prefix(36))
    #expect(try await host.run("networks", "rename", id, "mine").status == 0)
    #expect(try await other.run("networks", "rename", id, "theirs").status == 0)
    #expect(try await other.run("push").status == 0)
    #expect(try await host.run("sync").status == 7)
    await sandbox.stop()
    let sync = try await host.run("sync", "--json")
    #expect(sync.status == 7)
    #expect(try sync.object()["push"] is NSNull)
    #expect(sync.errors.contains("Not pulled, nothing sent: "))
    let push = try await host.run("push", "--json", "--offline").object()
    #expect(push["conflicts"] as? Int == 1)
    #expect(push["waiting"] as? Int == 0)
  }

  @Test func `vanished networks are held until so many are allowed`() async throws {
    let full = try await SandboxProcess("--networks", "10")
    let host = try CommandHost(baseURL: full.baseURL)
    #expect(try await host.run("pull").status == 0)
    let port = full.port
    await full.stop()
    let empty = try await SandboxProcess("--networks", "0", "--listen", "127.0.0.1:\(port)")
    let held = try await host.run("pull", "--json")
    #expect(held.status == 8)
    #expect(try held.object()["held"] as? Int == 10)
    let name = try #require(try await host.run("networks", "list", "--json").array().first?["name"] as? String)
    let status = try await host.run("status").output
    #expect(status.contains("Held:    not listed there any more: \(name), "))
    #expect(status.contains("'netsync pull --max-deletes 10'"))
    #expect(try await host.run("doctor").output.contains("the last one is held by a guard"))
    #expect(try await host.run("pull", "--max-deletes", "9").status == 8)
    let allowed = try await host.run("pull", "--max-deletes", "10", "--json")
    #expect(allowed.status == 0)
    #expect(try allowed.object()["gone"] as? Int == 10)
    await empty.stop()
  }

  @Test func `a second push waits, and is told when it waited long enough`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("pull").status == 0)
    #expect(try await host.run("networks", "create", "lab").status == 0)
    // Whoever has the lock is the one that syncs.
    let descriptor = unsafe open("\(host.replica).lock", O_RDWR | O_CLOEXEC)
    try #require(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
    #expect(try await host.run("push", "--wait", "0s").status == 9)
    #expect(try await host.run("networks", "create", "while it syncs").status == 0)
    let waiting = try host.start(["push", "--wait", "60s"])
    close(descriptor)
    #expect(await waiting.ended().status == 0)
    #expect(try await host.run("outbox", "list", "--json").array().isEmpty)
  }

  @Test func `Ctrl-C ends a pull with exit 130, and the next one carries on`() async throws {
    // By itself the pull would take minutes, whatever else the host does meanwhile.
    let sandbox = try await SandboxProcess("--networks", "10000", "--latency", "400ms")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    let pull = try host.start(["pull", "--json", "--progress", "always"])
    try await pull.shows("Pulling", in: ".err")
    pull.signal(SIGINT)
    let stopped = await pull.ended()
    #expect(stopped.status == 130)
    #expect(try stopped.object()["complete"] as? Bool == false)
    #expect(try await host.run("pull", "--networks-only", "--json").object()["complete"] as? Bool == true)
  }

  @Test func `one network is pulled by itself, and waited for until its interfaces are as they should be`() async throws
  {
    let sandbox = try await SandboxProcess("--networks", "30")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("pull", "--network", "nothing").status == 6)
    #expect(try await host.run("pull").status == 0)
    let interfaces = try await host.run("interfaces", "list", "--json").array()
    let settled = Dictionary(grouping: interfaces) { $0["network_id"] as? String ?? "" }
      .first { $0.value.allSatisfy { $0["status"] as? String == "provisioned" } }
    let id = try #require(settled?.key)
    let pulled = try await host.run("pull", "--network", id, "--wait-for", "provisioned", "--json")
    #expect(pulled.status == 0, "\(pulled.errors)")
    #expect(try pulled.object()["networks"] as? Int == 1)
    #expect(try pulled.object()["complete"] as? Bool == false)
    #expect(try await host.run("status", "--json").object()["in_sync"] as? Bool == true)
    let waited = try await host.run("pull", "--network", id, "--wait-for", "dreaming", "--timeout", "1s", "--json")
    #expect(waited.status == 5)
    #expect(waited.errors.contains("not_yet"))
    #expect(try waited.object()["networks"] as? Int == 1)
    #expect(try await host.run("pull", "--wait-for", "provisioned").status == 64)
    #expect(try await host.run("pull", "--network", "nothing").status == 64)
  }

  @Test func `both sides of a conflict are kept until a person decides`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3")
    let here = try CommandHost(baseURL: sandbox.baseURL, ["NETSYNC_PUSH_ON_CONFLICT": "hold"])
    let there = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await here.run("pull").status == 0)
    #expect(try await there.run("pull").status == 0)
    let name = try #require(try await here.run("networks", "list", "--json").array().first?["name"] as? String)
    #expect(try await here.run("networks", "rename", name, "mine").status == 0)
    #expect(try await there.run("networks", "rename", name, "theirs").status == 0)
    #expect(try await there.run("push").status == 0)
    #expect(try await here.run("pull").status == 0)
    #expect(try await here.run("push").status == 7)
    let conflict = try #require(try await here.run("conflicts", "list", "--json").array().first)
    #expect(
      Set(conflict.keys) == [
        "edit", "id", "local_id", "kind", "base_name", "mine", "theirs", "mine_at", "theirs_at",
      ]
    )
    #expect(conflict["mine"] as? String == "mine")
    #expect(conflict["theirs"] as? String == "theirs")
    #expect(try await here.run("conflicts", "resolve", "mine").status == 8)
    #expect(try await here.run("conflicts", "resolve", "mine", "--take", "mine").status == 0)
    #expect(try await here.run("push").status == 0)
    #expect(try await there.run("pull").status == 0)
    #expect(try await there.run("networks", "show", "mine").status == 0)
  }
}
