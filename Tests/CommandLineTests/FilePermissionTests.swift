import Foundation
import Testing

/// Serialized: its tests start processes, and so many of them at once would starve each other.
@Suite(.serialized, .timeLimit(.minutes(10))) struct FilePermissionTests {
  @Test(arguments: ["000", "022", "077"])
  func `every file and directory that is made is its user's alone, whatever the umask`(mask: String) async throws {
    let sandbox = try await SandboxProcess("--networks", "3")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    let made = host.directory + "/made"
    let replica = "\(made)/here/replica.sqlite"
    let environment = ["NETSYNC_REPLICA": replica]
    for arguments in [
      ["networks", "create", "lab"], ["plan", "--save", "\(made)/here/plan.json"],
      ["demo", "--keep", "\(made)/tour/here"],
    ] {
      let run = try await host.start(arguments, extra: environment, umask: mask).ended()
      #expect(run.status == 0, "\(run.errors)")
    }
    let page = "\(made)/here/page.sock"
    let daemon = try host.start(["daemon", "--listen", "unix:\(page)"], extra: environment, umask: mask)
    try await daemon.shows("Listening", in: ".out")
    let files = FileManager.default
    let names = try files.subpathsOfDirectory(atPath: made)
    for name in ["", "-wal", "-shm", ".lock", ".reserve", ".daemon"].map({ "here/replica.sqlite" + $0 }) {
      #expect(names.contains(name))
    }
    for name in ["here/plan.json", "here/page.sock", "tour/here/replica.sqlite"] { #expect(names.contains(name)) }
    for path in [made] + names.map({ "\(made)/\($0)" }) {
      let attributes = try files.attributesOfItem(atPath: path)
      let expected = attributes[.type] as? FileAttributeType == .typeDirectory ? 0o700 : 0o600
      #expect(attributes[.posixPermissions] as? Int == expected, "\(path)")
    }
    daemon.signal(SIGTERM)
    #expect(await daemon.ended().status == 0)
  }
}
