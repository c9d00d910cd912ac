import Foundation
import Testing

private let canary = "KEYcanary+/=%&~0123"

/// Where the key may come from, and where it never goes.
///
/// Serialized: its tests start processes, and so many of them at once would starve each other.
@Suite(.serialized, .timeLimit(.minutes(10))) struct KeyTests {
  @Test func `a key file is used to the byte, however its line ends, and through a link`() async throws {
    let sandbox = try await SandboxProcess("--networks", "1", "--api-key", canary)
    let host = try CommandHost(baseURL: sandbox.baseURL, key: nil)
    var files: [String] = []
    for (ending, mode) in [("", 0o600), ("\n", 0o400), ("\r\n", 0o700)] {
      files.append(try host.keyFile(canary + ending, mode: mode))
    }
    files.append(host.directory + "/link")
    try FileManager.default.createSymbolicLink(atPath: host.directory + "/link", withDestinationPath: files[0])
    for file in files {
      let pull = try await host.run("pull", "--networks-only", "--api-key-file", file)
      #expect(pull.status == 0, "\(pull.errors)")
    }
  }

  @Test(
    arguments: [
      ("nothing", ""), ("a line break alone", "\n"), ("two lines", "KEYcanary\nmore\n"),
      ("an empty line behind", "KEYcanary\n\n"), ("an empty line before", "\nKEYcanary\n"),
      ("a blank before", " KEYcanary\n"), ("a blank behind", "KEYcanary \n"), ("a tab", "KEYcanary\t\n"),
      ("a header field", "KEYcanary\r\nx-evil: 1"), ("a NUL", "KEYcanary\0"), ("a DEL", "KEYcanary\u{7F}"),
      ("an escape sequence", "\u{1B}[2JKEYcanary"), ("a byte order mark", "\u{FEFF}KEYcanary"),
      ("another alphabet", "КEYcanary"), ("a letter of no width", "KEY\u{200B}canary"),
      ("more than is taken", String(repeating: "k", count: 4_097)),
      ("a key, and much behind it", "KEYcanary\n" + String(repeating: "\n", count: 9_000)),
    ]
  )
  func `a key file with anything but one line of visible ASCII is refused, and not shown`(
    _ what: String,
    _ content: String
  ) async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    let run = try await host.run("pull", "--api-key-file", host.keyFile(content))
    #expect(run.status == 4, "\(what)")
    #expect(run.errors.contains("it does not hold one line of visible ASCII"), "\(what)")
    #expect(!(run.output + run.errors).contains("canary"), "\(what)")
  }

  @Test(arguments: [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o660, 0o644, 0o666, 0o777])
  func `a key file that anybody else may open is refused, with the command that closes it`(_ mode: Int) async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    let open = try host.keyFile(canary, mode: mode)
    let link = host.directory + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: open)
    for file in [open, link] {
      let run = try await host.run("pull", "--api-key-file", file)
      #expect(run.status == 4)
      #expect(run.errors.contains("next:  chmod 600 \(file)\n"), "\(run.errors)")
    }
  }

  @Test func `what is no regular file is no key file, and is not waited for`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    let pipe = host.directory + "/pipe"
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    for file in [pipe, host.directory, "/dev/null", "/dev/zero"] {
      let run = try await host.run("pull", "--api-key-file", file)
      #expect(run.status == 4)
      #expect(run.errors.contains("it is not a regular file"), "\(run.errors)")
    }
    let run = try await host.run("pull", "--api-key-file", "\(host.directory)/nothing")
    #expect(run.status == 4)
    #expect(run.errors.contains("it cannot be read"))
  }

  @Test(.enabled(if: geteuid() == 0, "only root gives a file away"))
  func `another user's key file is refused`() async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    let file = try host.keyFile(canary)
    try #require(unsafe chown(file, 65_534, 65_534) == 0)
    let run = try await host.run("pull", "--api-key-file", file)
    #expect(run.status == 4)
    #expect(run.errors.contains("it belongs to another user"))
  }

  @Test func `the first place that has a key counts, and one that is refused is not passed by`() async throws {
    let sandbox = try await SandboxProcess("--networks", "1", "--api-key", canary)
    let host = try CommandHost(baseURL: sandbox.baseURL, key: nil)
    let files = FileManager.default
    for directory in ["service", "config/netsync"] {
      try files.createDirectory(atPath: "\(host.directory)/\(directory)", withIntermediateDirectories: true)
    }
    let (right, wrong) = (try host.keyFile(canary), try host.keyFile("another"))
    let service = "\(host.directory)/service/telnyx-api-key"
    let own = "\(host.directory)/config/netsync/credentials"
    try files.copyItem(atPath: wrong, toPath: service)
    try files.copyItem(atPath: wrong, toPath: own)
    var environment = [
      "CREDENTIALS_DIRECTORY": "\(host.directory)/service", "TELNYX_API_KEY": "another",
      "XDG_CONFIG_HOME": "\(host.directory)/config",
    ]
    let pull = ["pull", "--networks-only"]
    #expect(try await host.start(pull + ["--api-key-file", right], extra: environment).ended().status == 0)

    try files.removeItem(atPath: service)
    try files.copyItem(atPath: right, toPath: service)
    #expect(try await host.start(pull, extra: environment).ended().status == 0)
    try files.setAttributes([.posixPermissions: 0o666], ofItemAtPath: service)
    environment["TELNYX_API_KEY"] = canary
    #expect(try await host.start(pull, extra: environment).ended().status == 4)

    try files.removeItem(atPath: service)
    #expect(try await host.start(pull, extra: environment).ended().status == 0)
    environment["TELNYX_API_KEY"] = nil
    #expect(try await host.start(pull, extra: environment).ended().status == 4)
    try files.removeItem(atPath: own)
    try files.copyItem(atPath: right, toPath: own)
    #expect(try await host.start(pull, extra: environment).ended().status == 0)
  }

  @Test(
    arguments: [
      ["pull", "--api-key", canary], ["pull", "--api-key=\(canary)"], ["--api-key", canary, "pull"],
      ["pull", "--key", canary], ["pull", "--token=\(canary)"], ["daemon", "--api-key", canary],
    ]
  )
  func `no flag takes the key, and what was given to one is not said back`(_ arguments: [String]) async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2", key: nil)
    let run = try await host.start(arguments).ended()
    #expect(run.status == 64)
    #expect(!(run.output + run.errors).contains("canary"))
  }

  /// Its steps are the only processes that netsync starts.
  @Test func `no process that the tour starts has the account's key, or is shown where it lies`() async throws {
    let host = try CommandHost(key: canary)
    let service = host.directory + "/service"
    try FileManager.default.createDirectory(atPath: service, withIntermediateDirectories: true)
    // Open to everybody, so a step that looks there fails.
    try FileManager.default.moveItem(atPath: host.keyFile(canary, mode: 0o666), toPath: service + "/telnyx-api-key")
    let tour = try host.start(["demo"], extra: ["CREDENTIALS_DIRECTORY": service, "TMPDIR": host.directory])
    var environments: Set<String> = []
    // The only way to learn of another process's children is to look.
    while kill(tour.pid, 0) == 0 {
      environments.formUnion(environmentsOfPrograms(startedBy: tour.pid))
      try await Task.sleep(for: .milliseconds(5))
    }
    let run = await tour.ended()
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(!(run.output + run.errors).contains(canary))
    #expect(!environments.isEmpty)
    for environment in environments {
      #expect(environment.contains("TELNYX_API_KEY=sandbox\0"))
      #expect(!environment.contains(canary))
      #expect(!environment.contains("CREDENTIALS_DIRECTORY"))
    }
  }
}

