import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// Carries one operation one step further: looks, arms, sends, settles. Each durable step is the replica's (R13).
struct PushStep: Sendable {
  let engine: SyncEngine
  let requests: Requests
  /// How often this run has worked on each edit.
  let tries: [EditNumber: Int]
  /// When a listing of the same sync has shown each network.
  let sights: [NetworkKey: Timestamp]

  /// - Returns: how the operation now stands; a failure that may be of others too ends the cycle.
  func result(of operation: OutboxOperation) async -> Result<PushStepResult, CycleFailure> {
    let action = operation.intent.action
    do {
      return .success(PushStepResult(edit: operation.edit, action: action, settled: try await step(operation)))
    } catch {
      guard case .api(let failure, request: _, tries: _) = error, isOfOneOperation(failure) else {
        return .failure(error)
      }
      do {
        try replicaStep { () throws(ReplicaError) in
          try engine.replica.stays(operation.edit, for: APIErrorDetail(failure))
        }
      } catch { return .failure(error) }
      return .success(PushStepResult(edit: operation.edit, action: action, settled: .waiting, failure: error))
    }
  }

  private func step(_ operation: OutboxOperation) async throws(CycleFailure) -> SettledAs {
    if case .inDoubt = operation.state { return try await look(for: operation) }
    switch operation.intent {
    case .create(let name):
      return try await create(operation, name)
    case .rename(let name):
      guard let id = operation.id else { return .waiting }
      return try await send(operation, to: id) { await engine.api.rename(id, to: name).map { $0 } }
    case .delete:
      guard let id = operation.id else { return .waiting }
      return try await send(operation, to: id) { await engine.api.delete(id).map { nil } }
    }
  }

  // MARK: Renames and deletes

  /// Looks first, unless a listing has just shown the network (R7), decides again upon what is there, and sends what still holds.
  private func send(
    _ operation: OutboxOperation,
    to id: NetworkID,
    _ request: () async -> Delivery
  ) async throws(CycleFailure) -> SettledAs {
    let seen = sights[operation.network]
    if sparesLook(operation, listed: seen, now: engine.environment.now()) {
      return try await deliver(operation, nil, seen: seen, request)
    }
    var asked = engine.environment.now()
    // mutant: rename-without-a-look
    // mutant: delete-without-a-look
    let exchange = try await requests.look {
      asked = engine.environment.now()
      return await engine.api.network(id)
    }
    guard let sight = sight(of: exchange.result) else { return .waiting }
    if let reason = misunderstanding(of: sight, base: operation.base?.name) {
      throw .api(.notUnderstood(reason), request: exchange.request, tries: 1)
    }
    if sight == .gone {
      // mutant: absence-of-other-account-believed
      try await engine.checkAccount(requests)
    }
    let outcome = try replicaStep { () throws(ReplicaError) in
      try engine.replica.observe(
        sight,
        of: operation.network,
        SightContext(policy: engine.policy, clock: requests.clock),
        evidence: Evidence(exchange)
      )
    }
    switch outcome.edit {
    case .satisfied: return .landed
    case .goesOn, .prevails: return try await deliver(operation, nil, seen: asked, request)
    case .conflict: return .conflict
    case .none, .yields: return .waiting
    }
  }

  // MARK: Sending

  /// Arms, sends once, settles. What was looked at is acted upon soon or not at all: where the server has meanwhile asked for silence, or
  /// has had others wait for too long, the operation goes on waiting.
  ///
  /// - Parameter seen: when what it is decided upon was asked for; nil for a create, which is looked for afterwards if need be.
  func deliver(
    _ operation: OutboxOperation,
    _ arming: Arming?,
    seen: Timestamp?,
    _ request: () async -> Delivery
  ) async throws(CycleFailure) -> SettledAs {
    guard try requests.isOpen() else { return .waiting }
    let begin = { () throws(CycleFailure) -> Bool in
      if let seen, !mayActUpon(sightAsked: seen, now: engine.environment.now()) { return false }
      // mutant: sent-unarmed
      // mutant: sent-though-edited-meanwhile
      return try replicaStep { () throws(ReplicaError) in try engine.replica.arm(operation, arming) }
    }
    // Where the replica fails after it was sent, the next cycle recovers it.
    guard let delivery = try await requests.once(begin, request) else { return .waiting }
    let settled = try replicaStep { () throws(ReplicaError) in
      try engine.replica.answered(
        delivery.result,
        to: operation.edit,
        Patience(failures: tries[operation.edit, default: 1], chance: engine.environment.chance()),
        serverNow: requests.serverNow,
        evidence: Evidence(delivery)
      )
    }
    if case .failure(let failure) = delivery.result, endsCycle(failure, of: operation.intent) {
      throw .api(failure, request: delivery.request, tries: 1)
    }
    return settled
  }
}

/// What one step came to.
struct PushStepResult: Sendable {
  var edit: EditNumber
  var action: Intent.Action
  var settled: SettledAs
  /// Why this operation, and no other, is not worth another try for now.
  var failure: CycleFailure?
}

/// The exchange of a write: a create and a rename answer with a document, a delete needs none.
typealias Delivery = Exchange<NetworkDocument?>
