import ArgumentParser
import Netsync
import NetsyncAPI
import NetsyncEngine
import NetsyncReconcile
import NetsyncReplica

/// `netsync plan`: what push would send, and why.
struct PlanCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what push would send, and why."
  )

  @Flag(help: "Pull first.")
  var refresh = false
  @Option(help: ArgumentHelp("Write the plan for 'netsync push FILE'.", valueName: "file"), completion: .file())
  var save: String?
  @Flag(help: "Exit 2 if there is something to push.")
  var exitCode = false
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    if refresh {
      let report = try await session.withEngine(on: replica) { await $0.sync(SyncOptions(pull: PullOptions())) }
      if let pulled = report.pull { session.note(pulled.line()) }
      try report.conclude(waiting: session.waiting(in: replica), verb: "plan --refresh")
    }
    var options = PushOptions()
    options.maximumDeletes = session.settings.maximumDeletes
    let plan = try session.plan(of: replica, options)
    let json = JSONText(
      plan,
      basedOn: try session.step { () throws(ReplicaError) in try replica.completeAsOf() }
    )
    if let save {
      try PlanFile.write(json, to: save)
      session.note("Saved. 'netsync push \(save)' sends exactly this.")
    }
    try session.answer(json, orSay: plan.lines)
    if exitCode && !plan.actions.isEmpty { throw ExitStatus.pending }
  }
}

extension Session {
  /// What a push with these options would send: nothing to another account, as far as the base URL tells.
  func plan(of replica: Replica, _ options: PushOptions) throws(UserMessage) -> PushPlan {
    let baseURL = try configuration.baseURL().description
    return try step { () throws(ReplicaError) in
      try replica.plan(options.scope, approved: options.maximumDeletes, baseURL: baseURL)
    }
  }
}

extension PushPlan {
  var lines: [TerminalText] {
    if actions.isEmpty && held.isEmpty { return ["Nothing to push."] }
    let sent: [TerminalText] = actions.map { "\($0.edit.description)  \($0.sentence): \($0.reason)" }
    let left: [TerminalText] = held.map {
      "\($0.operation.edit.description)  \($0.operation.sentence): not sent, \($0.why)"
    }
    return sent + left
  }
}

extension OutboxOperation {
  var reason: String {
    switch intent {
    case .create: "made here, not there yet"
    case .rename: "renamed here on top of \(base?.updatedAt?.raw ?? "what is on its way")"
    case .delete: "deleted here on top of \(base?.updatedAt?.raw ?? "what is on its way")"
    }
  }
}

extension HeldEdit {
  var why: String {
    switch reason {
    case .conflict(let kind): "conflict (\(kind.rawValue)): netsync conflicts show"
    case .inDoubt: "sent and not answered: push looks for it before it sends it again"
    case .undecided: "a person says whether it is there: netsync outbox show"
    case .refused: "refused by the API: netsync outbox show \(operation.edit)"
    case .guarded(.otherAccount): "another base URL than that of this replica: netsync pull --accept-account"
    case .guarded: "too many deletions at once: push --max-deletes"
    case .behind(let edit): "edit \(edit) of the same network comes first"
    }
  }
}

extension JSONText {
  /// `netsync.plan/1`.
  init(_ plan: PushPlan, basedOn: Timestamp?) {
    func count(_ action: Intent.Action) -> JSONText { JSONText(plan.actions.count { $0.intent.action == action }) }
    self = [
      "schema": "netsync.plan/1",
      "based_on": JSONText(basedOn?.rfc3339),
      "actions": .array(
        plan.actions.map { operation in
          [
            "edit": .integer(operation.edit.rawValue),
            "action": .string(operation.intent.action.rawValue),
            "id": JSONText(operation.id?.text),
            "local_id": JSONText(operation.localID?.text),
            "name": JSONText(operation.intent.name?.text),
            "base_name": JSONText(operation.base?.name?.text),
            "reason": .string(operation.reason),
          ]
        }
      ),
      "held": .array(
        plan.held.map { held in
          [
            "edit": .integer(held.operation.edit.rawValue),
            "id": JSONText(held.operation.id?.text),
            "local_id": JSONText(held.operation.localID?.text),
            "name": JSONText(held.operation.intent.name?.text ?? held.operation.base?.name?.text),
            "why": .string(held.why),
          ]
        }
      ),
      "counts": [
        "create": count(.create),
        "rename": count(.rename),
        "delete": count(.delete),
        "held": JSONText(plan.held.count),
      ],
    ]
  }
}
