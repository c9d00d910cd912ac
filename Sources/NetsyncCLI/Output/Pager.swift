import Subprocess
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What a person reads a long list with: the setting `pager`, else `PAGER`, else `less`, which leaves alone what fits into the window.
struct Pager: Sendable {
  let command: HookCommand
  private let options: [Environment.Key: String?]

  /// - Returns: nil where there is to be none.
  init?(_ configuration: Configuration) {
    let words = configuration.text(.pager) ?? Setting.pager.standard ?? "none"
    guard configuration.environment["TERM"] != "dumb", words != "none", let command = HookCommand(words) else {
      return nil
    }
    self.command = command
    // It ends where all fits into the window, lets colours through, and leaves on the terminal what it has shown.
    options = configuration.environment["LESS"] == nil ? ["LESS": "FRX"] : [:]
  }

  /// Runs `write` with a stream that the pager reads, and waits until its user is done with it. Who has read enough ends the writing.
  ///
  /// - Returns: false where there is no such program, and nothing was written.
  func show(_ write: (StandardStream) async throws -> Void) async throws -> Bool {
    let (reading, writing) = try FileDescriptor.pipe()
    // Else the pager had it too, and would wait for ever for the end.
    _ = fcntl(writing.rawValue, F_SETFD, FD_CLOEXEC)
    // Ctrl-C is the pager's: it stops a search there, and does not end the list.
    let before = signal(SIGINT, SIG_IGN)
    defer { signal(SIGINT, before) }
    do {
      _ = try await Subprocess.run(
        .name(command.program),
        arguments: Arguments(command.arguments),
        environment: .inherit.updating(options),
        input: .fileDescriptor(reading, closeAfterSpawningProcess: true),
        output: .currentStandardOutput,
        error: .currentStandardError
      ) { _ in
        defer { try? writing.close() }
        let stream = StandardStream(descriptor: writing.rawValue, capacity: 65_536)
        do {
          try await write(stream)
          try stream.flush()
        } catch StreamFailure.brokenPipe {}
      }
      return true
    } catch let error as SubprocessError where error.code == .executableNotFound {
      try? writing.close()
      return false
    }
  }
}
