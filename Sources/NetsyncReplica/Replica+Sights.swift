import GRDB
package import NetsyncModel
package import NetsyncReconcile

/// What the decision about a sight needs besides the row.
package struct SightContext: Sendable {
  package var policy: ConflictPolicy
  package var clock: ServerClock

  package init(policy: ConflictPolicy, clock: ServerClock) {
    self.policy = policy
    self.clock = clock
  }
}

/// What applying a sight did.
package struct SightOutcome: Hashable, Sendable {
  /// nil where the base stayed.
  package var change: BaseChange?
  package var removed = false
  /// Nothing was taken, for the sight is older than what is known.
  package var stale = false
  package var edit: EditDecision = .none
}

/// A network's row, as the rules need it.
struct NetworkRow {
  let key: NetworkKey
  let base: NetworkDocument?
  var seenPage: Int?
  /// On the server's clock: the host's may jump.
  let acknowledgedAt: Timestamp?
  let acknowledgement: Int64?
  let wasDeletedHere: Bool

  /// A network that was taken in just now.
  init(key: NetworkKey, base: NetworkDocument, seenPage: Int) {
    self.key = key
    self.base = base
    self.seenPage = seenPage
    acknowledgedAt = nil
    acknowledgement = nil
    wasDeletedHere = false
  }

  init(_ row: Row) {
    key = NetworkKey(rawValue: row["network_key"])
    base = NetworkDocument(row)
    seenPage = row["seen_page"]
    acknowledgedAt = Timestamp(row["acknowledged_at_us"] as Int64?)
    acknowledgement = row["acknowledgement"]
    wasDeletedHere = (row["gone_cause"] as String?) == "deleted_here"
  }

  /// - Parameters:
  ///   - asked: the acknowledgements that were counted when the listing was asked for.
  ///   - serverNow: the time on the server's clock. It is known to a second or so, so a write can seem to be yet to come.
  func recentWrite(asked: Int64, serverNow: Timestamp) -> RecentWrite {
    if let acknowledgement, acknowledgement > asked { return .overtook }
    let recent = (.zero - Limits.listingLag)...Limits.listingLag
    guard let acknowledgedAt, recent.contains(serverNow.since(acknowledgedAt)) else { return .none }
    return wasDeletedHere ? .deleted : .changed
  }
}

extension Database {
  /// Decides about one known network and carries the decision out: base, edit and journal, in the caller's transaction.
  func apply(
    _ sight: RemoteSight,
    to row: NetworkRow,
    edit operation: NetsyncModel.Operation?,
    recentWrite: RecentWrite = .none,
    _ context: SightContext,
    evidence: WrittenEvidence,
    at now: Timestamp
  ) throws -> SightOutcome {
    let standing = NetworkStanding(
      base: row.base,
      intent: operation.map { StandingIntent($0, seen: sight.document?.name) } ?? .none,
      recentWrite: recentWrite,
      contests: try operation == nil ? 0 : contests(of: row.key, at: now)
    )
    let decision = reconcile(standing, with: sight, under: context.policy, clock: context.clock)
    var outcome = SightOutcome(edit: decision.edit)
    switch decision.base {
    case .keep: break
    case .ignoreStale: outcome.stale = true
    case .accept(let document, let change):
      outcome.change = change
      try accept(document, change, for: row, evidence: evidence.json, at: now)
    case .remove:
      outcome.removed = true
    }
    if let operation {
      try apply(
        decision.edit,
        to: operation,
        sight,
        verdict: evidence.value.verdict(context, standing, operation, sight),
        evidence: evidence,
        at: now
      )
    }
    if outcome.removed {
      try removeBase(of: row.key, evidence: evidence.json, at: now)
    }
    return outcome
  }

  /// The server has answered that it does not have a network any more: its row goes, its evidence stays.
  func removeBase(of network: NetworkKey, evidence: String, at now: Timestamp) throws {
    let entry = JournalEntry(side: .remote, kind: .deleted, network: network, before: try base(of: network)?.name)
    try journal(entry, evidence: evidence, at: now)
    try markGone(network, .deletedThere, at: now)
  }

  /// How often an edit of a network has prevailed lately. Only asked where the network has one.
  private func contests(of network: NetworkKey, at now: Timestamp) throws -> Int {
    try value(
      Int.self,
      "SELECT count(*) FROM journal WHERE network_key = ? AND kind = ? AND at_us BETWEEN ? AND ?",
      arguments: [
        network.rawValue, JournalChange.Kind.prevailed.rawValue, (now - Limits.contentionWindow).microseconds,
        now.microseconds,
      ]
    ) ?? 0
  }

  private func accept(
    _ document: NetworkDocument,
    _ change: BaseChange,
    for row: NetworkRow,
    evidence: String,
    at now: Timestamp
  ) throws {
    try setBase(document, of: row.key)
    let kind: JournalChange.Kind
    switch change {
    case .appeared: kind = .created
    case .renamed: kind = .renamed
    case .changed: kind = .changed
    case .wentBack: kind = .wentBack
    case .restamped: return
    }
    let entry = JournalEntry(
      side: .remote,
      kind: kind,
      network: row.key,
      before: row.base?.name,
      after: document.name
    )
    try journal(entry, evidence: evidence, at: now)
  }

