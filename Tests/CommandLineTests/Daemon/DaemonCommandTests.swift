import Foundation
import Testing

/// Serialized: its tests start processes, and wait no longer than 20 s for what these show.
@Suite(.serialized) struct DaemonCommandTests {
  @Test func `it refuses to begin as every command does that needs the network`() async throws {
    #expect(try await CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil).run("daemon").status == 4)
    #expect(try await CommandHost(baseURL: "http://127.0.0.1:9/v2").run("daemon", "--offline").status == 5)
    #expect(try await CommandHost(baseURL: "http://example.com/v2").run("daemon").status == 78)
  }

  @Test func `an interval or an address that cannot be used is told at once`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
    #expect(try await host.run("daemon", "--interval", "500ms").status == 64)
    #expect(try await host.run("daemon", "--interval", "5").status == 64)
    #expect(try await host.run("daemon", "--listen", "0.0.0.0:9000").status == 64)
    #expect(try await host.run("daemon", extra: ["NETSYNC_PULL_INTERVAL": "0s"]).status == 78)
    #expect(try await host.run("daemon", extra: ["NETSYNC_LOG_FORMAT": "xml"]).status == 78)
  }

  @Test func `a daemon that cannot listen syncs nothing, and says why in the system's words`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    let taken = try await host.run("daemon", "--listen", "127.0.0.1:\(sandbox.port)")
    #expect(taken.status == 1)
    #expect(taken.errors.contains("why:   another process listens on 127.0.0.1:\(sandbox.port)\n"))
    let missing = try await host.run("daemon", "--listen", "unix:\(host.directory)/none/socket")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("why:   No such file or directory\n"))
    #expect(try await host.run("status", "--json").object()["last_sync"] is NSNull)
    let second = try await host.run("sandbox", "--listen", "127.0.0.1:\(sandbox.port)")
    #expect(second.status == 1)
    #expect(second.errors.contains("why:   Address already in use\n"))
  }

  @Test func `one daemon for a replica, which status shows for as long as it runs`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    let daemon = try host.start(["daemon", "--listen", "127.0.0.1:0"])
    try await daemon.shows("/\n", in: ".out")
    let listening = daemon.read(".out")
    #expect(listening.hasPrefix("Listening on http://127.0.0.1:"))

    let second = try await host.run("daemon")
    #expect(second.status == 9)
    #expect(second.errors.contains("process \(daemon.pid)"))

    let shown = try #require(try await host.run("status", "--json").object()["daemon"] as? [String: Any])
    #expect(shown["pid"] as? Int == Int(daemon.pid))
    #expect(listening == "Listening on \(shown["listen"] as? String ?? "")\n")
    #expect(shown["started_at"] is String)

    daemon.signal(SIGTERM)
    #expect(await daemon.ended().status == 0)
    #expect(try await host.run("status", "--json").object()["daemon"] is NSNull)
  }

  @Test func `a daemon whose replica was removed ends, and says what to do`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    let daemon = try host.start(["daemon"])
    try await daemon.shows("next pull", in: ".err")
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: host.replica + suffix) }
    let run = await daemon.ended()
    #expect(run.status == 1)
    #expect(run.errors.contains("error: the replica's file is not the one that was opened\n"))
    #expect(run.errors.contains("next:  start it again"))
  }

  @Test func `events are JSON where that was asked for`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", ["NETSYNC_LOG_FORMAT": "json"])
    let daemon = try host.start(["daemon"])
    // Its first word comes before it listens to signals.
    try await daemon.shows("next pull", in: ".err")
    daemon.signal(SIGINT)
    let run = await daemon.ended()
    #expect(run.status == 0)
    for line in run.errors.split(separator: "\n") {
      let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(event?["level"] is String && event?["message"] is String && event?["time"] is String, "\(line)")
    }
  }
}
