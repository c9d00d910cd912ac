import ArgumentParser
import Netsync
import NetsyncEngine
import NetsyncReplica

/// `netsync pull`: one complete sweep of networks and their interfaces.
struct PullCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Bring the replica up to date with the API."
  )

  @OptionGroup var flags: PullFlags
  @OptionGroup var cycle: CycleFlags
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let session = try Session(global)
    let replica = cycle.dryRun ? try session.trial() : try session.open(.makeIfMissing)
    defer { if cycle.dryRun { replica.endTrial() } }
    let line = ProgressLine(flags.progress, quiet: global.quiet)
    let options = SyncOptions(pull: flags.options(cycle, session.settings))
    let report = try await session.answering({ JSONText(PullReport(), outcome: $0 ? .offline : .error) }) {
      try await session.withEngine(on: replica) { await $0.sync(options) { line.show($0) } }
    }
    line.clear()
    let pulled = report.pull ?? PullReport()
    try session.answer(JSONText(pulled), orSay: [pulled.line(isDryRun: cycle.dryRun)])
    if pulled.conflicts > 0 {
      let conflicts = counted(pulled.conflicts, "conflict")
      session.note(
        cycle.dryRun
          ? "Would be open: \(conflicts)." : "Open: \(conflicts); 'netsync conflicts list' shows both sides."
      )
    }
    if !cycle.dryRun { session.note(report.verdicts) }
    try report.conclude(waiting: session.waiting(in: replica), verb: "pull", isDryRun: cycle.dryRun)
  }
}

extension Session {
  /// Edits in the outbox.
  func waiting(in replica: Replica) throws(UserMessage) -> Int {
    try step { () throws(ReplicaError) in try replica.operationCount() }
  }
}

extension PullReport {
  /// Nothing is left to ask for.
  fileprivate var isWhole: Bool {
    if case .api = failure { false } else { isComplete }
  }

  func line(isDryRun: Bool = false) -> TerminalText {
    let verb = isDryRun ? "Would pull" : isWhole ? "Pulled" : "Pulled in part"
    let held = counts.held > 0 ? ", \(counts.held) held" : ""
    return """
      \(verb) \(counted(counts.listed, "network")), \(counted(counts.interfaces, "interface")): \
      \(String(counts.new)) new, \(String(counts.changed)) changed, \(String(counts.gone)) gone\(held) \
      (\(counted(counts.requests, "request")), \(DurationText.short(duration)))
      """
  }
}

extension JSONText {
  /// `netsync.pull/1`.
  ///
  /// - Parameter outcome: of a pull that could not begin; else the report's own.
  init(_ report: PullReport, outcome: CycleOutcome? = nil) {
    self = [
      "schema": "netsync.pull/1",
      "networks": JSONText(report.counts.listed),
      "interfaces": JSONText(report.counts.interfaces),
      "new": JSONText(report.counts.new),
      "changed": JSONText(report.counts.changed),
      "gone": JSONText(report.counts.gone),
      "held": JSONText(report.counts.held),
      "requests": JSONText(report.counts.requests),
      "bytes": JSONText(report.counts.bytes),
      "duration_s": .number(report.duration.rounded),
      "complete": .bool(report.isWhole),
      "outcome": .string((outcome ?? report.outcome).rawValue),
    ]
  }
}

extension Duration {
  /// Seconds, rounded to milliseconds.
  var rounded: Double { (inSeconds * 1_000).rounded() / 1_000 }
}
