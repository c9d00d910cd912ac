package import NetsyncModel

/// What an edit did.
package enum EditReceipt: Hashable, Sendable {
  /// It waits under this number. `replacing` is an earlier edit that it took in.
  case queued(EditNumber, NetworkKey, replacing: EditNumber?)
  /// It undid an edit that had not been sent; nothing is left to send.
  case takenBack(EditNumber)
  /// It asks for what is already so.
  case nothingToDo
}

/// What a person's decision about a conflict did.
package enum ConflictDecision: Hashable, Sendable {
  /// Mine waits to be sent, upon their side.
  case mineWaits(EditNumber)
  /// Their deletion stands, so a network of this name is to be made anew, with a new id and without the old one's interfaces.
  case makeAnew(NetworkName)
  /// Mine is dropped; theirs stands.
  case theirsStands(EditNumber)
}

/// What an undo did.
package enum UndoStep: Hashable, Sendable {
  /// By a new edit, or by taking one back.
  case edited(EditReceipt)
  /// The network is gone for good: one of this name is to be made anew.
  case makeAnew(NetworkName)
  case refused(UndoRefusal)
}

/// What people do. Every edit gets a number that was never given before.
extension Lane {
  /// A new network: visible at once, under a local id that resolves for ever (R2).
  package static func creating(
    _ name: NetworkName,
    _ network: NetworkKey,
    localID: LocalID,
    as number: EditNumber,
    _ evidence: Evidence = Evidence(),
    at now: Timestamp
  ) -> (lane: Lane, step: LaneStep<EditNumber>) {
    var lane = Lane(network: network, localID: localID, base: nil)
    lane.queue(.create(name), base: nil, conflict: nil, as: number, at: now)
    lane.journal(.local, .created, edit: number, before: nil, after: name, evidence)
    return (lane, lane.step(number))
  }

  /// A rename or a delete, merged with what waits already, as ``coalesce(_:onto:)`` says (R11).
  package mutating func edit(
    _ intent: Intent,
    as number: EditNumber,
    _ evidence: Evidence = Evidence(),
    at now: Timestamp
  ) throws(LaneRefusal) -> LaneStep<EditReceipt> {
    guard departure == nil else { throw .networkGone }
    let before = latest?.intent.name ?? base?.name
    let last = queued ?? refused
    switch coalesce(intent, onto: editStanding) {
    case .nothing:
      return step(.nothingToDo)
    case .alreadyDeleted:
      guard let deletion = latest else { throw .networkGone }
      throw .deletionWaits(deletion.edit)
    case .cancel:
      guard let last else { return step(.nothingToDo) }
      drop(last, as: .superseded, evidence)
      return step(.takenBack(last.edit))
    case .queue(let merged, let base, let conflict):
      queue(merged, base: base, conflict: conflict, as: number, at: now)
      journal(.local, intent.kind, edit: number, before: before, after: intent.name, evidence)
      return step(.queued(number, network, replacing: last?.edit))
    }
  }

  private mutating func queue(
    _ intent: Intent,
    base: EditBase?,
    conflict: ConflictKind?,
    as number: EditNumber,
    at now: Timestamp
  ) {
    let replaced = queued ?? refused
    refused = nil
    queued = OutboxOperation(
      edit: number,
      network: network,
      id: base == nil ? nil : self.base?.id,
      localID: localID,
      intent: intent,
      base: base,
      sentName: replaced?.sentName,
      editedAt: now
    )
    if let conflict { queued?.move(to: .conflict(conflict)) }
    // mutant: merged-edit-without-a-word
    if let replaced { tell(.superseded, of: replaced, Evidence(supersededBy: number)) }
  }

  /// Gives an edit that has not been sent another name; a refused one waits again.
  package mutating func rename(
    _ edit: EditNumber,
    to name: NetworkName,
    as number: EditNumber,
    at now: Timestamp
  ) throws(LaneRefusal) -> LaneStep<EditReceipt> {
    let operation = try operation(edit)
    guard operation.intent != .delete, !operation.state.isInFlight else {
      throw .notPossible(edit, operation.state.word)
    }
    return try self.edit(.rename(to: name), as: number, at: now)
  }

  /// Takes an edit back. One that may have reached the server cannot be.
  package mutating func discard(
    _ edit: EditNumber,
    _ evidence: Evidence = Evidence()
  ) throws(LaneRefusal) -> LaneStep<OutboxOperation> {
    let operation = try operation(edit)
    guard !operation.state.isInFlight else { throw .notPossible(edit, operation.state.word) }
    drop(operation, as: .discarded, evidence)
    return step(operation)
  }

