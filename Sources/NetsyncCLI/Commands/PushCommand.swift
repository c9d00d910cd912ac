import ArgumentParser
import Netsync
import NetsyncEngine
import NetsyncReconcile
import NetsyncReplica

/// `netsync push`: send the outbox, or exactly a saved plan.
struct PushCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Send the edits that wait, one lane per network."
  )

  @Argument(help: ArgumentHelp("A plan written by 'plan --save'.", valueName: "plan"), completion: .file())
  var plan: String?
  @OptionGroup var flags: PushFlags
  @OptionGroup var cycle: CycleFlags
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let (session, replica, options) = try await global.answering({ JSONText(PushReport(), outcome: $0) }) {
      let session = try Session(global)
      let replica = try session.open()
      var options = try flags.options(cycle, session, replica)
      if let plan { options.planned = try PlanFile.read(plan) }
      return (session, replica, options)
    }
    if cycle.dryRun { return try say(try session.plan(of: replica, options), options, session, replica) }
    let report = try await global.answering({ JSONText(.unasked(options, replica), outcome: $0) }) {
      if !flags.yes { try Self.askBeforeDeleting(session, replica, options, verb: "push") }
      return try await session.withEngine(on: replica) { await $0.sync(SyncOptions(push: options)) }
    }
    if let pushed = report.push { try session.answer(JSONText(pushed), orSay: pushed.lines) }
    session.note(report.verdicts)
    session.note(alteredNames: report.push?.alteredNames ?? [])
    try report.conclude(waiting: 0, verb: "push")
  }

  /// What would be sent, and of a plan what would not be, as a push would say it.
  private func say(_ plan: PushPlan, _ options: PushOptions, _ session: Session, _ replica: Replica) throws {
    let completeAsOf = try session.step { () throws(ReplicaError) in try replica.completeAsOf() }
    try session.answer(JSONText(plan, basedOn: completeAsOf), orSay: plan.lines)
    var report = PushReport()
    report.moved = options.scope.moved(in: try session.step { () throws(ReplicaError) in try replica.operations() })
    if report.moved > 0 { throw UserMessage.left(report, .held, verb: "push") }
  }

  /// On a terminal nothing is deleted at the API unasked.
  static func askBeforeDeleting(
    _ session: Session,
    _ replica: Replica,
    _ options: PushOptions,
    verb: TerminalText
  ) throws {
    guard StandardStream(descriptor: 0, capacity: 0).isTerminal else { return }
    let plan = try session.plan(of: replica, options)
    let deletes = plan.actions.filter { $0.intent == .delete }
    guard !deletes.isEmpty else { return }
    guard session.mayAsk else {
      throw UserMessage.needsAnswer(
        "deleting at the API: \(counted(deletes.count, "network"))",
        flag: "netsync \(verb.string) -y"
      )
    }
    for line in plan.lines { try StandardStream.error.write(line.string + "\n") }
    try StandardStream.error.write("Delete \(counted(deletes.count, "network")) at the API? [y/N] ")
    guard readLine()?.lowercased().hasPrefix("y") == true else {
      throw UserMessage(
        exit: .held,
        code: "declined",
        message: "nothing was sent",
        why: "you did not say yes",
        state: "every edit still waits",
        next: ["netsync outbox discard N takes one back"]
      )
    }
  }
}

extension PushReport {
  /// Of a push that could not begin: what it was about waits.
  static func unasked(_ options: PushOptions, _ replica: Replica) -> PushReport {
    var report = PushReport()
    for operation in options.scope.operations(of: (try? replica.operations()) ?? []) {
      switch operation.state.word {
      case .conflict: report.conflicts += 1
      case .refused: report.refused += 1
      case .inDoubt: report.inDoubt += 1
      case .held: report.held += 1
      case .waiting, .sending: report.waiting += 1
      }
    }
    return report
  }

  var lines: [TerminalText] {
    var parts = ["\(created) created", "\(renamed) renamed", "\(deleted) deleted"]
    if refused > 0 { parts.append("\(refused) refused") }
    if conflicts > 0 { parts.append("\(conflicts) in conflict") }
    if inDoubt > 0 { parts.append("\(inDoubt) in doubt") }
    if held > 0 { parts.append("\(held) held") }
    if waiting > 0 { parts.append("\(waiting) still waiting") }
    return [
      "Pushed: \(parts.joined(separator: ", ")) (\(counted(requests, "request")), \(DurationText.short(duration)))"
    ]
  }
}

