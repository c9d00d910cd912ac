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
    defer { if cycle.dryRun { replica.removeFiles() } }
    let line = ProgressLine(flags.progress, quiet: global.quiet)
    let report = try await session.answering({ JSONText(PullReport.unasked(isOffline: $0)) }) {
      try await session.withEngine(on: replica) { engine in
        await engine.pull(flags.options(cycle, session.settings)) { line.show($0) }
      }
    }
    line.clear()
    try session.answer(JSONText(report), orSay: [report.line(isDryRun: cycle.dryRun)])
    if report.conflicts > 0 {
      let conflicts = counted(report.conflicts, "conflict")
      session.note(
        cycle.dryRun
          ? "Would be open: \(conflicts)." : "Open: \(conflicts); 'netsync conflicts list' shows both sides."
      )
    }
    if !cycle.dryRun { session.note(report.verdicts) }
    if let failure = report.failure {
      let waiting = try session.step { () throws(ReplicaError) in try replica.operations().count }
      throw UserMessage(report, failure, waiting: waiting, verb: "pull", isDryRun: cycle.dryRun)
    }
  }
}

extension PullReport {
  /// Of a pull that could not begin.
  static func unasked(isOffline: Bool) -> PullReport {
    var report = PullReport()
    report.outcome = isOffline ? .offline : .error
    return report
  }

  /// Nothing is left to ask for.
  fileprivate var isWhole: Bool {
    if case .api = failure { false } else { isComplete }
  }

  func line(isDryRun: Bool = false) -> TerminalText {
    let verb = isDryRun ? "Would pull" : isWhole ? "Pulled" : "Pulled in part"
    let held = counts.held > 0 ? ", \(counts.held) held" : ""
    return """
      \(verb) \(counted(counts.networks, "network")), \(counted(counts.interfaces, "interface")): \
      \(String(counts.new)) new, \(String(counts.changed)) changed, \(String(counts.gone)) gone\(held) \
      (\(counted(counts.requests, "request")), \(DurationText.short(duration)))
      """
  }
}

extension JSONText {
  /// `netsync.pull/1`.
  init(_ report: PullReport) {
    self = [
      "schema": "netsync.pull/1",
      "networks": JSONText(report.counts.networks),
      "interfaces": JSONText(report.counts.interfaces),
      "new": JSONText(report.counts.new),
      "changed": JSONText(report.counts.changed),
      "gone": JSONText(report.counts.gone),
      "held": JSONText(report.counts.held),
      "requests": JSONText(report.counts.requests),
      "bytes": JSONText(report.counts.bytes),
      "duration_s": .number(report.duration.rounded),
      "complete": .bool(report.isWhole),
      "outcome": .string(report.outcome.rawValue),
    ]
  }
}

extension Duration {
  /// Seconds, rounded to milliseconds.
  var rounded: Double { (inSeconds * 1_000).rounded() / 1_000 }
}