  /// Makes an edit due now: a waiting one at once, a refused one again, one in doubt because its user says that none of the
  /// candidates is it.
  ///
  /// - Returns: what waits now. What was queued behind an edit in doubt has been merged with it; nil where that took it back.
  package mutating func retry(_ edit: EditNumber) throws(LaneRefusal) -> LaneStep<OutboxOperation?> {
    let operation = try operation(edit)
    switch operation.state {
    case .waiting, .held:
      queued?.move(to: .waiting(notBefore: nil))
    case .inDoubt:
      returnToQueue()
    case .refused:
      guard departure == nil else { throw .networkGone }
      refused = nil
      // mutant: retried-edit-lost
      queued = operation.moved(to: .waiting(notBefore: nil))
      queued?.failure = nil
    case .sending, .conflict:
      throw .notPossible(edit, operation.state.word)
    }
    return step(queued)
  }

  /// A person says which of its candidates an unanswered create became. Its content comes with the next pull.
  ///
  /// - Parameter holder: the lane that has the id already, if one has.
  package mutating func adopt(
    _ id: NetworkID,
    for edit: EditNumber,
    holder: Lane?,
    serverNow: Timestamp
  ) throws(LaneRefusal) -> LaneStep<Void> {
    let operation = try operation(edit)
    guard case .inDoubt(let doubt) = operation.state else { throw .notPossible(edit, operation.state.word) }
    guard doubt.candidates.contains(id) else { throw .noCandidate(edit, id) }
    guard holder == nil else { throw .idTaken(id) }
    land(operation, NetworkDocument(id: id, name: operation.intent.name), as: .adopted, Evidence(), serverNow)
    return step(())
  }

  /// Settles the conflict as a person says.
  package mutating func resolve(taking side: ConflictSide) throws(LaneRefusal) -> LaneStep<ConflictDecision> {
    guard let operation = queued, case .conflict(let kind) = operation.state else { throw .noConflict }
    // mutant: the-other-side-taken
    switch side {
    case .theirs:
      drop(operation, as: .discarded)
      return step(.theirsStands(operation.edit))
    case .mine:
      let theirs = kind == .deletedThere ? nil : base?.name
      // mutant: resolved-edit-without-a-word
      journal(.local, .resolved, edit: operation.edit, before: theirs, after: operation.intent.name, Evidence())
      return step(takeMine(operation, kind))
    }
  }

  private mutating func takeMine(_ operation: OutboxOperation, _ kind: ConflictKind) -> ConflictDecision {
    switch kind {
    case .bothChanged, .deletedHere:
      if let base { rebase(onto: base) }
      return .mineWaits(operation.edit)
    case .deletedThere:
      let name = operation.intent.name ?? base?.name
      remove(operation.edit)
      acceptDeletion()
      return name.map { .makeAnew($0) } ?? .theirsStands(operation.edit)
    }
  }

  /// A guard holds the deletion that waits, or lets it go (R5). Any other edit is left alone.
  package mutating func holdDeletion(_ isHeld: Bool) -> LaneStep<Void> {
    guard let operation = queued, operation.intent == .delete else { return step(()) }
    switch operation.state {
    case .waiting: if isHeld { queued?.move(to: .held) }
    case .held:
      // mutant: approval-ignored
      if !isHeld { queued?.move(to: .waiting(notBefore: nil)) }
    case .sending, .inDoubt, .conflict, .refused: break
    }
    return step(())
  }

  /// Reverses a change of the network by a new edit, as ``undo(_:upon:)`` says.
  ///
  /// - Parameter undoneBy: the change by which it was undone already, by making a new network.
  package mutating func undo(
    _ change: JournalChange,
    undoneBy: ChangeNumber?,
    as number: EditNumber,
    at now: Timestamp
  ) throws(LaneRefusal) -> LaneStep<UndoStep> {
    let standing = UndoStanding(
      departure == nil ? .here(name) : .gone,
      edit: operations.first { $0.edit == change.edit }?.state,
      deletion: latest.flatMap { $0.intent == .delete ? $0.edit : nil },
      undoneBy: departure == nil ? nil : undoneBy
    )
    let evidence = Evidence(undoing: change.number)
    switch NetsyncReconcile.undo(change, upon: standing) {
    case .queue(let intent):
      let edited = try edit(intent, as: number, evidence, at: now)
      return LaneStep(told: .edited(edited.told), effects: edited.effects)
    case .takeBack(let edit):
      let discarded = try discard(edit, evidence)
      return LaneStep(told: .edited(.takenBack(edit)), effects: discarded.effects)
    case .makeAnew(let name):
      return step(.makeAnew(name))
    case .refuse(let refusal):
      return step(.refused(refusal))
    }
  }
}

extension Intent {
  /// How the journal calls an edit of this kind.
  fileprivate var kind: JournalChange.Kind {
    switch self {
    case .create: .created
    case .rename: .renamed
    case .delete: .deleted
    }
  }
}
