package import NetsyncModel

/// What could be done next with an operation.
package enum Turn: Hashable, Sendable {
  /// It is sent, no sooner than this on the host's clock.
  case send(notBefore: Timestamp?)
  /// It is looked for, no sooner than this on the server's clock.
  case look(notBefore: Timestamp)
  /// A request about it is on its way, or was when its process died: then the next cycle sends it again.
  case inFlight
  /// Nothing, for now.
  case none(HeldEdit.Reason)
}

/// Gives each operation its turn: of each network's lane the first is worked on, and of unanswered creates of one name only the oldest,
/// since those are told apart by their order alone (R6).
///
/// The one answer to what can be done with the outbox: ``planPush(_:known:approved:)``, a push and the glance of a daemon ask here.
///
/// | state | turn |
/// |-------|------|
/// | waiting | send; none behind an edit of the same network that is on its way or in doubt |
/// | sending | in flight; none for a create, which is in doubt once its process has died |
/// | in doubt | look; none behind an older one of its name |
/// | in doubt, undecided | none: a person decides |
/// | conflict, held, refused | none: a person decides |
///
/// - Returns: in the order of their numbers.
package func turns(of operations: [OutboxOperation]) -> [(operation: OutboxOperation, turn: Turn)] {
  var first: [NetworkKey: EditNumber] = [:]
  var doubted: Set<NetworkName> = []
  return operations.sorted { $0.edit < $1.edit }.map { operation in
    let turn: Turn
    switch operation.state {
    case .waiting(let notBefore):
      turn = first[operation.network].map { .none(.behind($0)) } ?? .send(notBefore: notBefore)
    case .sending:
      turn = recover(operation.intent) == .doubt ? .none(.inDoubt) : .inFlight
    case .inDoubt(let doubt):
      let isOldest = operation.intent.name.map { doubted.insert($0).inserted } ?? true
      if doubt.isUndecided {
        turn = .none(.undecided)
      } else {
        turn = isOldest ? .look(notBefore: doubt.nextLook) : .none(.inDoubt)
      }
    case .conflict(let kind): return (operation, .none(.conflict(kind)))
    case .held: return (operation, .none(.guarded(.tooMany)))
    case .refused: return (operation, .none(.refused))
    }
    if first[operation.network] == nil { first[operation.network] = operation.edit }
    return (operation, turn)
  }
}

/// Which operations may be worked on now, and when the next of the others may.
package struct DueOperations: Hashable, Sendable {
  /// In the order of their numbers.
  package var now: [OutboxOperation] = []
  /// On the host's clock; nil for never.
  package var next: Timestamp?

  package init() {}
}

/// Which operations' turns have come.
///
/// - Parameters:
///   - now: on the host's clock.
///   - clock: for looks, which are due on the server's clock.
///   - isAskedFor: edits that a person wants worked on now: their own backoff is not sat out, and creates that a
///     person decides about are looked for once more.
package func dueOperations(
  _ operations: [OutboxOperation],
  now: Timestamp,
  clock: ServerClock,
  isAskedFor: (OutboxOperation) -> Bool = { _ in false }
) -> DueOperations {
  var due = DueOperations()
  for (operation, turn) in turns(of: operations) {
    let time: Timestamp
    switch turn {
    case .send(let notBefore): time = isAskedFor(operation) ? now : notBefore ?? now
    case .look(let notBefore):
      // mutant: look-due-on-the-wrong-clock
      time = clock.hostTime(notBefore)
    case .none(.undecided) where isAskedFor(operation): time = now
    case .inFlight, .none: continue
    }
    if time <= now { due.now.append(operation) } else { due.next = min(due.next ?? time, time) }
  }
  return due
}
