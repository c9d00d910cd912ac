package import NetsyncModel

/// What the decision about a sight needs besides the lane.
package struct SightContext: Hashable, Sendable {
  package var policy: ConflictPolicy
  package var clock: ServerClock

  package init(policy: ConflictPolicy, clock: ServerClock) {
    self.policy = policy
    self.clock = clock
  }
}

/// What a sight did.
package struct SightOutcome: Hashable, Sendable {
  /// nil where the base stayed.
  package var change: BaseChange?
  package var removed = false
  /// Nothing was taken, for the sight is older than what is known.
  package var stale = false
  package var edit: EditDecision = .none
}

/// When a listing was asked for, and when it is taken in.
package struct ListingMoment: Hashable, Sendable {
  /// The acknowledgements that were counted when it was asked for (R10).
  package var asked: Int64
  /// On the server's clock.
  package var serverNow: Timestamp

  package init(asked: Int64, serverNow: Timestamp) {
    self.asked = asked
    self.serverNow = serverNow
  }
}

/// What is seen of the network at the server while nothing of it is on its way: a write is preceded by a look and not accompanied by one,
/// and only the holder of the sync lock asks.
extension Lane {
  /// A listing shows the network. Listings lag.
  ///
  /// - Parameter contests: as in ``NetworkStanding/contests``; only asked for where an edit is queued.
  package mutating func listed(
    _ document: NetworkDocument,
    _ moment: ListingMoment,
    _ context: SightContext,
    contests: Int,
    _ evidence: Evidence
  ) -> LaneStep<SightOutcome> {
    let recentWrite = recentWrite(asked: moment.asked, serverNow: moment.serverNow)
    return see(.listed(document), recentWrite, context, contests: contests, evidence)
  }

  /// `GET /networks/{id}` was answered: the look before a push (R7), or the confirmation of a deletion (R4).
  package mutating func read(
    _ sight: RemoteSight,
    _ context: SightContext,
    contests: Int,
    _ evidence: Evidence
  ) -> LaneStep<SightOutcome> {
    see(sight, .none, context, contests: contests, evidence)
  }

  private mutating func see(
    _ sight: RemoteSight,
    _ recentWrite: RecentWrite,
    _ context: SightContext,
    contests: Int,
    _ evidence: Evidence
  ) -> LaneStep<SightOutcome> {
    let sight = sight.naming(base?.name)
    let standing = NetworkStanding(
      base: base,
      intent: queued.map { QueuedIntent($0, seen: sight.document) } ?? .none,
      recentWrite: recentWrite,
      contests: contests
    )
    let decision = reconcile(standing, with: sight, under: context.policy, clock: context.clock)
    var outcome = SightOutcome(edit: decision.edit)
    switch decision.base {
    case .keep: break
    case .ignoreStale: outcome.stale = true
    case .accept(let document, let change):
      outcome.change = change
      accept(document, change, evidence)
    case .remove:
      outcome.removed = true
    }
    if let queued {
      carryOut(decision.edit, on: queued, sight, evidence.verdict(context, standing, queued, sight), evidence)
    }
    if outcome.removed { removeBase(evidence) }
    return step(outcome)
  }

  private mutating func accept(_ document: NetworkDocument, _ change: BaseChange, _ evidence: Evidence) {
    let before = base?.name
    base = document
    departure = nil
    guard let kind = change.kind else { return }
    journal(.remote, kind, before: before, after: document.name, evidence)
  }

  /// - Parameters:
  ///   - verdict: what a conflict was decided upon.
  ///   - evidence: where the sight comes from.
  private mutating func carryOut(
    _ decision: EditDecision,
    on operation: OutboxOperation,
    _ sight: RemoteSight,
    _ verdict: Evidence,
    _ evidence: Evidence
  ) {
    let theirs = sight.document?.name
    switch decision {
    case .none:
      break
    case .goesOn:
      // A sight that was ignored as stale has moved no base.
      if let document = sight.document, base == document { rebase(onto: document) }
    case .prevails:
      if let document = sight.document { rebase(onto: document) }
      journal(.local, .prevailed, edit: operation.edit, before: theirs, after: operation.intent.name, verdict)
    case .yields:
      remove(operation.edit)
      // mutant: yielded-edit-without-a-word
      tell(.yielded, of: operation, after: theirs, verdict)
    case .satisfied:
      // mutant: satisfied-edit-stays
      remove(operation.edit)
      tell(.satisfied, of: operation, after: theirs, evidence)
    case .conflict(let kind):
      guard operation.state != .conflict(kind) else { break }
      dispute(kind, verdict)
      tell(.conflict, of: operation, after: theirs, verdict)
    }
  }
}

extension BaseChange {
  /// How the journal calls it; nil for what is no change of content.
  fileprivate var kind: JournalChange.Kind? {
    switch self {
    case .appeared: .created
    case .renamed: .renamed
    case .changed: .changed
    case .wentBack: .wentBack
    case .restamped: nil
    }
  }
}

extension QueuedIntent {
  /// - Parameter seen: what the server shows now.
  init(_ operation: OutboxOperation, seen document: NetworkDocument?) {
    let seen = document?.name
    let sent = operation.sentName ?? operation.unseenName(in: document)
    let baseName = startingName(base: operation.base?.name, sent: sent, seen: seen)
    switch operation.intent {
    case .create: self = .none
    case .rename(let name):
      let wanted = wantedName(name, base: operation.base?.name, sent: operation.sentName, seen: seen)
      self = .rename(to: wanted, baseName: baseName, editedAt: operation.editedAt)
    case .delete: self = .delete(baseName: baseName, editedAt: operation.editedAt)
    }
  }
}

extension OutboxOperation {
  /// The name that its network was asked for, where nothing tells that anybody has written it since: the base is what was asked for where
  /// an answer left the name out, or a person said which network a create became.
  fileprivate func unseenName(in document: NetworkDocument?) -> NetworkName? {
    base?.updatedAt == nil || base?.updatedAt == document?.updatedAt ? base?.name : nil
  }
}

extension Evidence {
  /// This sight, and what a conflict was decided upon: the policy, both stamps, the edit's time on the server's clock, and how
  /// often an edit of the network had prevailed.
  fileprivate func verdict(
    _ context: SightContext,
    _ standing: NetworkStanding,
    _ operation: OutboxOperation,
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
