import Foundation
import Testing

/// `replica`: the file itself, as scripts meet it.
///
/// Serialized: its tests start processes, and wait no longer than 20 s for what these show.
@Suite(.serialized) struct ReplicaCommandTests {
  @Test func `a backup that is made while a daemon syncs is whole, and restored it makes nothing twice`() async throws {
    let sandbox = try await SandboxProcess("--networks", "30")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("pull").status == 0)
    #expect(try await host.run("networks", "create", "made-before").status == 0)
    let backup = host.directory + "/backup.sqlite"
    let made = try await host.run("replica", "backup", backup, "--json")
    #expect(made.status == 0, "\(made.errors)")
    #expect(try made.object()["schema"] as? String == "netsync.backup/1")
    #expect(try made.object()["edits"] as? Int == 1)
    #expect(try FileManager.default.attributesOfItem(atPath: backup)[.posixPermissions] as? Int == 0o600)

    let again = try await host.run("replica", "backup", backup)
    #expect(again.status == 64)
    #expect(again.errors.contains("stays as it is"))

    #expect(try await host.run("push").status == 0)
    let daemon = try host.start(["daemon", "--interval", "1s"])
    try await daemon.shows("next pull", in: ".err")
    #expect(daemon.read(".err").contains("next pull"))
    #expect(try await host.run("replica", "backup", host.directory + "/second.sqlite").status == 0)
    #expect(try await host.run("replica", "check", "--replica", host.directory + "/second.sqlite").status == 0)
    daemon.signal(SIGTERM)
    _ = await daemon.ended()
    // What it left would be taken for the log of the file that takes the place.
    #expect(!FileManager.default.fileExists(atPath: host.replica + "-wal"))

    // The lost replica's place is taken by the backup, which does not know that its create was sent.
    try FileManager.default.removeItem(atPath: host.replica)
    try FileManager.default.copyItem(atPath: backup, toPath: host.replica)
    let synced = try await host.run("sync", "--json")
    #expect(synced.status == 0, "\(synced.errors)")
    let names = try await host.run("networks", "list", "--json").array().compactMap { $0["name"] as? String }
    #expect(names.count == 31)
    #expect(names.count { $0 == "made-before" } == 1)
  }

  @Test func `a sound replica is said to be sound, and a damaged one is told of with exit 10`() async throws {
    let sandbox = try await SandboxProcess("--networks", "40")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("replica", "check").status == 6)
    #expect(try await host.run("pull").status == 0)
    let info = try await host.run("replica", "info", "--json").object()
    let keys = ["schema", "path", "networks", "interfaces", "edits", "changes", "base_url", "file_bytes", "log_bytes"]
    #expect(Set(info.keys) == Set(keys))
    #expect(info["networks"] as? Int == 40)
    let sound = try await host.run("replica", "check", "--json")
    #expect(sound.status == 0)
    #expect(try sound.object()["sound"] as? Bool == true)

    let size = try #require(FileManager.default.attributesOfItem(atPath: host.replica)[.size] as? Int)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: host.replica))
    for page in 4..<(size / 4_096 - 1) where page.isMultiple(of: 3) {
      try file.seek(toOffset: UInt64(page * 4_096))
      try file.write(contentsOf: Data(repeating: 0xFF, count: 4_096))
    }
    try file.close()
    let damaged = try await host.run("replica", "check", "--json")
    #expect(damaged.status == 10)
    #expect(try damaged.object()["sound"] as? Bool == false)
    #expect(try !#require(damaged.object()["faults"] as? [String]).isEmpty)
    #expect(damaged.errors.contains("netsync replica reset"))

    let reset = try await host.run("replica", "reset", "--json")
    #expect([0, 1].contains(reset.status), "\(reset.errors)")
    let aside = try #require(try reset.object()["set_aside"] as? String)
    #expect(FileManager.default.fileExists(atPath: aside))
    #expect(try await host.run("pull").status == 0)
    #expect(try await host.run("replica", "check").status == 0)
    #expect(try await host.run("networks", "list", "--json").array().count == 40)
  }

  @Test func `a reset keeps the outbox unless it is told otherwise, and says what it drops`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
    #expect(try await host.run("networks", "create", "kept").status == 0)
    let kept = try await host.run("replica", "reset", "--json").object()
    #expect(kept["kept"] as? Int == 1)
    #expect(try await host.run("outbox", "list").output.contains("kept"))
    let dropped = try await host.run("replica", "reset", "--with-outbox")
    #expect(dropped.output.contains("Dropped edit 1: create kept"))
    #expect(try await host.run("outbox", "list").output.isEmpty)
    #expect(try await host.run("networks", "create", "next").output == "Queued edit 2: create next.\n")
    let compacted = try await host.run("replica", "compact", "--json").object()
    #expect(Set(compacted.keys) == ["schema", "bytes_before", "bytes_after"])
  }
}
