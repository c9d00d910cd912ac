public import NetsyncModel
import NetsyncReplica

/// What happened on either side, why, and back again.
extension NetworkReplica {
  /// The newest changes of the journal, oldest first.
  ///
  /// To follow all of them from one on, use ``changes(since:)``.
  ///
  /// - Parameters:
  ///   - reference: only those of this network, which may be gone: an id, a local id, a prefix of either that is its alone and has four
  ///     characters or more, or its last name.
  ///   - since: only those from then on, on this host's clock.
  ///   - limit: how many at most.
  /// - Throws: ``NetsyncError/networkNotFound``, ``NetsyncError/historyAmbiguous(_:)``; ``NetsyncError/damaged(path:reason:)``,
  ///   ``NetsyncError/storage(path:reason:)``.
  public func log(
    of reference: String? = nil,
    since: Timestamp? = nil,
    limit: Int = 1_000
  ) throws(NetsyncError) -> [JournalChange] {
    let network = try reference.map { reference throws(NetsyncError) in try trace(reference) }
    return try step { replica throws(ReplicaError) in
      try replica.newestChanges(since: since, of: network?.key, limit: limit)
    }
  }

  /// The evidence behind one network's state: changes, the sweeps and answers that they rest on, and how its edits stand.
  ///
  /// - Parameters:
  ///   - reference: as for ``log(of:since:limit:)``.
  ///   - limit: how many changes at most, the newest.
  /// - Throws: what ``log(of:since:limit:)`` throws.
  public func history(of reference: String, limit: Int = 200) throws(NetsyncError) -> NetworkHistory {
    let network = try trace(reference)
    return try step { replica throws(ReplicaError) in try replica.history(of: network, limit: limit) }
  }

  /// Queues the reverse of a change, made here or there: an edit like any other. What changed again since is left alone. A network that is
  /// gone comes back as a new one, with a new id and without its interfaces.
  ///
  /// - Parameter change: as ``log(of:since:limit:)`` and ``changes(since:)`` number it.
  /// - Returns: what the edit did here; with the local id of a network that is made anew.
  /// - Throws: ``NetsyncError/changeUnknown(_:)``, ``NetsyncError/undoRefused(_:_:see:)``; ``NetsyncError/storage(path:reason:)``.
  @discardableResult
  public func undo(_ change: ChangeNumber) throws(NetsyncError) -> Receipt {
    let localID = LocalID.random(at: replica.now())
    switch try step({ replica throws(ReplicaError) in try replica.undo(change, localID: localID) }) {
    case .edited(let receipt): return Receipt(receipt, owner: self)
    case .anew(let edit, _): return Receipt(.queued(edit, replacing: nil), localID: localID, owner: self)
    case .refused(let refusal, let see): throw .undoRefused(change, refusal, see: see)
    }
  }

  /// A network that is there, or was.
  private func trace(_ reference: String) throws(NetsyncError) -> NetworkTrace {
    switch try step({ replica throws(ReplicaError) in try replica.trace(reference) }) {
    case .found(let network): return network
    case .ambiguous(let networks): throw .historyAmbiguous(networks)
    case .unknown: throw .networkNotFound
    }
  }
}
