import Foundation
import Testing

/// Serialized: its tests start processes, and so many of them at once would starve each other.
@Suite(.serialized) struct CredentialTests {
  /// systemd opens its copy to the service by an ACL: the file is root's, and the ACL's mask shows as the group's bits.
  @Test(.enabled(if: geteuid() == 0, "only root makes files as systemd does"), arguments: [(0o440, 5), (0o444, 4)])
  func `a credential as systemd leaves it is taken, one that everybody reads is not`(mode: Int, exit: Int32)
    async throws
  {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    let path = host.directory + "/telnyx-api-key"
    try Data("key\n".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    #expect(try await host.run("pull", extra: ["CREDENTIALS_DIRECTORY": host.directory]).status == exit)
  }

  @Test func `a key file of one's own is closed to the group too`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    let path = host.directory + "/key"
    try Data("key\n".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
    let run = try await host.run("pull", "--api-key-file", path)
    #expect(run.status == 4)
    #expect(run.errors.contains("chmod 600"))
  }
}
