package import NetsyncModel

/// What a push would send, and what it would leave.
package struct PushPlan: Hashable, Sendable {
  /// In the order of their numbers.
  package var actions: [Operation]
  package var held: [HeldEdit]

  package init(actions: [Operation], held: [HeldEdit]) {
    self.actions = actions
    self.held = held
  }
}

/// An edit that a push would not send, and why.
package struct HeldEdit: Hashable, Sendable {
  package var operation: Operation
  package var reason: Reason

  package init(operation: Operation, reason: Reason) {
    self.operation = operation
    self.reason = reason
  }

  package enum Reason: Hashable, Sendable {
    case conflict(ConflictKind)
    /// Sent and not answered: it is looked for before it is sent again.
    case inDoubt
    /// Several networks may be it: a person says which.
    case severalCandidates
    case refused
    case guarded(Guard)
    /// Another edit of the same network comes first.
    case behind(EditNumber)
  }
}

/// Plans a push: every waiting edit is sent but those that a guard holds (R5), one lane per network.
///
/// - Parameters:
///   - operations: the edits that this push is about. Only their deletes count against the limit.
///   - known: networks known from the server.
///   - approved: deletes that a person has allowed; nil for the default limit.
package func planPush(_ operations: [Operation], known: Int, approved: Int?) -> PushPlan {
  let deletes = operations.count { isQueued($0.state) && $0.intent == .delete }
  let held = guardPushedDeletes(deletes, known: known, approved: approved)
  var plan = PushPlan(actions: [], held: [])
  for operation in operations {
    if let reason = reasonToHold(operation, among: operations, deletes: held) {
      plan.held.append(HeldEdit(operation: operation, reason: reason))
    } else {
      plan.actions.append(operation)
    }
  }
  return plan
}

private func isQueued(_ state: OperationState) -> Bool {
  switch state {
  case .waiting, .held: true
  case .sending, .inDoubt, .conflict, .refused: false
  }
}

private func reasonToHold(_ operation: Operation, among operations: [Operation], deletes: Guard?) -> HeldEdit.Reason? {
  switch operation.state {
  case .waiting, .held:
    if let deletes, operation.intent == .delete { return .guarded(deletes) }
    return operations.first { $0.network == operation.network && $0.edit < operation.edit && isUnsettled($0.state) }
      .map { .behind($0.edit) }
  // A create that was on its way when its process died may have arrived; anything else is looked at and sent again.
  case .sending: return recover(operation.intent) == .doubt ? .inDoubt : nil
  case .inDoubt(let doubt): return doubt.candidates.isEmpty ? .inDoubt : .severalCandidates
  case .conflict(let kind): return .conflict(kind)
  case .refused: return .refused
  }
}

private func isUnsettled(_ state: OperationState) -> Bool {
  switch state {
  case .sending, .inDoubt: true
  case .waiting, .held, .conflict, .refused: false
  }
}

/// Which operations may be worked on now: the first of each network's lane, and of unanswered creates of one name only the
/// oldest, since those are told apart by their order alone (R6).
///
/// - Parameters:
///   - now: on the host's clock.
///   - clock: for looks, which are due on the server's clock.
///   - ignoringBackoff: edits whose own backoff is not to be sat out.
package func dueOperations(
  _ operations: [Operation],
  now: Timestamp,
  clock: ServerClock,
  ignoringBackoff: (Operation) -> Bool
) -> (due: [Operation], next: Timestamp?) {
  var due: [Operation] = []
  var next: Timestamp?
  var lanes: Set<NetworkKey> = []
  var doubted: Set<NetworkName> = []
  for operation in operations.sorted(by: { $0.edit < $1.edit }) {
    let time: Timestamp
    switch operation.state {
    case .waiting(let notBefore):
      time = ignoringBackoff(operation) ? now : notBefore ?? now
    case .inDoubt(let doubt):
      let isOldest = operation.intent.name.map { doubted.insert($0).inserted } ?? true
      guard isOldest, doubt.candidates.isEmpty || ignoringBackoff(operation) else {
        lanes.insert(operation.network)
        continue
      }
      time = doubt.candidates.isEmpty ? clock.hostTime(doubt.nextLook) : now
    case .sending:
      lanes.insert(operation.network)
      continue
    case .conflict, .held, .refused:
      continue
    }
    guard lanes.insert(operation.network).inserted else { continue }
    if time <= now { due.append(operation) } else { next = min(next ?? time, time) }
  }
  return (due, next)
}
