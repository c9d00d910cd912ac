import Foundation
import Synchronization
import Testing

/// What one run of the built binary came to.
struct Run: Sendable {
  var status: Int32
  var output: String
  var errors: String

  /// The answer as JSON.
  func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(output.utf8)) }

  func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }
  func array() throws -> [[String: Any]] { try #require(try json() as? [[String: Any]]) }
}

/// The built `netsync` with a home of its own, removed with it.
final class CommandHost: Sendable {
  let directory: String
  private let variables: [String: String]

  init(baseURL: String? = nil, key: String? = "key", _ more: [String: String] = [:]) throws {
    directory = FileManager.default.temporaryDirectory.path + "/netsync-host-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    var variables = ["HOME": directory, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    variables["TELNYX_BASE_URL"] = baseURL
    variables["TELNYX_API_KEY"] = key
    self.variables = variables.merging(more) { $1 }
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  var replica: String { directory + "/.local/share/netsync/default/replica.sqlite" }

  static var binary: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("netsync")
  }

  /// Starts the binary; its output goes to files, so that no pipe can fill up.
  ///
  /// - Parameters:
  ///   - mask: the umask that it begins with, in octal.
  ///   - script: what bash runs instead, with the binary as `$0` and the arguments behind it.
  ///   - terminal: where stderr goes instead.
  func start(
    _ arguments: [String],
    extra: [String: String] = [:],
    umask mask: String? = nil,
    bash script: String? = nil,
    errorsOn terminal: FileHandle? = nil
  ) throws -> Running {
    let process = Process()
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    if let script = script ?? mask.map({ #"umask \#($0); exec "$0" "$@""# }) {
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", script, Self.binary.path] + arguments
    } else {
      process.executableURL = Self.binary
      process.arguments = arguments
    }
    process.environment = variables.merging(extra) { $1 }
    let stem = directory + "/run-" + UUID().uuidString
    for suffix in [".out", ".err"] {
      _ = FileManager.default.createFile(atPath: stem + suffix, contents: nil)
    }
    process.standardInput = FileHandle.nullDevice
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: stem + ".out"))
    let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: stem + ".err"))
    // The process has its own; these would stay open as long as Foundation keeps its `Process`, which is for ever.
    defer { for file in [output, errors] { try? file.close() } }
    process.standardOutput = output
    process.standardError = terminal ?? errors
    let (ends, end) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = { ended in
      end.yield(ended.terminationReason == .uncaughtSignal ? 128 + ended.terminationStatus : ended.terminationStatus)
      end.finish()
    }
    try process.run()
    return Running(pid: process.processIdentifier, stem: stem, ends: ends)
  }

  func run(_ arguments: String..., extra: [String: String] = [:]) async throws -> Run {
    try await start(arguments, extra: extra).ended()
  }
}

/// A pseudo-terminal that nobody looks at.
struct Terminal {
  private let master: Int32
  /// What a program writes to.
  let end: FileHandle

  init() throws {
    master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN of ioctl_tty(2), which Glibc's module does not have.
    var (locked, number): (Int32, UInt32) = (0, 0)
    try #require(unsafe ioctl(master, 0x4004_5431, &locked) == 0)
    try #require(unsafe ioctl(master, 0x8004_5430, &number) == 0)
    end = try #require(FileHandle(forUpdatingAtPath: "/dev/pts/\(number)"))
  }

  /// What it shows, once the program has ended; up to 4 KiB.
  func shown() throws -> String {
    try end.close()
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe read(master, &bytes, bytes.count)
    close(master)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}

/// A process on its way.
struct Running: Sendable {
  let pid: Int32
  let stem: String
  let ends: AsyncStream<Int32>

  func ended() async -> Run {
    let status = await ends.first { _ in true } ?? -1
    return Run(status: status, output: read(".out"), errors: read(".err"))
  }

  func read(_ suffix: String) -> String {
    (FileManager.default.contents(atPath: stem + suffix)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Returns when the process has written this, or after 20 s. The only way to learn it of another process is to look.
  func shows(_ text: String, in suffix: String) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !read(suffix).contains(text), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
  }

  func signal(_ number: Int32) { kill(pid, number) }
}

/// `netsync sandbox` as a process of its own, ended with the value.
final class SandboxProcess: Sendable {
  let baseURL: String
  private let running: Running
  private let host: CommandHost

  init(_ arguments: String...) async throws {
    host = try CommandHost()
    running = try host.start(["sandbox"] + arguments)
    try await running.shows("\n", in: ".out")
    let line = running.read(".out")
    baseURL = try #require(line.split(separator: " ").last).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  var port: String { String(baseURL.split(separator: ":").last?.prefix { $0 != "/" } ?? "") }

  deinit { running.signal(SIGKILL) }

  /// Ends it, and returns when its port is free.
  func stop() async {
    running.signal(SIGTERM)
    _ = await running.ended()
  }
}
