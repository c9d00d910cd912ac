import Foundation
import Testing

/// `auth`: the key is kept for its user alone, and seen by nobody.
@Suite struct AuthCommandTests {
  private func login(_ host: CommandHost, _ given: String, _ arguments: String...) async throws -> Run {
    try await host.start(
      ["auth", "login"] + arguments,
      extra: ["GIVEN": given],
      bash: #"printf "$GIVEN" | "$0" "$@""#
    ).ended()
  }

  @Test func `a key that is kept is found and accepted, and gone after a logout`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3", "--api-key", "right-key")
    let host = try CommandHost(baseURL: sandbox.baseURL, key: nil)
    let path = host.directory + "/.config/netsync/credentials"
    #expect(try await host.run("auth", "status").status == 4)
    #expect(try await host.run("auth", "test").status == 4)
    #expect(try await login(host, "wrong-key\\n").status == 0)
    let rejected = try await host.run("auth", "test")
    #expect(rejected.status == 4)
    #expect(!rejected.errors.contains("wrong-key"))
    let kept = try await login(host, "right-key", "--json")
    #expect(try kept.object()["path"] as? String == path)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    let directory = try FileManager.default.attributesOfItem(atPath: host.directory + "/.config/netsync")
    #expect(directory[.posixPermissions] as? Int == 0o700)
    let tested = try await host.run("auth", "test", "--json").object()
    #expect(tested["networks"] as? Int == 3)
    #expect(tested["source"] as? String == path)
    let status = try await host.run("auth", "status")
    #expect(status.output.contains(path) && !status.output.contains("right-key"))
    #expect(try await host.run("auth", "logout").status == 0)
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try await host.run("auth", "logout").status == 0)
    #expect(try await host.run("auth", "status").status == 4)
  }

  @Test func `what is no key is not kept, and what was kept before stays`() async throws {
    let host = try CommandHost(key: nil)
    #expect(try await login(host, "a-key").status == 0)
    for given in ["two words", "two\\nlines", "\\001", "ümlaut"] {
      let refused = try await login(host, given)
      #expect(refused.status == 4, "\(given)")
    }
    #expect(try await login(host, "").status == 8)
    let kept = try String(contentsOfFile: host.directory + "/.config/netsync/credentials", encoding: .utf8)
    #expect(kept == "a-key\n")
  }

  @Test func `another key that counts before it is told of`() async throws {
    let host = try CommandHost(key: "from-the-environment")
    let kept = try await login(host, "a-key")
    #expect(kept.output.contains("TELNYX_API_KEY has a key too"))
    let file = host.directory + "/.config/netsync/credentials"
    let copied = try await login(host, "", "--api-key-file", file)
    #expect(copied.status == 0 && !copied.output.contains("too"))
    #expect(try await host.run("auth", "test", "--offline").status == 5)
  }
}
