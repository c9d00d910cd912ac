import Foundation
import Testing

/// `log`, `why` and `undo`: what happened, on which evidence, and how it is reversed.
///
/// Serialized: its tests start processes, and wait no longer than 20 s for what these show.
@Suite(.serialized) struct JournalCommandTests {
  @Test func `a network deleted at the API is gone, why shows the 404, and undo makes it anew`() async throws {
    let sandbox = try await SandboxProcess("--networks", "4")
    let here = try CommandHost(baseURL: sandbox.baseURL)
    let there = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await here.run("pull").status == 0)
    let network = try #require(try await here.run("networks", "list", "--json").array().first)
    let name = try #require(network["name"] as? String)
    let id = try #require(network["id"] as? String)
    #expect(try await there.run("pull").status == 0)
    #expect(try await there.run("networks", "delete", name).status == 0)
    #expect(try await there.run("push").status == 0)
    #expect(try await here.run("pull", "--json").object()["gone"] as? Int == 1)

    for reference in [id, String(id.prefix(13)), name] {
      let why = try await here.run("why", reference, "--json")
      #expect(why.status == 0, "\(why.errors)")
      let answer = try why.object()
      #expect(Set(answer.keys) == ["schema", "id", "local_id", "name", "chain"])
      #expect(answer["schema"] as? String == "netsync.why/1")
      #expect(answer["id"] as? String == id)
      #expect(answer["name"] as? String == name)
      let chain = try #require(answer["chain"] as? [[String: Any]])
      #expect(chain.allSatisfy { Set($0.keys) == ["at", "what", "evidence"] })
      let evidence = chain.compactMap { $0["evidence"] as? [String: Any] }
      #expect(evidence.count == chain.count)
      #expect(
        evidence.contains { $0["sweep"] as? Int == 1 && $0["page"] as? Int == 1 && $0["complete"] as? Bool == true }
      )
      #expect(evidence.contains { $0["sweep"] as? Int == 2 && $0["page"] is NSNull })
      let answered = try #require(evidence.first { $0["status"] as? Int == 404 })
      #expect(answered["request"] as? String == "GET /networks/\(id)")
      #expect(answered["code"] is String)
      #expect(answered["title"] is String)
    }

    let changes = try await here.run("log", "--network", id, "--json").array()
    #expect(changes.compactMap { $0["kind"] as? String } == ["created", "deleted"])
    for change in changes {
      #expect(
        Set(change.keys) == ["change", "at", "side", "kind", "id", "local_id", "before", "after", "evidence"]
      )
      #expect(change["evidence"] is [String: Any])
      #expect(change["side"] as? String == "remote")
    }
    let number = try #require(changes.last?["change"] as? Int)
    let undo = try await here.run("undo", "\(number)")
    #expect(undo.status == 0, "\(undo.errors)")
    #expect(undo.output == "Queued edit 1: create \(name) (undoes change \(number)).\n")
    #expect(undo.errors.contains("new id"))
    #expect(try await here.run("undo", "\(number)").status == 64)
    #expect(try await here.run("push").status == 0)
    #expect(try await there.run("pull").status == 0)
    let anew = try await there.run("networks", "show", name, "--json").object()
    #expect(anew["id"] as? String != id)
  }

  @Test(
    arguments: [
      ("server", "yielded", "theirs", "mine", "1 edit gave way to a change there"),
      ("client", "prevailed", "mine", "theirs", "1 edit prevailed over a change there"),
    ]
  )
  func `the loser of a conflict is in the log, and undo brings it back`(
    policy: String,
    kind: String,
    winner: String,
    loser: String,
    note: String
  ) async throws {
    let sandbox = try await SandboxProcess("--networks", "3")
    let here = try CommandHost(baseURL: sandbox.baseURL, ["NETSYNC_PUSH_ON_CONFLICT": policy])
    let there = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await here.run("pull").status == 0)
    #expect(try await there.run("pull").status == 0)
    let name = try #require(try await here.run("networks", "list", "--json").array().first?["name"] as? String)
    #expect(try await here.run("networks", "rename", name, "mine").status == 0)
    #expect(try await there.run("networks", "rename", name, "theirs").status == 0)
    #expect(try await there.run("push").status == 0)
    let sync = try await here.run("sync")
    #expect(sync.status == 0, "\(sync.errors)")
    #expect(sync.errors.contains("By the policy: \(note)"))

    let changes = try await here.run("log", "--network", winner, "--json").array()
    let settled = try #require(changes.first { $0["kind"] as? String == kind })
    #expect(settled["before"] as? String == loser)
    #expect(settled["after"] as? String == winner)
    let evidence = try #require(settled["evidence"] as? [String: Any])
    #expect(evidence["policy"] as? String == policy)
    #expect(evidence["updated_at_before"] is String)
    #expect(evidence["updated_at_after"] is String)
    #expect(evidence["mine_at"] is String)
    #expect(evidence["clock_uncertainty_s"] is Double)

    let number = try #require(settled["change"] as? Int)
    let undo = try await here.run("undo", "\(number)")
    #expect(undo.output == "Queued edit 2: rename \(winner) -> \(loser) (undoes change \(number)).\n")
    #expect(try await here.run("push").status == 0)
    #expect(try await there.run("pull").status == 0)
    #expect(try await there.run("networks", "show", loser).status == 0)
  }

  @Test func `what changed since is left alone, and what never was is usage`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("log").status == 6)
    #expect(try await host.run("networks", "create", "lab").status == 0)
    #expect(try await host.run("networks", "rename", "lab", "lab-eu").status == 0)
    let refused = try await host.run("undo", "1")
    #expect(refused.status == 7)
    let lines = refused.errors.split(separator: "\n")
    #expect(lines.count == 4)
    for (line, label) in zip(lines, ["error:", "why:", "state:", "next:"]) { #expect(line.contains(label)) }
    let error = try await host.run("undo", "1", "--json")
    #expect(error.status == 7)
    #expect(error.errors.contains("\"code\":\"changed_since\""))
    #expect(try await host.run("undo", "99").status == 64)
    #expect(try await host.run("undo", "none").status == 64)
    #expect(try await host.run("why", "nothing").status == 64)
    #expect(try await host.run("log", "--network", "nothing").status == 64)
    #expect(try await host.run("outbox", "list", "-o", "id").output == "2\n")
  }

  @Test func `undo says what it undoes to programs too, and can be undone`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    #expect(try await host.run("networks", "rename", "lab", "lab-eu").status == 0)
    let renamed = try #require(try await host.run("log", "--json").array().last?["change"] as? Int)
    let undone = try await host.run("undo", "\(renamed)", "--json").object()
    #expect(undone["undoes"] as? Int == renamed)
    #expect(undone["edit"] as? Int == 3)
    #expect(undone["name"] as? String == "lab")
    let undo = try #require(try await host.run("log", "--json").array().last)
    #expect((undo["evidence"] as? [String: Any])?["undoes"] as? Int == renamed)
    let number = try #require(undo["change"] as? Int)
    #expect(try await host.run("undo", "\(number)").status == 0)
    #expect(try await host.run("networks", "show", "lab-eu").status == 0)
  }

  @Test func `in a pipe each change is a line of change, time, side, kind, id, before and after`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let network = try #require(try await host.run("networks", "list", "--json").array().first)
    let localID = try #require(network["local_id"] as? String)
    let fields = try await host.run("log").output.split(separator: "\t", omittingEmptySubsequences: false)
    #expect(fields.count == 7)
    #expect(fields.first == "1")
    #expect(fields.dropFirst(2) == ["local", "created", Substring(localID), "", "lab\n"])
    #expect(try await host.run("log", "--since", "0s").output.isEmpty)
    #expect(try await host.run("log", "--since", "1d", "-o", "id").output == "1\n")
    #expect(try await host.run("log", "--since", "soon").status == 64)
  }

  @Test func `followed, the log tells what another process does, until Ctrl-C`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "first").status == 0)
    let log = try host.start(["log", "--follow", "--since", "1d", "--json"])
    try await log.shows("\"first\"", in: ".out")
    #expect(try await host.run("networks", "create", "second").status == 0)
    try await log.shows("\"second\"", in: ".out")
    log.signal(SIGINT)
    let ended = await log.ended()
    #expect(ended.status == 130)
    let names = try ended.output.split(separator: "\n").map { line in
      let change = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return change?["after"] as? String
    }
    #expect(names == ["first", "second"])
  }

  @Test func `why tells what waits, how often it was tried, and what was answered last`() async throws {
    let sandbox = try await SandboxProcess("--networks", "2", "--fail", "1")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("networks", "create", "lab").status == 0)
    #expect(try await host.run("push", "--timeout", "3s").status == 5)
    let chain = try #require(try await host.run("why", "lab", "--json").object()["chain"] as? [[String: Any]])
    let waiting = try #require(chain.last?["evidence"] as? [String: Any])
    #expect(waiting["edit"] as? Int == 1)
    #expect(waiting["action"] as? String == "create")
    #expect(waiting["state"] is String)
    #expect(waiting["attempts"] is Int)
    #expect(try await host.run("why", "lab").output.contains("edit 1: create lab"))
  }
}
