package import NetsyncModel

/// Plans a push: every edit whose turn has come or will come is sent, but those that a guard holds (R5).
///
/// - Parameters:
///   - operations: the edits that this push is about. Only their deletes count against the limit.
///   - known: networks known from the server.
///   - approved: deletes that a person has allowed; nil for the default limit.
///   - isElsewhere: the account that would be pushed to is another one than the replica's; nothing is sent there.
package func planPush(
  _ operations: [OutboxOperation],
  known: Int,
  approved: Int?,
  isElsewhere: Bool = false
) -> PushPlan {
  guard !isElsewhere else {
    return PushPlan(actions: [], held: operations.map { HeldEdit(operation: $0, reason: .guarded(.otherAccount)) })
  }
  let held = guardDeletes(among: operations, known: known, approved: approved)
  var plan = PushPlan(actions: [], held: [])
  for (operation, turn) in turns(of: operations) {
    if let held, isGuarded(operation) {
      plan.held.append(HeldEdit(operation: operation, reason: .guarded(held)))
      continue
    }
    switch turn {
    // What a guard held may go now; what was on its way when its process died is looked at and sent again.
    case .send, .inFlight, .none(.guarded): plan.actions.append(operation)
    case .look: plan.held.append(HeldEdit(operation: operation, reason: .inDoubt))
    case .none(let reason): plan.held.append(HeldEdit(operation: operation, reason: reason))
    }
  }
  return plan
}

/// The guard that holds the deletes among the edits that a push is about, if one does (R5). The parameters are those of
/// ``planPush(_:known:approved:isElsewhere:)``.
package func guardDeletes(among operations: [OutboxOperation], known: Int, approved: Int?) -> Guard? {
  guardPushedDeletes(operations.count(where: isGuarded), known: known, approved: approved)
}

/// Whether a guard may hold it: a delete that has not been sent.
package func isGuarded(_ operation: OutboxOperation) -> Bool {
  switch operation.state {
  case .waiting, .held: operation.intent == .delete
  case .sending, .inDoubt, .conflict, .refused: false
  }
}
