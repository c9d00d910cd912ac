import GRDB
package import NetsyncModel
import NetsyncReconcile

/// What a resolution did.
package enum Resolution: Hashable, Sendable {
  /// My edit waits to be sent, upon their side.
  case mineQueued(EditNumber)
  /// Their deletion stands, so my name will become a new network, with a new id and without the old one's interfaces.
  case mineAnew(EditNumber, LocalID)
  /// My edit is dropped; theirs stands.
  case theirsStands(EditNumber)
}

/// What the policy made of conflicts, without asking anybody.
package struct PolicyVerdicts: Hashable, Sendable {
  /// Edits that gave way to a change at the server.
  package var yielded: Int
  /// Edits that stand against one.
  package var prevailed: Int

  package init(yielded: Int = 0, prevailed: Int = 0) {
    self.yielded = yielded
    self.prevailed = prevailed
  }

  package static func + (one: PolicyVerdicts, other: PolicyVerdicts) -> PolicyVerdicts {
    PolicyVerdicts(yielded: one.yielded + other.yielded, prevailed: one.prevailed + other.prevailed)
  }
}

extension Replica {
  /// What the policy has made of conflicts since a change of the journal; nil means ever.
  package func verdicts(since change: ChangeNumber?) throws(ReplicaError) -> PolicyVerdicts {
    try read { database in
      try database.row(
        """
        SELECT
          count(*) FILTER (WHERE kind = 'yielded') AS yielded, count(*) FILTER (WHERE kind = 'prevailed') AS prevailed
        FROM journal WHERE change > ?
        """,
        arguments: [change?.rawValue ?? 0]
      ) { row in PolicyVerdicts(yielded: try row.value("yielded"), prevailed: try row.value("prevailed")) }
        ?? PolicyVerdicts()
    }
  }

  /// Open conflicts, oldest edit first.
  ///
  /// - Parameter limit: the first so many.
  package func conflicts(limit: Int? = nil) throws(ReplicaError) -> [Conflict] {
    try read { database in
      try database.rows(
        "SELECT conflicts.*, edited_at_us FROM conflicts JOIN operation USING (edit) ORDER BY edit LIMIT ?",
        arguments: [limit ?? -1]
      ) { row in
        Conflict(
          edit: EditNumber(rawValue: try row.value("edit")),
          id: (try row.value("id") as String?).flatMap(NetworkID.init),
          localID: try LocalID(row),
          kind: try required(ConflictKind(rawValue: try row.value("kind")), "kind"),
          baseName: (try row.value("base_name") as String?).map(NetworkName.init(_:)),
          mine: (try row.value("mine") as String?).map(NetworkName.init(_:)),
          theirs: (try row.value("theirs") as String?).map(NetworkName.init(_:)),
          mineAt: Timestamp(microseconds: try row.value("edited_at_us")),
          theirsAt: try row.value("theirs_at")
        )
      }
    }
  }

  /// Settles a network's conflict as a person says.
  ///
  /// - Parameter localID: for the network that mine becomes where theirs is a deletion.
  package func resolveConflict(
    of network: NetworkKey,
    taking side: ConflictSide,
    localID: LocalID
  ) throws(ReplicaError) -> Resolution {
    let resolvedAt = now()
    return try write(.resolveConflict) { database in
      let decision = try database.advance(network, at: resolvedAt) { lane in try lane.resolve(taking: side) }
      switch decision {
      case .mineWaits(let edit):
        return .mineQueued(edit)
      case .theirsStands(let edit):
        return .theirsStands(edit)
      case .makeAnew(let name):
        return .mineAnew(try database.create(name, localID: localID, at: resolvedAt).edit, localID)
      }
    }
  }
}
