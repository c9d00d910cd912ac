import ArgumentParser
import Netsync
import NetsyncEngine
import NetsyncReplica

/// `netsync pull`: one complete sweep of networks and their interfaces.
struct PullCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Bring the replica up to date with the API.",
    discussion: """
      With --network one network and its interfaces are asked for, and nothing is said of any other. --wait-for asks again until all its \
      interfaces have that status, such as provisioned; exit 5 when --timeout is over.
      """
  )

  /// How often a network is asked for that somebody waits for.
  private static let pause = Duration.seconds(5)

  @Option(help: ArgumentHelp("Only this network.", valueName: "net"), completion: .networks)
  var network: String?
  @Option(help: ArgumentHelp("Until its interfaces have this status.", valueName: "status"))
  var waitFor: String?
  @OptionGroup var flags: PullFlags
  @OptionGroup var cycle: CycleFlags
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if waitFor != nil, network == nil || flags.networksOnly || flags.interfaces == InterfaceChoice.none || cycle.dryRun
    {
      throw ValidationError("--wait-for waits for the interfaces of one network: --network NET --wait-for STATUS")
    }
  }

  func run() async throws {
    let failed = { JSONText(PullReport(), outcome: $0) }
    let (session, replica) = try await global.answering(failed) {
      let session = try Session(global)
      let isOfOne = network != nil
      return (session, cycle.dryRun ? try session.trial() : isOfOne ? try session.open() : try session.openToPull())
    }
    defer { if cycle.dryRun { replica.endTrial() } }
    let line = ProgressLine(flags.progress, session)
    let pull = try await global.answering(failed) {
      var pull = flags.options(cycle, session.settings)
      guard let network else { return pull }
      let found = try session.find(network, in: replica)
      guard found.id != nil else { throw UserMessage.notThereYet }
      pull.network = found.key
      return pull
    }
    let report = try await global.answering(failed) {
      try await session.withEngine(on: replica) { engine in
        let deadline = ContinuousClock.now + pull.timeout
        var report = await engine.sync(SyncOptions(pull: pull)) { line.show($0) }
        while report.pull?.failure == nil, try isWaitedFor(pull.network, in: replica, session),
          ContinuousClock.now + Self.pause < deadline
        {
          let next = ContinuousClock.now + Self.pause
          while ContinuousClock.now < next, !engine.stop.isRequested { try await Task.sleep(for: .milliseconds(100)) }
          report = await engine.sync(SyncOptions(pull: pull))
        }
        return report
      }
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
    if pulled.sweep != nil, !pulled.isComplete, pulled.failure == nil {
      session.note(
        "Nothing was removed: the listing moved, or lags behind a change of ours. 'netsync pull' reads it anew."
      )
    }
    try report.conclude(waiting: session.waiting(in: replica), verb: "pull", isDryRun: cycle.dryRun)
    if let network, let waitFor {
      if pulled.counts.gone > 0 { throw UserMessage(ReplicaError.networkGone) }
      if try isWaitedFor(pull.network, in: replica, session) { throw UserMessage.notYet(network, waitFor) }
    }
  }
}

extension PullCommand {
  /// Whether somebody waits for a status that the network's interfaces do not have yet; where it has none, for the first.
  private func isWaitedFor(_ network: NetworkKey?, in replica: Replica, _ session: Session) throws(UserMessage) -> Bool
  {
    guard let waitFor, let network else { return false }
    var filter = InterfaceFilter()
    filter.network = network
    return try session.step { [filter] () throws(ReplicaError) in
      guard try replica.network(network)?.id != nil else { return false }
      let interfaces = try replica.interfaces(filter)
      return interfaces.isEmpty || interfaces.contains { $0.document.status != waitFor }
    }
  }
}

extension UserMessage {
  fileprivate static let notThereYet = usage(
    "that network is not at the API yet",
    why: "it was made here, and its create waits",
    next: "netsync push"
  )

  fileprivate static func notYet(_ network: String, _ status: String) -> UserMessage {
    UserMessage(
      exit: .notNow,
      code: "not_yet",
      message: "\(network) does not have interfaces that are all \(status)",
      why: "the time of --timeout is over",
      state: "what the API said last is in the replica",
      next: ["netsync interfaces list --network '\(network)'; wait longer with --timeout"],
      isRetryable: true
    )
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
    // Of one network there is no sweep that could be cut short.
    let isAll = isWhole || sweep == nil && failure == nil
    let verb = isDryRun ? "Would pull" : isAll ? "Pulled" : "Pulled in part"
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
