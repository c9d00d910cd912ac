package import NetsyncModel

/// What the outbox and the replica hold of a network when it is edited again.
package struct EditStanding: Hashable, Sendable {
  /// The last server document's name and stamp; nil for a network that the server does not have yet.
  package var base: EditBase?
  /// The operation that has not been sent, if any.
  package var queued: QueuedEdit?
  /// What is on its way, or in doubt, if anything.
  package var inFlight: Intent?

  package init(base: EditBase?, queued: QueuedEdit? = nil, inFlight: Intent? = nil) {
    self.base = base
    self.queued = queued
    self.inFlight = inFlight
  }
}

/// An operation that is not on its way: waiting, held, in conflict or refused.
package struct QueuedEdit: Hashable, Sendable {
  package var intent: Intent
  package var base: EditBase?
  package var isRefused: Bool
  package var conflict: ConflictKind?
  /// It was sent and not answered: the server may have it.
  package var mayHaveArrived: Bool

  package init(
    _ intent: Intent,
    base: EditBase? = nil,
    isRefused: Bool = false,
    conflict: ConflictKind? = nil,
    mayHaveArrived: Bool = false
  ) {
    self.intent = intent
    self.base = base
    self.isRefused = isRefused
    self.conflict = conflict
    self.mayHaveArrived = mayHaveArrived
  }
}

/// What an edit does to the outbox (R11).
package enum CoalesceDecision: Hashable, Sendable {
  /// Queue it, in place of the queued one where there is one.
  case queue(Intent, base: EditBase?, conflict: ConflictKind?)
  /// The queued one is taken back and nothing is left to send.
  case cancel
  /// It asks for what is already so.
  case nothing
  /// The network's deletion waits; it cannot be edited.
  case alreadyDeleted
}

/// Merges an edit into what the outbox holds of its network, so that the fewest operations carry the same meaning.
///
/// | queued              | edit          | outcome                         |
/// |---------------------|---------------|---------------------------------|
/// | create a            | rename to b   | create b                        |
/// | create a            | delete        | nothing is left                 |
/// | rename a to b       | rename to c   | rename a to c                   |
/// | rename a to b       | rename to a   | nothing is left, unless b may have arrived |
/// | rename a to b       | delete        | delete a                        |
/// | rename a to b, a is gone there | delete | nothing is left             |
/// | delete a            | rename to b   | refused: its deletion waits     |
///
/// What is on its way is never touched: the edit queues up behind it.
package func coalesce(_ edit: Intent, onto standing: EditStanding) -> CoalesceDecision {
  guard let queued = standing.queued else { return queueBehind(edit, standing) }
  switch (queued.intent, edit) {
  case (.create, .rename(let name)):
    if queued.intent.name == name && !queued.isRefused { return .nothing }
    return .queue(.create(name), base: nil, conflict: nil)
  case (.create, .delete):
    // mutant: delete-of-unsent-create-sent
    return .cancel
  case (.create, .create), (.rename, .create), (.delete, .create):
    return .queue(edit, base: nil, conflict: nil)
  case (.rename, .rename(let name)):
    if queued.intent == edit && !queued.isRefused { return .nothing }
    if undoes(name, standing) && !queued.mayHaveArrived { return .cancel }
    // mutant: second-rename-dropped
    return .queue(edit, base: startingBase(queued, standing), conflict: queued.conflict)
  case (.rename, .delete):
    // Deleted there already: both sides want the same.
    if queued.conflict == .deletedThere { return .cancel }
    return .queue(
      .delete,
      base: startingBase(queued, standing),
      conflict: queued.conflict.map { _ in .deletedHere }
    )
  case (.delete, .rename):
    // A refused delete is no longer overlaid, so the network is there to be renamed.
    return queued.isRefused ? queueBehind(edit, standing) : .alreadyDeleted
  case (.delete, .delete):
    return queued.isRefused ? .queue(.delete, base: standing.base, conflict: nil) : .nothing
  }
}

/// An edit with nothing queued before it.
private func queueBehind(_ edit: Intent, _ standing: EditStanding) -> CoalesceDecision {
  switch (standing.inFlight, edit) {
  case (.delete?, .delete):
    return .nothing
  case (.delete?, .create), (.delete?, .rename):
    return .alreadyDeleted
  case (.create(let sent)?, .rename(let name)), (.rename(let sent)?, .rename(let name)):
    // The base is not known before the answer; the name on its way will be it.
    return sent == name ? .nothing : .queue(edit, base: EditBase(name: sent, updatedAt: nil), conflict: nil)
  case (.create(let sent)?, .delete), (.rename(let sent)?, .delete):
    return .queue(.delete, base: EditBase(name: sent, updatedAt: nil), conflict: nil)
  case (nil, .rename(let name)):
    return standing.base?.name == name ? .nothing : .queue(edit, base: standing.base, conflict: nil)
  case (nil, .delete):
    return .queue(.delete, base: standing.base, conflict: nil)
  case (_, .create):
    return .queue(edit, base: nil, conflict: nil)
  }
}

/// A merged edit starts where the first began; one in place of a refused edit upon the server's side, which is what is shown.
private func startingBase(_ queued: QueuedEdit, _ standing: EditStanding) -> EditBase? {
  queued.isRefused ? standing.base : queued.base
}

/// Whether a rename leads back to what the server has, or will have once what is on its way arrives.
private func undoes(_ name: NetworkName, _ standing: EditStanding) -> Bool {
  if let sent = standing.inFlight?.name { return sent == name }
  return standing.base?.name == name
}
