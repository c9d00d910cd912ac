import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// One push: rounds of due operations, until nothing is left that time alone would bring forward.
struct PushRun {
  let engine: SyncEngine
  let requests: Requests
  let options: PushOptions

  private(set) var landed: [Intent.Action: Int] = [:]
  /// Edits that the server refused for good.
  private(set) var refused = 0
  /// Planned edits that are no longer what was planned.
  private(set) var moved = 0
  /// How often this run has worked on an edit.
  private var tries: [EditNumber: Int] = [:]

  /// Every edit has had its turn.
  private(set) var isThrough = false
  /// The first failure that was of one edit alone.
  private var setAside: CycleFailure?

  /// When the sweep of the same sync has seen each network, for the first round.
  private var sights: [NetworkKey: Timestamp] = [:]

  /// A rename and a delete look at their network first; a create has none to look at.
  private var isAccountChecked = false

  init(engine: SyncEngine, requests: Requests, options: PushOptions) {
    self.engine = engine
    self.requests = requests
    self.options = options
  }

  mutating func run(known meta: ReplicaMeta) async throws(CycleFailure) {
    if isElsewhere(knownBaseURL: meta.baseURL, baseURL: engine.api.baseURL.description) {
      throw .held(.otherAccount, count: try operations().count)
    }
    moved = options.scope.moved(in: try outbox())
    if let sweep = options.sweep {
      sights = try replicaStep { () throws(ReplicaError) in try engine.replica.sights(by: sweep) }
    }
    var held: CycleFailure?
    while true {
      // Anew in every round: other processes go on editing while this one sends.
      held = try holdDeletes()
      let tried = tries
      let due = dueOperations(
        try operations(),
        now: engine.environment.now(),
        clock: requests.clock,
        isAskedFor: { tried[$0.edit] == nil }
      )
      let worthTrying = due.now.filter { tried[$0.edit, default: 0] < Limits.triesAnswered }
      if !worthTrying.isEmpty {
        if !isAccountChecked, worthTrying.contains(where: { $0.intent.action == .create }) {
          // mutant: create-in-other-account
          try await engine.checkAccount(requests)
          isAccountChecked = true
        }
        try await work(on: worthTrying)
      } else if let next = due.next {
        try await requests.sleep(max(next.since(engine.environment.now()), .milliseconds(1)))
      } else {
        break
      }
    }
    isThrough = true
    if let failure = held ?? setAside { throw failure }
  }

  /// The edits that this push is about.
  private func operations() throws(CycleFailure) -> [OutboxOperation] {
    options.scope.operations(of: try outbox())
  }

  private func outbox() throws(CycleFailure) -> [OutboxOperation] {
    try replicaStep { () throws(ReplicaError) in try engine.replica.operations() }
  }

  /// Holds the deletes of this push where there are too many, and lets them go where a person has allowed them (R5).
  private func holdDeletes() throws(CycleFailure) -> CycleFailure? {
    let operations = try operations()
    return try replicaStep { () throws(ReplicaError) in
      let held = guardDeletes(
        among: operations,
        known: try engine.replica.knownCount(),
        approved: options.maximumDeletes.map { $0 - landed[.delete, default: 0] }
      )
      try engine.replica.holdDeletes(held != nil, among: operations.map(\.edit))
      return held.map { .held($0, count: operations.count(where: isGuarded)) }
    }
  }

  private mutating func work(on operations: [OutboxOperation]) async throws(CycleFailure) {
    for operation in operations { tries[operation.edit, default: 0] += 1 }
    let (engine, tries, sights) = (engine, tries, sights)
    self.sights = [:]
    var failure: CycleFailure?
    // What was looked at is acted upon at once: nothing waits for a place in between.
    await requests.each(of: operations) { operation, requests in
      await PushStep(engine: engine, requests: requests, tries: tries, sights: sights).result(of: operation)
    } take: { result in
      switch result {
      case .success(let result):
        switch result.settled {
        case .landed: landed[result.action, default: 0] += 1
        case .agreed: landed[.delete, default: 0] += 1
        case .refused: refused += 1
        case .waiting, .inDoubt, .conflict: break
        }
        if let reason = result.failure {
          self.tries[result.edit] = Limits.triesAnswered
          setAside = setAside ?? reason
        }
      case .failure(let reason): failure = failure ?? reason
      }
      return failure == nil
    }
    if let failure { throw failure }
  }
}
