import ArgumentParser
import Netsync
import NetsyncEngine
import NetsyncReplica

/// `netsync sync`: pull, then push.
struct SyncCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(commandName: "sync", abstract: "Pull, then push.")

  @OptionGroup var flags: PullFlags
  @Flag(name: [.customShort("y"), .long], help: "Do not ask before deleting.")
  var yes = false
  @Option(help: ArgumentHelp("auto, always or never.", valueName: "when"))
  var progress = ProgressChoice.auto
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open(.makeIfMissing)
    var options = PushOptions()
    options.maximumDeletes = flags.maxDeletes ?? session.settings.maximumDeletes
    options.timeout = flags.timeout.duration
    options.wait = flags.wait.duration
    if !yes { try PushCommand.askBeforeDeleting(session, replica, options) }
    let line = ProgressLine(progress, quiet: global.quiet)
    let (pulled, pushed) = try await session.answering({ Self.result(.unasked(isOffline: $0), nil) }) {
      try await session.withEngine(on: replica) { engine in
        let pulled = await engine.pull(flags.options(session.settings)) { line.show($0) }
        line.clear()
        if let failure = pulled.failure, failure.endsCycle { return (pulled, PushReport?.none) }
        return (pulled, await engine.push(options))
      }
    }
    try session.answer(Self.result(pulled, pushed), orSay: [pulled.line()] + (pushed?.lines ?? []))
    let waiting = (pushed?.waiting ?? 0) + (pushed?.inDoubt ?? 0)
    if let failure = pulled.failure {
      let message = UserMessage(failure, waiting: waiting, verb: "sync")
      // A held pull is said once everything else is; anything worse is said first.
      if pushed == nil || pushed?.status == .done || message.exit == .held { throw message }
    }
    try pushed?.throwStatus(session, replica, verb: "sync")
  }

  /// `netsync.sync/1`.
  private static func result(_ pulled: PullReport, _ pushed: PushReport?) -> JSONText {
    [
      "schema": "netsync.sync/1", "pull": JSONText(pulled), "push": pushed.map { JSONText($0) } ?? .null,
    ]
  }
}
