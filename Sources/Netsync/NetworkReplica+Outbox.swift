public import NetsyncModel
import NetsyncReplica

/// The outbox and what a person decides about it.
extension NetworkReplica {
  /// The edits that the server has not settled, refused ones included, by their numbers.
  ///
  /// - Throws: ``NetsyncError/damaged(path:reason:)``, ``NetsyncError/storage(path:reason:)``.
  public func outbox() throws(NetsyncError) -> [OutboxOperation] {
    try step { replica throws(ReplicaError) in try replica.operations() }
  }

  /// The conflicts that wait for a person, oldest edit first.
  ///
  /// - Throws: ``NetsyncError/damaged(path:reason:)``, ``NetsyncError/storage(path:reason:)``.
  public func conflicts() throws(NetsyncError) -> [Conflict] {
    try step { replica throws(ReplicaError) in try replica.conflicts() }
  }

  /// Settles the conflict of an edit as a person says.
  ///
  /// - Parameters:
  ///   - edit: the one that is in conflict, as ``conflicts()`` names it.
  ///   - side: `.mine` sends the edit on top of their change; where they deleted the network, a new one is made under the same
  ///     name, with a new id and without interfaces. `.theirs` drops the edit.
  /// - Returns: of `.mine`, the edit that now waits, with the local id of a network that is made anew; of `.theirs`, that the edit was
  ///   taken back.
  /// - Throws: ``NetsyncError/editNotFound(_:)``, ``NetsyncError/notPossible(_:state:)`` for an edit that is in no conflict,
  ///   ``NetsyncError/conflictGone``; ``NetsyncError/storage(path:reason:)``.
  @discardableResult
  public func resolve(_ edit: EditNumber, taking side: ConflictSide) throws(NetsyncError) -> Receipt {
    let resolution = try step { replica throws(ReplicaError) in
      guard let operation = try replica.operation(edit) else { throw .noEdit(edit) }
      guard case .conflict = operation.state else { throw .notPossible(edit, state: operation.state.word) }
      return try replica.resolveConflict(
        of: operation.network,
        taking: side,
        localID: LocalID.random(at: replica.now())
      )
    }
    switch resolution {
    case .mineQueued(let edit): return Receipt(.queued(edit, replacing: nil), owner: self)
    case .mineAnew(let anew, let localID):
      return Receipt(.queued(anew, replacing: edit), localID: localID, owner: self)
    case .theirsStands(let edit): return Receipt(.tookBack(edit), owner: self)
    }
  }

  /// Makes an edit due with the next sync: one that waits at once, a refused one again, one in doubt because its user says that none
  /// of the candidates is it.
  ///
  /// - Returns: the edit that now waits. An edit that was queued behind one in doubt has taken it in, under its own number, or has taken
  ///   it back: then nothing is left to send.
  /// - Throws: ``NetsyncError/editNotFound(_:)``, ``NetsyncError/notPossible(_:state:)`` for one on its way or in conflict;
  ///   ``NetsyncError/storage(path:reason:)``.
  @discardableResult
  public func retry(_ edit: EditNumber) throws(NetsyncError) -> Receipt {
    let waiting = try step { replica throws(ReplicaError) in try replica.retry(edit) }
    guard let waiting else { return Receipt(.tookBack(edit), owner: self) }
    return Receipt(.queued(waiting.edit, replacing: waiting.edit == edit ? nil : edit), owner: self)
  }

  /// Takes an edit back. What its network looked like before is what people see again.
  ///
  /// - Returns: what was taken back.
  /// - Throws: ``NetsyncError/editNotFound(_:)``, ``NetsyncError/notPossible(_:state:)`` for one that may have reached the server;
  ///   ``NetsyncError/storage(path:reason:)``.
  @discardableResult
  public func discard(_ edit: EditNumber) throws(NetsyncError) -> OutboxOperation {
    try step { replica throws(ReplicaError) in try replica.discard(edit) }
  }

  /// Says which network a create without an answer became, out of those that ``Settlement/undecided(_:)`` names.
  ///
  /// - Throws: ``NetsyncError/editNotFound(_:)``, ``NetsyncError/notPossible(_:state:)`` for one that is not in doubt,
  ///   ``NetsyncError/noCandidate(_:_:)``, ``NetsyncError/idTaken(_:)``; ``NetsyncError/storage(path:reason:)``.
  public func adopt(_ id: NetworkID, for edit: EditNumber) throws(NetsyncError) {
    try step { replica throws(ReplicaError) in try replica.adopt(edit, id) }
  }
}