extension SyncReport {
  /// Ends the command as the verdict says.
  ///
  /// - Parameters:
  ///   - waiting: edits in the outbox, for the message of a pull.
  ///   - verb: what its user typed.
  func conclude(waiting: Int, verb: String, isDryRun: Bool = false) throws(UserMessage) {
    let verdict = verdict
    guard verdict.end != .done else { return }
    let failed = verdict.isOfPush ? push?.failed : pull?.failed
    if let failed, SyncEnd(failed.kind) == verdict.end {
      let left = verdict.isOfPush ? (push?.waiting ?? 0) + (push?.inDoubt ?? 0) : waiting
      var message = UserMessage(failed.failure, waiting: left, verb: verb)
      if !verdict.isOfPush, let pull { message.tell(of: pull, isDryRun: isDryRun) }
      message.exit = ExitStatus(verdict.end)
      throw message
    }
    throw .left(push ?? PushReport(), verdict.end, verb: verb)
  }
}

extension ExitStatus {
  /// How a command exits after a sync.
  init(_ end: SyncEnd) {
    switch end {
    case .done: self = .done
    case .damaged: self = .damaged
    case .keyRejected: self = .credentials
    case .held: self = .held
    case .undecided: self = .needsDecision
    case .refused: self = .partly
    case .notNow: self = .notNow
    case .failed: self = .failed
    case .busy: self = .busy
    case .stopped: self = Interrupts.status
    }
  }
}

extension UserMessage {
  /// What a push left for its user.
  static func left(_ report: PushReport, _ end: SyncEnd, verb: String) -> UserMessage {
    let nothingLost: TerminalText = "nothing is lost; what is left stays in the outbox"
    switch end {
    case .held:
      return UserMessage(
        exit: .held,
        code: "plan_moved",
        message: "not sent: \(counted(report.moved, "planned edit"))",
        why: "the edit or its base has changed since the plan was saved",
        state: nothingLost,
        next: ["netsync plan --save FILE"]
      )
    case .undecided where report.conflicts > 0:
      return UserMessage(
        exit: .needsDecision,
        code: "conflict",
        message: "in conflict: \(counted(report.conflicts, "edit"))",
        why: "the network was changed or deleted there too",
        state: nothingLost,
        next: ["netsync conflicts list", "netsync conflicts resolve NET --take mine|theirs"]
      )
    case .undecided:
      return UserMessage(
        exit: .needsDecision,
        code: "in_doubt",
        message: "in doubt: \(counted(report.undecided, "create"))",
        why: "the API did not answer, and what it lists does not tell which network it is, or that it is none",
        state: "nothing is lost, and nothing is sent twice; what is left stays in the outbox",
        next: ["netsync outbox show N", "netsync outbox adopt N ID", "netsync outbox retry N sends it again"]
      )
    case .refused:
      return UserMessage(
        exit: .partly,
        code: "refused",
        message: "refused: \(counted(report.refused, "edit"))",
        why: "the API will not take them as they are",
        state: nothingLost,
        next: ["netsync outbox list", "netsync outbox edit N NAME", "netsync outbox discard N"]
      )
    case .notNow, .damaged, .keyRejected, .failed, .busy, .stopped, .done:
      return UserMessage(
        exit: ExitStatus(end),
        code: "waiting",
        message: "not sent yet: \(counted(report.waiting + report.inDoubt, "edit"))",
        why: "the API could not take them now",
        state: nothingLost,
        next: ["netsync \(verb) carries on"],
        isRetryable: true
      )
    }
  }
}

extension JSONText {
  /// `netsync.push/1`.
  ///
  /// - Parameter outcome: of a push that could not begin; else the report's own.
  init(_ report: PushReport, outcome: CycleOutcome? = nil) {
    self = [
      "schema": "netsync.push/1",
      "sent": JSONText(report.sent),
      "created": JSONText(report.created),
      "renamed": JSONText(report.renamed),
      "deleted": JSONText(report.deleted),
      "in_doubt": JSONText(report.inDoubt),
      "conflicts": JSONText(report.conflicts),
      "refused": JSONText(report.refused),
      "waiting": JSONText(report.waiting + report.held),
      "requests": JSONText(report.requests),
      "duration_s": .number(report.duration.rounded),
      "outcome": .string((outcome ?? report.outcome).rawValue),
    ]
  }
}
