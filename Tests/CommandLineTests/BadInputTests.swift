import Foundation
import Testing

/// Serialized: its tests start processes, and so many of them at once would starve each other.
@Suite(.serialized) struct BadInputTests {
  @Test func `without a key only what needs one fails`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    #expect(try await host.run("networks", "create", "lab").status == 0)
    #expect(try await host.run("networks", "list").status == 0)
    for verb in ["pull", "push", "sync"] {
      let run = try await host.run(verb)
      #expect(run.status == 4)
      #expect(run.errors.hasPrefix("error: there is no API key\n  why:"))
    }
    #expect(try await host.run("outbox", "list", "-o", "id").output == "1\n")
  }

  @Test(arguments: [
    (["graph"], "text, dot, mermaid, svg"), (["status"], "table, wide, json, jsonl, prometheus"),
    (["plan"], "table, wide, json, jsonl"), (["networks", "list"], "table, wide, json, jsonl, csv, tsv, id"),
  ])
  func `a form that there is not is answered with those that the command has`(verb: [String], forms: String)
    async throws
  {
    let host = try CommandHost()
    let run = try await host.start(verb + ["-o", "foo"]).ended()
    #expect(run.status == 64)
    #expect(run.errors.contains("why:   it takes \(forms)\n"))
  }

  @Test func `two forms at once, and a profile without a name, are refused`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "list", "--json", "-o", "csv").status == 64)
    #expect(try await host.run("-p", "", "networks", "list").status == 78)
  }

  @Test func `a pull that cannot begin makes no replica that would pass for an empty account`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    #expect(try await host.run("pull").status == 4)
    #expect(try await host.run("daemon").status == 4)
    let offline = try await host.run("sync", "--offline", "--json", extra: ["TELNYX_API_KEY": "key"])
    #expect(offline.status == 5)
    #expect(try offline.object()["push"] is NSNull)
    #expect(try await host.run("networks", "list").status == 6)
  }

  @Test(arguments: ["777", "277"])
  func `what is made is its owner's to read and write, whatever the umask`(mask: String) async throws {
    let host = try CommandHost()
    #expect(try await host.start(["networks", "create", "lab"], umask: mask).ended().status == 0)
    #expect(try await host.start(["replica", "backup", "copy.sqlite"], umask: mask).ended().status == 0)
    #expect(try await host.start(["export", "--to", "table.csv"], umask: mask).ended().status == 0)
    let files = ["", ".lock", ".mark", ".reserve"].map { host.replica + $0 }
    for file in files + ["copy.sqlite", "table.csv"].map({ host.directory + "/" + $0 }) {
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
    }
  }

  @Test func `a file that cannot be looked at is not taken for one that is missing`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let run = try await host.run("networks", "list", "--replica", host.replica + "/within")
    #expect(run.status == 1)
    #expect(run.errors.contains("Not a directory"))
  }

  @Test func `a network that is named twice is deleted once, and its neighbours with it`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "a", "b").status == 0)
    #expect(try await host.run("networks", "delete", "a", "a", "b").status == 0)
    #expect(try await host.run("networks", "list", "--json", "--all").array().isEmpty)
  }

  @Test func `a failed push or sync has its result object, whatever kept it from beginning`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
    #expect(try await host.run("push", "--json").object()["outcome"] as? String == "error")
    #expect(try await host.run("networks", "create", "lab").status == 0)
    for arguments in [["push", "none.json"], ["push", "--only", "none"], ["push", "--config", "none.yaml"]] {
      let run = try await host.start(arguments + ["--json"]).ended()
      #expect(try run.object()["schema"] as? String == "netsync.push/1")
      #expect(run.errors.hasPrefix("{\"schema\":\"netsync.error/1\""))
    }
    let sync = try await host.run("sync", "--only", "none", "--json")
    #expect(sync.status == 64)
    #expect(try sync.object()["push"] is NSNull)
    #expect(try await host.run("push", "--json", "--offline").object()["waiting"] as? Int == 1)
  }

  @Test func `global flags stand anywhere before the last verb, and errors of the parser go by them`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let listed = try await host.run("-q", "networks", "--json", "--fields", "name", "list")
    #expect(try listed.array().map { $0["name"] as? String } == ["lab"])
    #expect(try await host.run("status", "-o=json", "--bad").errors.hasPrefix("{"))
    #expect(try await host.run("networks", "list", "--bad", "--color", "always").errors.hasPrefix("\u{1B}["))
  }

  @Test func `a deletion has no name to edit`() async throws {
    let sandbox = try await SandboxProcess("--networks", "1")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("pull").status == 0)
    let id = try await host.run("networks", "list", "-o", "id").output
    #expect(try await host.run("networks", "delete", String(id.prefix(36))).status == 0)
    let run = try await host.run("outbox", "edit", "1", "other")
    #expect(run.status == 64)
    #expect(run.errors.contains("it is a deletion"))
  }

  @Test func `a rejected key is told, and the outbox is untouched`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3", "--api-key", "right")
    let host = try CommandHost(baseURL: sandbox.baseURL, key: "a-wrong-canary-key")
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let pull = try await host.run("pull", "--json")
    #expect(pull.status == 4)
    #expect(try pull.object()["requests"] as? Int == 1)
    let push = try await host.run("push")
    #expect(push.status == 4)
    #expect(try await host.run("outbox", "list", "-o", "id").output == "1\n")
    #expect(!(pull.errors + push.errors).contains("a-wrong-canary-key"))
    let files = try FileManager.default.subpathsOfDirectory(atPath: host.directory)
    for file in files {
      let content = FileManager.default.contents(atPath: host.directory + "/" + file) ?? Data()
      #expect(content.range(of: Data("a-wrong-canary-key".utf8)) == nil, "\(file) holds the key")
    }
  }

  @Test func `an API that is down loses nothing`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
    #expect(try await host.run("networks", "create", "lab").status == 0)
    #expect(try await host.run("plan", "--refresh").errors.contains("1 edit waits in the outbox"))
    let run = try await host.run("sync", "--json")
    #expect(run.errors.contains("1 edit waits in the outbox"))
    #expect(run.status == 5)
    #expect(run.errors.contains("\"retryable\":true"))
    #expect(try await host.run("outbox", "list", "--json").array().first?["state"] as? String == "waiting")
  }

  @Test func `an unknown name is usage, with names that are near`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "frankfurt").status == 0)
    let run = try await host.run("networks", "rename", "frankfrut", "x")
    #expect(run.status == 64)
    #expect(run.errors.contains("frankfurt"))
    #expect(try await host.run("outbox", "show", "99").status == 64)
    #expect(try await host.run("networks", "create", "  ").status == 64)
  }

  @Test(arguments: [
    (["networks", "lst"], "there is no command netsync networks lst", "did you mean list"),
    (["netwroks", "list"], "there is no command netsync netwroks", "did you mean networks"),
    (["xyzzy"], "there is no command netsync xyzzy", "netsync --help"),
    (["networks", "list", "--bogus"], "unknown option '--bogus'", "netsync networks list --help"),
    (["networks", "list", "--limit", "0"], "--limit takes a whole number from 1 on", "netsync networks list --help"),
    (["networks", "list", "--limit", "x"], "the value 'x' is invalid", "netsync networks list --help"),
    (
      ["networks", "list", "--state", "x"], "the value 'x' is invalid for '--state <s>'\n",
      "netsync networks list --help"
    ),
    (["pull", "--timeout", "5"], "the value '5' is invalid for '--timeout <d>'\n", "netsync pull --help"),
    (["networks", "rename", "lab"], "missing expected argument", "netsync networks rename --help"),
    (["--dry-run", "pull"], "--dry-run is not taken here", "netsync --help"),
    (["--offline", "--dry-run", "pull"], "--offline is not taken here", "netsync --help"),
    (["--offline", "networks", "lst"], "there is no command netsync networks lst", "did you mean list"),
    (["help", "lst"], "there is no command netsync lst", "netsync --help"),
    (["networks", "create", "-dash"], "-dash is no flag", "netsync networks create -- -dash"),
    (["networks", "list", "--limit", "-1"], "missing value for '--limit <n>'", "--flag=-1"),
  ])
  func `arguments that cannot be used are told like every other error`(
    arguments: [String],
    message: String,
    next: String
  ) async throws {
    let host = try CommandHost()
    let run = try await host.start(arguments).ended()
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: \(message)"))
    let lines = run.errors.split(separator: "\n")
    #expect(lines.map { $0.prefix { $0 != ":" } } == ["error", "  why", "  state", "  next"])
    #expect(lines.last?.contains(next) == true)
    for json in [["--json"], ["-o", "json"], ["--output", "jsonl"], ["--output=json"]] {
      let errors = try await host.start(arguments + json).ended().errors
      let object = try JSONSerialization.jsonObject(with: Data(errors.utf8)) as? [String: Any]
      #expect(object?["schema"] as? String == "netsync.error/1", "\(errors)")
      #expect(object?["exit_code"] as? Int == 64)
    }
  }

  @Test func `every flag that all commands take is taken before the verb too`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let key = host.directory + "/key"
    try Data("KEY".utf8).write(to: URL(fileURLWithPath: key))
    let settings = host.directory + "/settings.yaml"
    try Data("log.level: error\n".utf8).write(to: URL(fileURLWithPath: settings))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    let written: [[String]] = [
      ["--replica", host.replica], ["--replica=\(host.replica)"], ["--profile", "p"], ["-p", "p"],
      ["--config", settings], ["--api-key-file", key], ["--quiet"], ["-q"], ["--verbose"], ["-v"], ["-vv"],
      ["--color", "never"],
      ["--no-input"],
      ["--offline"], ["--output", "json"], ["-o", "json"], ["--json"], ["--fields", "name"],
    ]
    let help = try await host.start(["networks", "list", "--help"]).ended().output
    let shared = try await host.start(["status", "--help"]).ended().output.split(separator: "\n")
      .compactMap { $0.firstMatch(of: /^  (?:-[a-z], )?(--[a-z-]+)/).map { String($0.1) } }
      .filter { !["--version", "--help", "--max-age"].contains($0) && help.contains($0) }
    #expect(!shared.isEmpty && shared.allSatisfy { flag in written.contains { $0[0] == flag } }, "\(shared)")
    for flag in written {
      let before = try await host.start(["--replica", host.replica] + flag + ["networks", "list"]).ended()
      let after = try await host.start(["networks", "list", "--replica", host.replica] + flag).ended()
      #expect(before.status == 0 && before.output == after.output, "\(flag): \(before.errors)")
      #expect(before.output.contains("lab"), "\(flag)")
    }
  }

  @Test func `a value that cannot be used is told with those that can`() async throws {
    let host = try CommandHost()
    let state = try await host.run("outbox", "list", "--state", "x")
    #expect(state.errors.contains("why:   it takes waiting, sending, in_doubt, conflict, held, refused\n"))
    let duration = try await host.run("pull", "--timeout", "5")
    #expect(duration.errors.contains("why:   a duration is a whole number and its unit, ms, s, m, h or d: 90s, 5m\n"))
  }

  @Test(arguments: [
    (["TERM": "xterm"], [], true),
    (["TERM": "xterm", "NO_COLOR": "1"], [], false),
    (["TERM": "dumb"], [], false),
    (["TERM": "xterm"], ["--color", "never"], false),
    (["TERM": "dumb"], ["--color", "always"], true),
  ])
  func `errors on a terminal have colour only where it is wanted`(
    variables: [String: String],
    flags: [String],
    isColored: Bool
  ) async throws {
    let terminal = try Terminal()
    let run = try CommandHost().start(["status"] + flags, extra: variables, errorsOn: terminal.end)
    #expect(await run.ended().status == 6)
    let shown = try terminal.shown()
    #expect(shown.contains("there is no replica yet"))
    #expect(shown.contains("\u{1B}[") == isColored)
  }

  @Test func `an error names the host that it is about`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
    let errors = try await host.run("pull").errors
    #expect(errors.contains("127.0.0.1:9: connection refused: GET /networks?page[number]=1"), "\(errors)")
  }

  @Test func `a file that is no replica is refused and stays as it was`() async throws {
    let host = try CommandHost()
    let path = host.directory + "/notes.txt"
    let content = Data(String(repeating: "these are my notes\n", count: 300).utf8)
    try content.write(to: URL(fileURLWithPath: path))
    for arguments in [["status"], ["networks", "create", "lab"], ["query", "SELECT 1"]] {
      let run = try await host.start(arguments + ["--replica", path]).ended()
      #expect(run.status == 10, "\(run.errors)")
    }
    #expect(FileManager.default.contents(atPath: path) == content)
  }

  @Test func `a path is a path, whatever SQLite would make of it`() async throws {
    let host = try CommandHost()
    let name = "file:my replica?mode=ro#1%20.sqlite"
    #expect(try await host.run("networks", "create", "lab", "--replica", name).status == 0)
    #expect(FileManager.default.fileExists(atPath: "\(host.directory)/\(name)"))
    #expect(try await host.run("query", "SELECT name FROM networks", "--replica", name, "-o", "tsv").output == "lab\n")
    #expect(unsafe mkfifo("\(host.directory)/pipe", 0o600) == 0)
    for path in [host.directory, "\(host.directory)/pipe", "/dev/null"] {
      let run = try await host.run("networks", "create", "lab", "--replica", path)
      #expect(run.status == 10, "\(run.errors)")
    }
  }

  @Test func `without a replica every reading command says how to get one`() async throws {
    let host = try CommandHost()
    for arguments in [
      ["status"], ["networks", "list"], ["plan"], ["push"], ["outbox", "list"], ["query", "SELECT 1"],
      ["log"], ["why", "lab"], ["undo", "1"],
    ] {
      let run = try await host.start(arguments).ended()
      #expect(run.status == 6)
      #expect(run.errors.contains("netsync pull"))
    }
  }

  @Test func `a base URL that would leak the key is refused`() async throws {
    let host = try CommandHost()
    for url in ["http://example.com/v2", "http://0.0.0.0:80/v2", "ftp://localhost", "http://127.0.0.1@evil.example/v2"]
    {
      let run = try await host.run("pull", extra: ["TELNYX_BASE_URL": url])
      #expect(run.status == 78, "\(url)")
    }
    #expect(try await host.run("pull", extra: ["NETSYNC_PUSH_SETTLE": "soon"]).status == 78)
    for count in ["0", "257", "many"] {
      #expect(try await host.run("pull", extra: ["NETSYNC_HTTP_IN_FLIGHT": count]).status == 78)
    }
  }

  @Test func `a query cannot write, attach or run for ever`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    for sql in [
      "DELETE FROM operation", "ATTACH '/tmp/x.db' AS x", "VACUUM INTO '\(host.directory)/copy'",
      "SELECT zeroblob(100000000)", "",
    ] {
      #expect(try await host.run("query", sql).status == 64, "\(sql)")
    }
    let two = try await host.run("query", "SELECT 1; SELECT 2")
    #expect(two.status == 64)
    #expect(two.errors.contains("it is not one statement"))
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    #expect(try await host.run("query", endless, "--timeout", "200ms").status == 5)
    #expect(
      try await host.run("query", "SELECT name FROM networks", "--json").array().first?["name"] as? String == "lab"
    )
  }

  @Test func `the replica is its user's alone`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let file = try FileManager.default.attributesOfItem(atPath: host.replica)
    #expect(file[.posixPermissions] as? Int == 0o600)
    let directory = try FileManager.default.attributesOfItem(
      atPath: (host.replica as NSString).deletingLastPathComponent
    )
    #expect(directory[.posixPermissions] as? Int == 0o700)
  }

  @Test func `a saved plan is its user's alone, and what cannot be written is told`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let path = host.directory + "/plan.json"
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    #expect(try await host.run("plan", "--save", path).status == 0)
    #expect(try await host.run("plan", "--save", path).status == 0)
    #expect(try await host.run("plan", "--save", host.replica).status == 64)
    #expect(try await host.run("outbox", "list", "-o", "id").output == "1\n")
    let file = try FileManager.default.attributesOfItem(atPath: path)
    #expect(file[.posixPermissions] as? Int == 0o600)
    #expect(try await host.run("push", "-n", path, "--json").object()["schema"] as? String == "netsync.plan/1")
    let run = try await host.run("plan", "--save", host.directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("Is a directory"))
  }
}
