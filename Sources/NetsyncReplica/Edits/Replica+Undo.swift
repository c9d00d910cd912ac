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
      if change.network == .noNetwork { return .refused(.nothingToReverse, see: nil) }
      let (undoneBy, next) = (try database.madeAnew(for: change), try database.nextEdit())
      let undone = try database.advance(change.network, at: undoneAt) { lane in
        try lane.undo(change, undoneBy: undoneBy, as: next, at: undoneAt)
      }
      switch undone {
      case .edited(let receipt):
        return .edited(receipt)
      case .makeAnew(let name):
        let (edit, network) = try database.create(name, localID: localID, Evidence(undoing: number), at: undoneAt)
        return .anew(edit, network)
      case .refused(let refusal):
        return .refused(refusal, see: try database.change(behind: refusal, of: change))
      }
    }
  }
}

extension Database {
  /// The change that made a new network in place of the one that a change is about.
  fileprivate func madeAnew(for change: JournalChange) throws -> ChangeNumber? {
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
        where: """
          journal.network_key = ? AND change > ?
            AND kind NOT IN ('sent', 'adopted', 'satisfied', 'refused', 'conflict', 'changed')
          """,
        [change.network.rawValue, change.number.rawValue],
        newestFirst: true,
        limit: 1
      ) { $0.network == change.network }.first
    case .deletionWaits(let edit), .outcomeOf(let edit):
      return try changes(
        where: "journal.network_key = ? AND edit = ? AND kind IN ('created', 'renamed', 'deleted')",
        [change.network.rawValue, edit.rawValue],
        newestFirst: true,
        limit: 1
      ).first
    case .alreadyUndone(let number):
      return try self.change(number)
    case .onItsWay, .conflictOpen, .alreadySo, .nothingToReverse:
      return nil
    }
  }
}
