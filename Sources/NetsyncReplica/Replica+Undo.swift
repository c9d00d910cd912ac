import GRDB
package import NetsyncModel
package import NetsyncReconcile

/// What an undo did.
package enum UndoReceipt: Hashable, Sendable {
  /// By a new edit, or by taking one back.
  case edited(EditReceipt)
  /// The network was gone: this edit makes one of that name, with a new id and without interfaces.
  case anew(EditNumber, NetworkKey)
  /// Nothing was changed. `see` is the change that stands in the way, or that is meant instead.
  case refused(UndoRefusal, see: JournalChange?)
}

extension Replica {
  /// Reverses a change by a new edit: it is read, decided upon and queued in one transaction.
  ///
  /// - Parameter localID: for the network that is made where the old one is gone.
  /// - Throws: ``ReplicaError/noChange(_:)``.
  package func undo(_ number: ChangeNumber, localID: LocalID) throws(ReplicaError) -> UndoReceipt {
    let undoneAt = now()
    return try write(.undo) { database in
      guard let change = try database.change(number) else { throw ReplicaError.noChange(number) }
      let evidence = Evidence(undoing: number)
      switch NetsyncReconcile.undo(change, upon: try database.undoStanding(of: change)) {
      case .queue(let intent):
        return .edited(try database.edit(change.network, intent, evidence, at: undoneAt))
      case .takeBack(let edit):
        try database.discard(try database.open(edit), as: .discarded, evidence, at: undoneAt)
        return .edited(.takenBack(edit))
      case .makeAnew(let name):
        let (edit, network) = try database.create(name, localID: localID, evidence, at: undoneAt)
        return .anew(edit, network)
      case .refuse(let refusal):
        return .refused(refusal, see: try database.change(behind: refusal, of: change))
      }
    }
  }
}

extension Database {
  fileprivate func undoStanding(of change: JournalChange) throws -> UndoStanding {
    let operations = try operations(of: change.network)
    let here = try row(
      "SELECT name FROM network_overlay WHERE network_key = ?",
      arguments: [change.network.rawValue]
    ) { UndoStanding.Presence.here(($0["name"] as String?).map(NetworkName.init(_:))) }
    return UndoStanding(
      here ?? .gone,
      edit: operations.first { $0.edit == change.edit }?.state,
      deletion: operations.last { $0.intent == .delete && $0.state != .refused }?.edit,
      undoneBy: here == nil ? try madeAnew(for: change) : nil
    )
  }

  /// The change that made a new network in place of the one that a change is about.
  private func madeAnew(for change: JournalChange) throws -> ChangeNumber? {
    try value(
      Int64.self,
      """
      SELECT change FROM journal
      WHERE change > ? AND kind = 'created' AND side = 'local' AND network_key <> ? AND evidence ->> 'undoes' = ?
      """,
      arguments: [change.number.rawValue, change.network.rawValue, change.number.rawValue]
    ).map(ChangeNumber.init)
  }

  /// What to look at, or to undo instead.
  fileprivate func change(behind refusal: UndoRefusal, of change: JournalChange) throws -> JournalChange? {
    switch refusal {
    case .changedSince, .gone:
      return try changes(
        """
        \(JournalChange.select)
        WHERE journal.network_key = ? AND change > ?
          AND kind NOT IN ('sent', 'adopted', 'satisfied', 'refused', 'conflict', 'changed')
        ORDER BY change DESC LIMIT 1
        """,
        [change.network.rawValue, change.number.rawValue]
      ).first
    case .deletionWaits(let edit), .outcomeOf(let edit):
      return try changes(
        """
        \(JournalChange.select)
        WHERE journal.network_key = ? AND edit = ? AND kind IN ('created', 'renamed', 'deleted')
        ORDER BY change DESC LIMIT 1
        """,
        [change.network.rawValue, edit.rawValue]
      ).first
    case .alreadyUndone(let number):
      return try self.change(number)
    case .onItsWay, .conflictOpen, .alreadySo, .nothingToReverse:
      return nil
    }
  }
}
