import Foundation
import Testing

@testable import NetsyncCLI

/// What is set, and where: nothing is guessed, and every fault has its line.
@Suite struct ConfigurationTests {
  private let directory = FileManager.default.temporaryDirectory.path + "/netsync-config-" + UUID().uuidString

  private func file(_ text: String) throws -> ConfigurationFile {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let path = directory + "/config.yaml"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try #require(ConfigurationFile(path))
  }

  @Test func `a path is one key or several, and a profile's own comes first`() throws {
    let file = try file(
      """
      # settings
      push: {on_conflict: hold, settle: 30s}
      http.timeout: 3s
      pull:
        max_deletes: 7
      profiles:
        work:
          pull.max_deletes: 9
          http: {timeout: "4s"}
      """
    )
    #expect(file.faults == [])
    #expect(file.value(.policy)?.text == "hold")
    #expect(file.value(.requestTimeout, of: "default")?.text == "3s")
    #expect(file.value(.requestTimeout, of: "work")?.text == "4s")
    #expect(file.value(.maximumDeletes, of: "work") == SetValue(text: "9", origin: .file(file.path, line: 8)))
    #expect(file.value(.maximumDeletes, of: "other") == SetValue(text: "7", origin: .file(file.path, line: 5)))
    #expect(file.value(.settleTime, of: "work")?.text == "30s")
    #expect(file.value(.proxy, of: "work") == nil)
  }

  @Test(arguments: [
    ("nix: 1", 1, "there is no setting nix"),
    ("\nhttp.timout: 3s", 2, "there is no setting http.timout; did you mean http.timeout?"),
    ("push: 3", 1, "push: it takes settings below it"),
    ("push:\n  on_conflict: [hold]", 2, "push.on_conflict: it takes one value"),
    ("offline: yes\noffline: no", 1, "offline is there twice"),
    ("http.timeout: 3s\nhttp:\n  timeout: 4s", 3, "http.timeout is there twice"),
    ("profiles: 3", 1, "profiles: it takes a name for each, with settings below"),
    ("profiles:\n  work: 3", 2, "profiles.work: it takes settings"),
    ("profiles:\n  work:\n    settle: 3s", 3, "there is no setting settle; did you mean push.settle?"),
    ("profiles:\n  work:\n    profiles: {}", 3, "there is no setting profiles; did you mean profile?"),
    ("- a", 1, "it holds no names with values"),
    ("a: [", 2, "here or in the line before it is no YAML"),
    ("offline: &x [*x]", 1, "here or in the line before it is no YAML"),
  ])
  func `each fault is told with its line`(_ text: String, _ line: Int, _ reason: String) throws {
    #expect(try file(text).faults.first { $0.line == line }?.reason.hasPrefix(reason) == true)
  }

  @Test func `a few lines that stand for endless values keep nobody busy`() throws {
    let doubling = (1...40).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
    let bomb = try file("a0: &a0 [x]\n\(doubling)? *a40\n: 1\n")
    #expect(bomb.faults.map(\.reason) == ["it has more than 32 aliases; write each value where it belongs"])
    let deep = try file("a: \(String(repeating: "[", count: 500_000))")
    #expect(deep.faults.map(\.reason) == ["here or in the line before it is no YAML"])
    // What only looks so, in a comment, is none.
    #expect(try file("# \(String(repeating: "* ", count: 99))\n\(String(repeating: "#***\n", count: 99))").faults == [])
  }

  @Test func `all faults of a file are told at once, and none is a default in silence`() throws {
    let faults = try file("a: 1\nb: 2\npush: {c: 3}\n").faults
    #expect(faults.map(\.line) == [1, 2, 3])
    #expect(try file("").faults == [])
    #expect(try file("# nothing\n").faults == [])
    #expect(ConfigurationFile(directory + "/none.yaml") == nil)
  }

  @Test func `the settings of the README are settings`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(
      contentsOf: root.deletingLastPathComponent().appendingPathComponent("README.md"),
      encoding: .utf8
    )
    let block = try #require(readme.split(separator: "```yaml\n").last?.split(separator: "```").first)
    let file = try file(String(block))
    #expect(file.faults == [])
    #expect(file.value(.apiKeyFile, of: "work")?.text == "/etc/netsync/work.key")
  }

