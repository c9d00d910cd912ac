import FoundationEssentials
import Logging
import NetsyncReconcile
import NetsyncReplica
import Subprocess
import SystemPackage

/// The commands that a sync runs where something has come about that somebody may want to know at once: `on.conflict` and its like.
///
/// A command gets one JSON object on its stdin. It is no shell's: a program, and words that it is started with. What it prints on
/// stdout goes nowhere, what it prints on stderr to the stderr of netsync. Whatever becomes of it, the sync is as it was.
struct Hooks: Sendable {
  /// What a command may take before it is ended.
  static let longestRun = Duration.seconds(30)

  let commands: [NoticeEvent: HookCommand]
  let logger: Logger

  /// Whether anybody would be told of anything.
  var isEmpty: Bool { commands.isEmpty }

  /// Runs the commands for these, one after the other.
  func tell(_ notices: [Notice], of replica: Replica) async {
    for notice in notices {
      let event = NoticeEvent(notice)
      guard let command = commands[event] else { continue }
      do {
        let object = try JSONText(notice, event, of: replica)
        try await command.run(with: object.rendered(pretty: false) + "\n", atMost: Self.longestRun)
        logger.info("hook", metadata: ["event": "\(event.rawValue)", "program": "\(command.program)"])
      } catch {
        let reason = (error as? HookFailure)?.reason ?? "it could not be started"
        logger.warning(
          "hook failed",
          metadata: ["event": "\(event.rawValue)", "program": "\(command.program)", "reason": "\(reason)"]
        )
      }
    }
  }
}

/// What has come about, in a word, which is also that of its setting: `on.conflict`.
enum NoticeEvent: String, CaseIterable, Sendable {
  case conflict, held, refused, alarm, recovered

  init(_ notice: Notice) {
    self =
      switch notice {
      case .conflict: .conflict
      case .held: .held
      case .refused: .refused
      case .alarm: .alarm
      case .recovered: .recovered
      }
  }

  var setting: Setting {
    switch self {
    case .conflict: .onConflict
    case .held: .onHeld
    case .refused: .onRefused
    case .alarm: .onAlarm
    case .recovered: .onRecovered
    }
  }
}

/// Why a command did not do what it was run for, in words.
struct HookFailure: Error {
  var reason: String
}

/// A program and its arguments.
struct HookCommand: Hashable, Sendable {
  let program: String
  let arguments: [String]

  /// - Parameter words: separated by white space; nobody interprets quotes or variables in them.
  /// - Returns: nil where there is no word.
  init?(_ words: String) {
    let words = words.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let program = words.first else { return nil }
    self.program = program
    arguments = Array(words.dropFirst())
  }

  /// - Parameter limit: what has not ended by then is asked to end, and a second later ended.
  func run(with input: String, atMost limit: Duration) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { try await run(with: input) }
      group.addTask {
        try await Task.sleep(for: limit)
        throw HookFailure(reason: "it took longer than \(limit.components.seconds) s")
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  /// A file without a name, from its beginning on. A pipe would break where somebody does not read it to its end.
  private static func file(of text: String) throws -> FileDescriptor {
    let directory = FileManager.default.temporaryDirectory.path(percentEncoded: false)
    let path = FilePath("\(directory)/netsync-notice-\(UInt64.random(in: .min ... .max))")
    let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
    do {
      let file = try FileDescriptor.open(path, .readWrite, options: options, permissions: .ownerReadWrite)
      try? FileManager.default.removeItem(atPath: path.string)
      do {
        try file.writeAll(text.utf8)
        try file.seek(offset: 0, from: .start)
        return file
      } catch {
        try? file.close()
        throw error
      }
    } catch {
      throw HookFailure(reason: "there is no room in \(directory) for what it is told")
    }
  }

  private func run(with input: String) async throws {
    let stdin = try Self.file(of: input)
    defer { try? stdin.close() }
    var options = PlatformOptions()
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
    let ended = try await Subprocess.run(
      program.contains("/") ? .path(FilePath(program)) : .name(program),
      arguments: Arguments(arguments),
      // The key is nobody else's.
      environment: .inherit.updating(["TELNYX_API_KEY": nil]),
      platformOptions: options,
      input: .fileDescriptor(stdin, closeAfterSpawningProcess: false),
      output: .discarded,
      error: .currentStandardError
    )
    switch ended.terminationStatus {
    case .exited(0): return
    case .exited(let code): throw HookFailure(reason: "it ended with \(code)")
    case .signaled(let number): throw HookFailure(reason: "signal \(number) ended it")
    }
  }
}
