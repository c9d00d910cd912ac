import Foundation
import NetsyncModel
import NetsyncReconcile
import Testing

@testable import NetsyncCLI

/// What a sync has run where something has come about.
///
/// Serialized: its tests start processes, and so many of them at once would starve each other.
@Suite(.serialized, .timeLimit(.minutes(10))) struct HookTests {
  @Test func `a refused edit and held ones run their hooks, once, with what they need on stdin`() async throws {
    let sandbox = try await SandboxProcess("--networks", "10")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    let hook = try host.hook("cat >> $0.said; env > $0.env; echo mumbled; echo 'from the hook' >&2")
    let settings = ["NETSYNC_ON_REFUSED": hook, "NETSYNC_ON_HELD": "\(hook) some words"]
    #expect(try await host.run("pull").status == 0)
    let ids = try await host.run("networks", "list", "-o", "id").output.split(separator: "\n").map(String.init)
    #expect(try await host.start(["networks", "delete"] + ids.dropFirst()).ended().status == 0)
    #expect(try await host.run("networks", "create", String(repeating: "x", count: 300)).status == 0)
    let sync = try await host.run("sync", "--json", extra: settings)
    #expect(sync.status == 8, "\(sync.errors)")
    #expect(try sync.object()["schema"] as? String == "netsync.sync/1", "its stdout is its own")
    #expect(sync.errors.contains("from the hook"))
    let told = try host.told(by: hook)
    try #require(told.map { $0["event"] as? String } == ["held", "refused"])
    #expect(Set(told[0].keys) == Set(told[1].keys))
    #expect(told[0]["schema"] as? String == "netsync.notice/1")
    #expect(told[0]["replica"] as? String == host.replica)
    #expect(told[0]["edits_total"] as? Int == 9)
    let refused = try #require((told[1]["edits"] as? [[String: Any]])?.first)
    #expect(refused["state"] as? String == "refused")
    #expect((refused["error"] as? [String: Any])?["status"] as? Int == 422)
    #expect(try !String(contentsOfFile: hook + ".env", encoding: .utf8).contains("TELNYX_API_KEY"))
    #expect(try await host.run("sync", extra: settings).status == 8)
    #expect(try host.told(by: hook).count == 2, "what was so already is not told again")
  }

  @Test func `one failed pull is no alarm; the second is where two are, and the end of it is told`() async throws {
    let sandbox = try await SandboxProcess("--networks", "2", "--api-key", "KEYright")
    let host = try CommandHost(baseURL: sandbox.baseURL, key: "KEYright")
    let hook = try host.hook("cat >> $0.said")
    let settings = ["NETSYNC_ON_ALARM": hook, "NETSYNC_ON_RECOVERED": hook, "NETSYNC_ALARM_AFTER": "2"]
    let wrong = settings.merging(["TELNYX_API_KEY": "KEYwrong"]) { $1 }
    #expect(try await host.run("sync", extra: settings).status == 0)
    #expect(try await host.run("sync", extra: wrong).status == 4)
    #expect(try host.told(by: hook).isEmpty)
    #expect(try await host.run("status", extra: settings).output.contains("Alarm:") == false)
    for _ in 0..<2 { #expect(try await host.run("sync", extra: wrong).status == 4) }
    let status = try await host.run("status", extra: settings).output
    #expect(status.contains("Alarm:   3 pulls in a row failed, the first of them "), "\(status)")
    #expect(try await host.run("status", "-o", "prometheus", extra: settings).output.contains("netsync_alarm 1\n"))
    #expect(try await host.run("sync", extra: settings).status == 0)
    #expect(try host.told(by: hook).map { $0["event"] as? String } == ["alarm", "recovered"])
    #expect(try host.told(by: hook).map { $0["failed_pulls"] as? Int } == [2, 0])
  }

  @Test func `a daemon tells what its syncs bring, and not what was there when it began`() async throws {
    let sandbox = try await SandboxProcess("--networks", "2")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    let hook = try host.hook("cat >> $0.said")
    #expect(try await host.run("networks", "create", String(repeating: "x", count: 300)).status == 0)
    #expect(try await host.run("sync").status == 3)
    let settings = ["NETSYNC_ON_REFUSED": hook, "NETSYNC_ON_ALARM": hook, "NETSYNC_ALARM_AFTER": "1"]
    let daemon = try host.start(["daemon", "--interval", "1s"], extra: settings)
    try await daemon.shows("after=quiet", in: ".err")
    #expect(try await host.run("networks", "create", String(repeating: "y", count: 300)).status == 0)
    try await daemon.shows("event=refused", in: ".err")
    await sandbox.stop()
    try await daemon.shows("event=alarm", in: ".err")
    daemon.signal(SIGTERM)
    #expect(await daemon.ended().status == 0)
    let told = try host.told(by: hook)
    #expect(told.map { $0["event"] as? String } == ["refused", "alarm"])
    #expect((told.first?["edits"] as? [[String: Any]])?.map { $0["edit"] as? Int } == [2])
  }

  @Test(arguments: [
    ("/nowhere/hook", "it could not be started"), ("netsync-no-such-hook", "it could not be started"),
    ("false", "it ended with 1"),
  ])
  func `a hook that fails changes nothing but the log`(_ hook: String, _ reason: String) async throws {
    let sandbox = try await SandboxProcess("--networks", "2")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("networks", "create", String(repeating: "x", count: 300)).status == 0)
    let sync = try await host.run("sync", extra: ["NETSYNC_ON_REFUSED": hook])
    #expect(sync.status == 3)
    #expect(sync.errors.contains("hook failed"))
    #expect(sync.errors.contains(reason), "\(sync.errors)")
  }

  @Test func `a hook that does not end is ended`() async throws {
    let command = try #require(HookCommand("  sleep   600 "))
    #expect(command.program == "sleep")
    #expect(command.arguments == ["600"])
    await #expect(throws: HookFailure.self) { try await command.run(with: "{}", atMost: .milliseconds(50)) }
  }

  @Test func `a hook that leaves its stdin unread is none that fails`() async throws {
    try await #require(HookCommand("true")).run(with: String(repeating: "x", count: 1 << 20), atMost: .seconds(60))
  }

  @Test func `what others can write is not run`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
    let file = host.directory + "/config.yaml"
    try "on:\n  conflict: /bin/true\n".write(toFile: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: file)
    let run = try await host.run("status", "--config", file)
    #expect(run.status == 78)
    #expect(run.errors.contains("on.conflict: others can write to this file"), "\(run.errors)")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    #expect(try await host.run("status", "--config", file).status == 6)
    #expect(try await host.run("status", extra: ["NETSYNC_ON_HELD": "  "]).status == 78)
    #expect(try await host.run("status", extra: ["NETSYNC_ALARM_AFTER": "0"]).status == 78)
  }
}

extension CommandHost {
  /// A script of this host's.
  fileprivate func hook(_ script: String) throws -> String {
    let path = directory + "/hook"
    try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    return path
  }

  /// The objects that a hook which keeps its stdin was told.
  fileprivate func told(by hook: String) throws -> [[String: Any]] {
    guard let said = try? String(contentsOfFile: hook + ".said", encoding: .utf8) else { return [] }
    return try said.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }
}
