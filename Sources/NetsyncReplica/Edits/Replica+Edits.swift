import GRDB
package import NetsyncModel
package import NetsyncReconcile

/// What people do with edits: each is one event of a ``Lane``, in one transaction.
extension Replica {
  /// Queues a new network. It is visible at once, under a local id that resolves for ever (R2).
  package func create(_ name: NetworkName, localID: LocalID) throws(ReplicaError) -> EditReceipt {
    let editedAt = now()
    return try write(.queueCreate) { database in
      let (edit, network) = try database.create(name, localID: localID, at: editedAt)
      return .queued(edit, network, replacing: nil)
    }
  }

  /// Queues a rename or a delete, merged with what waits already (R11).
  package func edit(_ network: NetworkKey, _ intent: Intent) throws(ReplicaError) -> EditReceipt {
    let editedAt = now()
    return try write(.queueEdit) { database in
      let number = try database.nextEdit()
      return try database.advance(network, at: editedAt) { lane in try lane.edit(intent, as: number, at: editedAt) }
    }
  }

  /// Gives an edit that has not been sent another name; a refused one waits again.
  package func rename(_ edit: EditNumber, to name: NetworkName) throws(ReplicaError) -> EditReceipt {
    let editedAt = now()
    return try write(.queueEdit) { database in
      let number = try database.nextEdit()
      return try database.advance(edit, at: editedAt) { lane in
        try lane.rename(edit, to: name, as: number, at: editedAt)
      }
    }
  }

  /// Takes an edit back. One that may have reached the server cannot be.
  package func discard(_ edit: EditNumber) throws(ReplicaError) -> OutboxOperation {
    let discardedAt = now()
    return try write(.discardEdit) { database in
      try database.advance(edit, at: discardedAt) { lane in try lane.discard(edit) }
    }
  }

  /// Makes an edit due now, as ``Lane/retry(_:)`` says.
  ///
  /// - Returns: what waits now; nil where what was queued behind the edit took it back.
  package func retry(_ edit: EditNumber) throws(ReplicaError) -> OutboxOperation? {
    let retriedAt = now()
    return try write(.retryEdit) { database in
      try database.advance(edit, at: retriedAt) { lane in try lane.retry(edit) }
    }
  }

  /// A person says which of its candidates an unanswered create became. Its content comes with the next pull.
  package func adopt(_ edit: EditNumber, _ id: NetworkID) throws(ReplicaError) {
    let adoptedAt = now()
    let serverNow = try meta().clock.serverTime(adoptedAt)
    try write(.adopt) { database in
      try database.advance(edit, at: adoptedAt) { lane in
        let holder = try database.lane(holding: id, besides: lane.network)
        return try lane.adopt(id, for: edit, holder: holder, serverNow: serverNow)
      }
    }
  }
}

extension Database {
  /// Puts in a new network and the edit that makes it at the server.
  func create(
    _ name: NetworkName,
    localID: LocalID,
    _ evidence: Evidence = Evidence(),
    at now: Timestamp
  ) throws -> (edit: EditNumber, network: NetworkKey) {
    try run("INSERT INTO network (local_id) VALUES (?)", arguments: [localID.text])
    let network = NetworkKey(rawValue: lastInsertedRowID)
    let (lane, step) = Lane.creating(name, network, localID: localID, as: try nextEdit(), evidence, at: now)
    try store(lane, over: Lane(network: network, localID: localID, base: nil), step.effects, at: now)
    return (step.told, network)
  }
}