extension CommandHost {
  /// Makes a key file, and gives its path.
  fileprivate func keyFile(_ content: String, mode: Int = 0o600) throws -> String {
    let path = "\(directory)/key-\(UUID().uuidString)"
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }
}

/// The environments of the programs that a process has started and that run now; a NUL ends each variable.
private func environmentsOfPrograms(startedBy parent: Int32) -> [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return names.compactMap { name in
    // Behind the name in parentheses stand the state and the parent, as proc_pid_stat(5) says.
    guard Int32(name) != nil, let fields = contents(of: "/proc/\(name)/stat").split(separator: ")").last,
      Int32(fields.split(separator: " ").dropFirst().first ?? "") == parent
    else { return nil }
    // Until it runs its own program it shows what its parent has.
    let arguments = contents(of: "/proc/\(name)/cmdline").split(separator: "\0")
    guard arguments.count > 1, arguments[1] != "demo" else { return nil }
    let environment = contents(of: "/proc/\(name)/environ")
    return environment.isEmpty ? nil : environment
  }
}

/// What a file of the kernel holds, which does not tell its size; nothing where it is gone by now.
private func contents(of path: String) -> String {
  guard let file = FileHandle(forReadingAtPath: path) else { return "" }
  defer { try? file.close() }
  return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
}
