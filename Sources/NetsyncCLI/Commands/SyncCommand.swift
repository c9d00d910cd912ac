import ArgumentParser
import Netsync
import NetsyncEngine
import NetsyncReplica

/// `netsync sync`: pull, then push.
struct SyncCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(commandName: "sync", abstract: "Pull, then push.")

  @OptionGroup var pull: PullFlags
  @OptionGroup var push: PushFlags
  @OptionGroup var cycle: CycleFlags
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let session = try Session(global)
    let replica = cycle.dryRun ? try session.trial() : try session.open(.makeIfMissing)
    defer { if cycle.dryRun { replica.removeFiles() } }
    let options = try push.options(cycle, session, replica)
    if !push.yes, !cycle.dryRun { try PushCommand.askBeforeDeleting(session, replica, options, verb: "sync") }
    let line = ProgressLine(pull.progress, quiet: global.quiet)
    let (pulled, pushed) = try await session.answering({ Self.result(.unasked(isOffline: $0), nil) }) {
      try await session.withEngine(on: replica) { engine in
        let pulled = await engine.pull(pull.options(cycle, session.settings)) { line.show($0) }
        line.clear()
        if cycle.dryRun || pulled.endsCycle { return (pulled, PushReport?.none) }
        return (pulled, await engine.push(options))
      }
    }
    if cycle.dryRun {
      let plan = pulled.endsCycle ? nil : try session.plan(of: replica, options)
      let json = plan.map { JSONText($0, basedOn: pulled.isComplete ? .now : nil) }
      try session.answer(Self.result(pulled, json), orSay: [pulled.line(isDryRun: true)] + (plan?.lines ?? []))
    } else {
      try session.answer(
        Self.result(pulled, pushed.map { JSONText($0) }),
        orSay: [pulled.line()] + (pushed?.lines ?? [])
      )
      session.note(pulled.verdicts + (pushed?.verdicts ?? PolicyVerdicts()))
    }
    if let failure = pulled.failure {
      let waiting = try session.step { () throws(ReplicaError) in try replica.operations().count }
      let message = UserMessage(pulled, failure, waiting: waiting, verb: "sync", isDryRun: cycle.dryRun)
      if pushed?.status.outranks(message.exit) != true { throw message }
    }
    try pushed?.throwStatus(session, replica, verb: "sync")
  }

  /// `netsync.sync/1`.
  ///
  /// - Parameter push: `netsync.push/1`, or in a dry run `netsync.plan/1`; nil where the pull ended it.
  private static func result(_ pulled: PullReport, _ push: JSONText?) -> JSONText {
    ["schema": "netsync.sync/1", "pull": JSONText(pulled), "push": push ?? .null]
  }
}
