import Foundation
import Glibc

/// What a process has used of the machine.
struct Usage: Codable, Sendable {
  var processorSeconds = 0.0
  /// The most memory that it held at once, in bytes.
  var peakMemory = 0

  static var ofThisProcess: Usage {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Usage(usage)
  }

  fileprivate init(_ usage: rusage) {
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    processorSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    peakMemory = usage.ru_maxrss * 1_024
  }

  init() {}
}

/// How long a process took, and what it used.
struct Run: Codable, Sendable {
  var seconds: Double
  var usage: Usage
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
}

/// A process, from its start to its end.
struct Child {
  private let identifier: pid_t
  private let began = ContinuousClock.now
  private let words: String

  /// - Parameter output: where its standard output goes.
  init(_ arguments: [String], environment: [String: String] = [:], output: String = "/dev/null") throws {
    let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var child = pid_t()
    let list = unsafe arguments.map { unsafe strdup($0) } + [nil]
    let variables = unsafe all.map { unsafe strdup("\($0)=\($1)") } + [nil]
    defer { unsafe (list + variables).forEach { unsafe free($0) } }
    let status = unsafe posix_spawnp(&child, arguments[0], &actions, nil, list, variables)
    words = arguments.prefix(3).joined(separator: " ")
    guard status == 0 else { throw BenchError(description: "\(words): \(unsafe String(cString: strerror(status)))") }
    identifier = child
  }

  /// - Parameter meanwhile: what is done every few milliseconds until it ends.
  func wait(_ meanwhile: (() -> Void)? = nil) throws -> Run {
    var status: Int32 = 0
    var usage = rusage()
    while true {
      let ended = unsafe wait4(identifier, &status, meanwhile == nil ? 0 : WNOHANG, &usage)
      if ended == identifier { break }
      guard ended == 0 || errno == EINTR else { throw BenchError(description: "\(words) cannot be waited for") }
      meanwhile?()
      usleep(2_000)
    }
    let run = Run(seconds: (ContinuousClock.now - began) / .seconds(1), usage: Usage(usage))
    guard status == 0 else { throw BenchError(description: "\(words) ended with status \(status)") }
    return run
  }

  func end() {
    kill(identifier, SIGTERM)
    _ = waitpid(identifier, nil, 0)
  }
}
