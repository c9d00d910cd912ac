import NetsyncAPI
import Subprocess

/// The setting `api_key_command`: what a shell runs to get the key, such as a password manager.
enum KeyCommand {
  /// Somebody may have to type a password first.
  private static let patience = Duration.seconds(60)
  private static let mostBytes = 8_192

  /// - Returns: the key that it printed on one line. What it says on stderr goes to the user.
  static func run(_ command: String) async throws(UserMessage) -> APIKey {
    let printed: String?
    do {
      printed = try await withThrowingTaskGroup { group in
        group.addTask { try await output(of: command) }
        group.addTask {
          try await Task.sleep(for: patience)
          throw Refusal(reason: "it took longer than \(patience.wholeSeconds) s")
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
      }
    } catch let refusal as Refusal {
      throw .keyCommand(refusal.reason)
    } catch {
      throw .keyCommand("it could not be started, or printed more than \(mostBytes) bytes")
    }
    guard let key = APIKey(line: Array((printed ?? "").utf8)) else {
      throw .keyCommand("it did not print one line of visible ASCII")
    }
    return key
  }

  private struct Refusal: Error {
    var reason: String
  }

  private static func output(of command: String) async throws -> String? {
    var options = PlatformOptions()
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
    let ended = try await Subprocess.run(
      .name("sh"),
      arguments: ["-c", command],
      platformOptions: options,
      output: .string(limit: mostBytes),
      error: .currentStandardError
    )
    switch ended.terminationStatus {
    case .exited(0): return ended.standardOutput
    case .exited(let code): throw Refusal(reason: "it ended with \(code)")
    case .signaled(let number): throw Refusal(reason: "signal \(number) ended it")
    }
  }
}

extension Duration {
  fileprivate var wholeSeconds: Int64 { components.seconds }
}