  @Test func `each setting has its name in a file and its variable`() {
    #expect(Setting.policy.variable == "NETSYNC_PUSH_ON_CONFLICT")
    #expect(Setting.baseURL.variable == "TELNYX_BASE_URL")
    #expect(Set(Setting.allCases.map(\.variable)).count == Setting.allCases.count)
  }
}

/// The same of the built binary.
@Suite struct ConfigCommandTests {
  private let host: CommandHost
  private let users: String

  init() throws {
    host = try CommandHost(baseURL: nil)
    users = host.directory + "/.config/netsync/config.yaml"
    try FileManager.default.createDirectory(
      atPath: host.directory + "/.config/netsync",
      withIntermediateDirectories: true
    )
  }

  private func write(_ text: String, to path: String? = nil) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path ?? users))
  }

  private func setting(_ key: String, _ arguments: [String] = [], _ extra: [String: String] = [:]) async throws
    -> [String]
  {
    let run = try await host.start(["config", "list", "--json"] + arguments, extra: extra).ended()
    let row = try #require(try run.array().first { $0["key"] as? String == key })
    return [row["value"] as? String ?? "-", row["source"] as? String ?? "-"]
  }

  @Test func `a flag counts before a variable, that before the file, and each says where it is from`() async throws {
    try write("replica: in-file.sqlite\nprofile: work\nprofiles: {work: {push.settle: 1m}}\n")
    #expect(try await setting("replica") == ["in-file.sqlite", users + ":1"])
    #expect(try await setting("push.settle") == ["1m", users + ":3"])
    #expect(try await setting("push.settle", ["-p", "home"]) == ["90s", "default"])
    #expect(try await setting("replica", [], ["NETSYNC_REPLICA": "v.sqlite"]) == ["v.sqlite", "NETSYNC_REPLICA"])
    let both = try await setting("replica", ["--replica", "f.sqlite"], ["NETSYNC_REPLICA": "v.sqlite"])
    #expect(both == ["f.sqlite", "--replica"])
    #expect(try await host.run("config", "path").output == users + "\n")
    #expect(try await host.run("config", "check").status == 0)
    // The profile is a part of the replica's path.
    for profile in ["../../up", "."] { #expect(try await host.run("config", "check", "-p", profile).status == 78) }
    #expect(try await host.run("config", "check", "--config", "/dev/zero").status == 78)
  }

  @Test func `what a file sets is what a command does`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3", "--api-key", "right")
    try write("right\n", to: host.directory + "/key")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: host.directory + "/key")
    try write(
      "base_url: \(sandbox.baseURL)\napi_key_file: \(host.directory)/key\nreplica: \(host.directory)/here.sqlite\n"
    )
    #expect(try await host.run("pull", extra: ["TELNYX_API_KEY": ""]).status == 0)
    #expect(FileManager.default.fileExists(atPath: host.directory + "/here.sqlite"))
    #expect(try await host.run("networks", "list", "--json").array().count == 3)
    // The variable counts before the file.
    #expect(try await host.run("pull", extra: ["TELNYX_API_KEY": "wrong"]).status == 4)
  }

  @Test func `a command can give the key, and not out of a file that others can write to`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3", "--api-key", "right")
    try write("base_url: \(sandbox.baseURL)\napi_key_command: echo asked >&2; printf '%s\\n' right\n")
    #expect(try await host.run("auth", "test", extra: ["TELNYX_API_KEY": ""]).status == 0)
    let status = try await host.run("auth", "status", "--json", extra: ["TELNYX_API_KEY": ""])
    #expect(try status.object()["source"] as? String == "api_key_command of \(users):2")
    #expect(status.errors == "asked\n")
    for (command, reason) in [("exit 3", "ended with 3"), ("true", "one line"), ("kill -9 $$", "signal 9")] {
      let failed = try await host.run(
        "auth",
        "test",
        extra: ["TELNYX_API_KEY": "", "NETSYNC_API_KEY_COMMAND": command]
      )
      #expect(failed.status == 4)
      #expect(failed.errors.contains(reason), "\(failed.errors)")
    }
    // Where a key is kept is said without asking for it.
    let kept = try await host.start(
      ["auth", "login"],
      extra: ["TELNYX_API_KEY": ""],
      bash: #"echo other | "$0" "$@""#
    ).ended()
    #expect(kept.output.contains("api_key_command of \(users):2 has a key too") && kept.errors == "")
    // What counts before it is not asked for twice.
    #expect(try await host.run("auth", "status", extra: ["TELNYX_API_KEY": "other"]).errors == "")
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: users)
    let refused = try await host.run("auth", "test", extra: ["TELNYX_API_KEY": ""])
    #expect(refused.status == 78)
    #expect(refused.errors.contains("others can write to this file"))
  }

  @Test func `a file that cannot be used stops every command, with its line, and a password stays unseen`() async throws
  {
    try write("push:\n  on_conflict: never\n")
    for command in [["status"], ["networks", "list"], ["pull"], ["config", "check"], ["config", "list"]] {
      let run = try await host.start(command).ended()
      #expect(run.status == 78)
      #expect(run.errors.contains(users + ":2: "), "\(run.errors)")
    }
    try write("push.settel: 3s\n")
    let refused = try await host.run("status", "--json")
    #expect(refused.status == 78)
    let error = try #require(try JSONSerialization.jsonObject(with: Data(refused.errors.utf8)) as? [String: Any])
    #expect(error["code"] as? String == "bad_configuration")
    #expect((error["faults"] as? [[String: Any]])?.first?["line"] as? Int == 1)
    // Where it is can be asked all the same.
    #expect(try await host.run("config", "path").status == 0)
    let elsewhere = host.directory + "/other.yaml"
    #expect(try await host.run("config", "check", "--config", elsewhere).status == 78)
    try write("http.proxy: http://me:secret@proxy.example:3128\n", to: elsewhere)
    let listed = try await host.run("config", "list", extra: ["NETSYNC_CONFIG": elsewhere])
    #expect(listed.status == 0)
    #expect(listed.output.contains("http://[redacted]@proxy.example:3128"))
    #expect(!listed.output.contains("secret"))
  }

  @Test func `the pager is the one of every program, unless the settings name another`() async throws {
    func pager(_ extra: [String: String]) async throws -> [String?] {
      let listed = try await host.run("config", "list", "--json", extra: extra).array()
      let pager = listed.first { $0["key"] as? String == "pager" }
      return [pager?["value"] as? String, pager?["source"] as? String]
    }
    #expect(try await pager([:]) == ["less", "default"])
    #expect(try await pager(["PAGER": "more"]) == ["more", "PAGER"])
    #expect(try await pager(["PAGER": "more", "NETSYNC_PAGER": "none"]) == ["none", "NETSYNC_PAGER"])
  }

  @Test func `a variable that is called like a setting and is none is told, for its value counts for nothing`()
    async throws
  {
    let stray = ["NETSYNC_PUSH_ON_CONFLIC": "hold", "NETSYNC_DAEMON_OPTIONS": ""]
    let told = "there is no setting NETSYNC_PUSH_ON_CONFLIC; did you mean NETSYNC_PUSH_ON_CONFLICT?"
    let check = try await host.run("config", "check", extra: stray)
    #expect(check.status == 78)
    #expect(check.errors.contains(told))
    #expect(try await host.run("networks", "create", "lab", extra: stray).errors == "warning: \(told)\n")
    #expect(try await host.run("networks", "list", "-q", extra: stray).errors.isEmpty)
    #expect(try await host.run("doctor", extra: stray).output.contains(told))
  }
}
