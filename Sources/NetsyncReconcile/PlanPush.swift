package import NetsyncModel

/// What a push would send, and what it would leave.
package struct PushPlan: Hashable, Sendable {
  /// In the order of their numbers.
  package var actions: [OutboxOperation]
  package var held: [HeldEdit]

  package init(actions: [OutboxOperation], held: [HeldEdit]) {
    self.actions = actions
    self.held = held
  }
}

/// An edit that a push would not send, and why.
package struct HeldEdit: Hashable, Sendable {
  package var operation: OutboxOperation
  package var reason: Reason

  package init(operation: OutboxOperation, reason: Reason) {
    self.operation = operation
    self.reason = reason
  }

  package enum Reason: Hashable, Sendable {
    case conflict(ConflictKind)
    /// Sent and not answered: it is looked for before it is sent again.
    case inDoubt
    /// In doubt, and a person decides: several networks may be it, or what the server lists proves nothing.
    case undecided
    case refused
    case guarded(Guard)
    /// Another edit of the same network comes first.
    case behind(EditNumber)
  }
}

/// Plans a push: every edit whose turn has come or will come is sent, but those that a guard holds (R5).
///
/// - Parameters:
///   - operations: the edits that this push is about. Only their deletes count against the limit.
///   - known: networks known from the server.
///   - approved: deletes that a person has allowed; nil for the default limit.
package func planPush(_ operations: [OutboxOperation], known: Int, approved: Int?) -> PushPlan {
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
/// ``planPush(_:known:approved:)``.
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