  /// - Parameters:
  ///   - verdict: what a conflict was decided upon.
  ///   - evidence: where the sight comes from.
  private func apply(
    _ decision: EditDecision,
    to operation: NetsyncModel.Operation,
    _ sight: RemoteSight,
    verdict: @autoclosure () -> Evidence,
    evidence: WrittenEvidence,
    at now: Timestamp
  ) throws {
    let theirs = sight.document?.name
    switch decision {
    case .none:
      break
    case .goesOn:
      // A sight that was ignored as stale has moved no base.
      if let document = sight.document, try base(of: operation.network) == document {
        try rebase(operation, onto: document, at: now)
      }
    case .prevails:
      if let document = sight.document { try rebase(operation, onto: document, at: now) }
      let entry = JournalEntry(
        side: .local,
        kind: .prevailed,
        network: operation.network,
        edit: operation.edit,
        before: theirs,
        after: operation.intent.name
      )
      try journal(entry, evidence: verdict().json, at: now)
    case .yields:
      try removeOperation(operation.edit)
      try journalOutcome(.yielded, of: operation, after: theirs, verdict(), at: now)
    case .satisfied:
      try removeOperation(operation.edit)
      try journalOutcome(.satisfied, of: operation, after: theirs, evidence.value, at: now)
    case .conflict(let kind):
      guard operation.state != .conflict(kind) else { break }
      try setState(.conflict(kind), of: operation.edit, at: now)
      try journalOutcome(.conflict, of: operation, after: theirs, verdict(), at: now)
    }
  }

  /// The edit goes on upon a newer base; a conflict that has dissolved waits again.
  func rebase(_ operation: NetsyncModel.Operation, onto document: NetworkDocument, at now: Timestamp) throws {
    try run(
      "UPDATE operation SET base_name = ?, base_updated_at = ? WHERE edit = ?",
      arguments: [document.name?.text, document.updatedAt?.raw, operation.edit.rawValue]
    )
    if case .conflict = operation.state { try setState(.waiting(notBefore: nil), of: operation.edit, at: now) }
  }

  /// Takes a server document as a network's base. What its page said of it no longer holds.
  func setBase(_ document: NetworkDocument, of network: NetworkKey) throws {
    try cachedStatement(
      sql: """
        UPDATE network SET
          remote_id = ?, name = ?, created_at = ?, updated_at = ?, updated_at_us = ?, record_type = ?, unknown_fields = ?,
          gone_at_us = NULL, gone_cause = NULL
        WHERE network_key = ?
        """
    ).execute(arguments: [
      document.id.text, document.name?.text, document.createdAt?.raw, document.updatedAt?.raw,
      document.updatedAt?.instant?.microseconds, document.recordType, document.unknownFields, network.rawValue,
    ])
  }
}

extension Evidence {
  /// This sight, and what a conflict was decided upon: the policy, both stamps, the edit's time on the server's clock, and how
  /// often an edit of the network had prevailed.
  fileprivate func verdict(
    _ context: SightContext,
    _ standing: NetworkStanding,
    _ operation: NetsyncModel.Operation,
    _ sight: RemoteSight
  ) -> Evidence {
    var evidence = self
    evidence.policy = context.policy.rawValue
    evidence.contests = standing.contests
    evidence.updatedAtBefore = standing.base?.updatedAt?.raw
    evidence.updatedAtAfter = sight.document?.updatedAt?.raw
    evidence.mineAt = context.clock.serverTime(operation.editedAt).rfc3339
    evidence.clockUncertaintySeconds = context.clock.uncertainty.inSeconds
    return evidence
  }
}

extension StandingIntent {
  /// - Parameter seen: the name that the server shows now.
  init(_ operation: NetsyncModel.Operation, seen: NetworkName?) {
    let baseName = startingName(base: operation.base?.name, sent: operation.sentName, seen: seen)
    switch operation.intent {
    case .create: self = .none
    case .rename(let name): self = .rename(to: name, baseName: baseName, editedAt: operation.editedAt)
    case .delete: self = .delete(baseName: baseName, editedAt: operation.editedAt)
    }
  }
}

extension Replica {
  /// Takes in what `GET /networks/{id}` said of one network: the look before a push, or the confirmation of a deletion.
  package func observe(
    _ sight: RemoteSight,
    of network: NetworkKey,
    _ context: SightContext,
    evidence: Evidence
  ) throws(ReplicaError) -> SightOutcome {
    let seenAt = now()
    return try write(.observe) { database in
      guard
        let row = try database.row(
          "SELECT * FROM network WHERE network_key = ?",
          arguments: [network.rawValue],
          NetworkRow.init
        )
      else { throw ReplicaError.networkGone }
      let operation = try database.queuedOperation(of: network)
      let outcome = try database.apply(
        sight,
        to: row,
        edit: operation,
        context,
        evidence: WrittenEvidence(evidence),
        at: seenAt
      )
      try database.run(
        "UPDATE network SET read_at_us = ? WHERE network_key = ?",
        arguments: [seenAt.microseconds, network.rawValue]
      )
      if outcome.change != nil { try database.forgetFingerprint(of: network) }
      return outcome
    }
  }
}

extension Database {
  /// The page that a network stands on has to be decoded again: its rows no longer say what its body said.
  func forgetFingerprint(of network: NetworkKey) throws {
    try run(
      "UPDATE page SET fingerprint = NULL WHERE page_number = (SELECT seen_page FROM network WHERE network_key = ?)",
      arguments: [network.rawValue]
    )
  }
}
