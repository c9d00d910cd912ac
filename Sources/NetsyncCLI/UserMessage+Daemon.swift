// MARK: The daemon

extension UserMessage {
  /// - Parameter record: of the one that runs; nil where it had not written it yet.
  static func daemonRuns(_ record: DaemonRecord?) -> UserMessage {
    UserMessage(
      exit: .busy,
      code: "daemon_runs",
      message: "a daemon keeps this replica already",
      why: record.map { "process \(String($0.pid)) does since \($0.startedAt)" } ?? "another process has just begun to",
      next: ["netsync status shows it"]
    )
  }

  static func daemonFile(_ path: String, _ error: any Error) -> UserMessage {
    UserMessage(
      exit: .failed,
      code: "storage",
      message: "the file that says who the daemon is could not be written",
      why: "\(path): \(String(describing: error))",
      next: ["see that the disk has room and the directory is yours"]
    )
  }

  static func cannotListen(_ address: String, _ error: any Error) -> UserMessage {
    UserMessage(
      exit: .failed,
      code: "cannot_listen",
      message: "the page cannot be served at \(address)",
      why: "\(String(describing: error))",
      state: "nothing is lost; the daemon has ended",
      next: ["netsync daemon --listen 127.0.0.1:0 picks a free port; unix:/PATH wants a directory of yours"]
    )
  }
}
