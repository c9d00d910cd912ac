import ArgumentParser
import Netsync
import NetsyncEngine
import NetsyncReconcile
import NetsyncReplica

/// `netsync sync`: pull, then push.
struct SyncCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(commandName: "sync", abstract: "Pull, then push.")

  @OptionGroup var pull: PullFlags
  @OptionGroup var push: PushFlags
  @OptionGroup var cycle: CycleFlags
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let failed = { Self.result(JSONText(PullReport(), outcome: $0), nil) }
    let (session, replica) = try await global.answering(failed) {
      let session = try Session(global)
      return (session, cycle.dryRun ? try session.trial() : try session.openToPull())
    }
    defer { if cycle.dryRun { replica.endTrial() } }
    let line = ProgressLine(pull.progress, session)
    let (pushing, report) = try await global.answering(failed) {
      let pushing = try push.options(cycle, session, replica)
      if !push.yes, !cycle.dryRun { try PushCommand.askBeforeDeleting(session, replica, pushing, verb: "sync") }
      let options = SyncOptions(pull: pull.options(cycle, session.settings), push: cycle.dryRun ? nil : pushing)
      let report = try await session.withEngine(on: replica) { engine in
        guard !cycle.dryRun else { return await engine.sync(options) { line.show($0) } }
        return try await session.tellingHooks(of: replica) { await engine.sync(options) { line.show($0) } }
      }
      return (pushing, report)
    }
    line.clear()
    let pulled = report.pull ?? PullReport()
    if cycle.dryRun {
      let plan = endsSync(pulled.facts) ? nil : try session.plan(of: replica, pushing)
      let json = plan.map { JSONText($0, basedOn: pulled.isComplete ? .now : nil) }
      try session.answer(
        Self.result(JSONText(pulled), json),
        orSay: [pulled.line(isDryRun: true)] + (plan?.lines ?? [])
      )
    } else {
      try session.answer(
        Self.result(JSONText(pulled), report.push.map { JSONText($0) }),
        orSay: [pulled.line()] + (report.push?.lines ?? [])
      )
      session.note(report.verdicts)
      session.note(alteredNames: report.push?.alteredNames ?? [])
    }
    do {
      try report.conclude(waiting: session.waiting(in: replica), verb: "sync", isDryRun: cycle.dryRun)
    } catch {
      // An API that is away now is no reason to keep from a person what only a person can settle.
      let unasked = PushReport.unasked(pushing, replica)
      guard report.push == nil, report.verdict.end == .notNow, unasked.conflicts > 0, !cycle.dryRun else { throw error }
      session.note("Not pulled, nothing sent: \(error.message.string).")
      throw UserMessage.left(unasked, .undecided, verb: "sync")
    }
  }

  /// `netsync.sync/1`.
  ///
  /// - Parameter push: `netsync.push/1`, or in a dry run `netsync.plan/1`; nil where the pull ended it.
  private static func result(_ pull: JSONText, _ push: JSONText?) -> JSONText {
    ["schema": "netsync.sync/1", "pull": pull, "push": push ?? .null]
  }
}
