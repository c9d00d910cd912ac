package import NetsyncModel

/// What is known of one network when news of it arrives.
///
/// Input of ``reconcile(_:with:under:clock:)``. The outbox keeps at most one operation per network that is not on its way, so
/// one intent is all there is.
package struct NetworkStanding: Hashable, Sendable {
  /// The last server document that was accepted; nil for a network never seen, or seen to be gone.
  package var base: NetworkDocument?
  package var intent: QueuedIntent
  package var recentWrite: RecentWrite
  /// How often an edit of it has prevailed over theirs within ``Limits/contentionWindow``.
  package var contests: Int

  package init(
    base: NetworkDocument?,
    intent: QueuedIntent = .none,
    recentWrite: RecentWrite = .none,
    contests: Int = 0
  ) {
    self.base = base
    self.intent = intent
    self.recentWrite = recentWrite
    self.contests = contests
  }
}

/// The local edit of a network that exists at the server, if any.
package enum QueuedIntent: Hashable, Sendable {
  case none
  /// `baseName` is the name that the edit was made on, `editedAt` is on this host's clock.
  case rename(to: NetworkName, baseName: NetworkName?, editedAt: Timestamp)
  case delete(baseName: NetworkName?, editedAt: Timestamp)
}

/// Whether the server acknowledged a write of ours so lately that a listing may not show it yet (R10).
package enum RecentWrite: Hashable, Sendable {
  case none
  /// We created or renamed it within ``Limits/listingLag``.
  case changed
  /// We deleted it within ``Limits/listingLag``.
  case deleted
  /// A write was acknowledged after the listing had been asked for.
  case overtook
}

/// What was seen of a network at the server.
package enum RemoteSight: Hashable, Sendable {
  /// A listing showed it. Listings lag.
  case listed(NetworkDocument)
  /// `GET /networks/{id}`, or the answer to a write, showed it.
  case read(NetworkDocument)
  /// `GET /networks/{id}` answered 404 with an API error body.
  case gone

  package var document: NetworkDocument? {
    switch self {
    case .listed(let document), .read(let document): document
    case .gone: nil
    }
  }
}

/// What an answer for one network says of it (R4): nil where it says nothing.
package func sight(of answer: Result<NetworkDocument, APIFailure>) -> RemoteSight? {
  switch answer {
  // mutant: absence-taken-for-deletion
  case .success(let document): .read(document)
  case .failure(let failure): isAbsence(failure) ? .gone : nil
  }
}

/// Whether a failure says of the one record that was asked for that the server does not have it. No other answer does (R4).
package func isAbsence(_ failure: APIFailure) -> Bool {
  let isGone = if case .gone = failure { true } else { false }
  // mutant: failure-taken-for-absence
  return isGone
}

/// What to do: one decision for the base, one for the local edit.
package struct NetworkDecision: Hashable, Sendable {
  package var base: BaseDecision
  package var edit: EditDecision

  package init(base: BaseDecision, edit: EditDecision) {
    self.base = base
    self.edit = edit
  }
}

package enum BaseDecision: Hashable, Sendable {
  /// Nothing new.
  case keep
  /// The sight is older than what we know; nothing of it is taken.
  case ignoreStale
  /// Take the document as the base.
  case accept(NetworkDocument, BaseChange)
  /// The network is gone there; its row goes.
  case remove
}

/// What kind of change a new base is.
package enum BaseChange: String, CaseIterable, Sendable {
  case appeared
  /// The name is another.
  case renamed
  /// Something else of the content is other.
  case changed
  /// Only `updated_at` moved: no change of content.
  case restamped
  /// `updated_at` is older than the one we had: the server went back (I9).
  case wentBack = "went_back"
}

package enum EditDecision: Hashable, Sendable {
  /// There is no edit.
  case none
  /// It goes on, upon the accepted base.
  case goesOn
  /// It goes on although they changed it too; theirs is the loser, kept in the journal.
  case prevails
  /// It is dropped for their newer change; mine is the loser, kept in the journal.
  case yields
  /// The server has what it wanted.
  case satisfied
  /// A person decides.
  case conflict(ConflictKind)
}

/// Reconciles one network: rules R1, R3, R8 and R10. An edit that has prevailed ``Limits/contests`` times lately prevails no
/// more: it is a conflict.
///
/// Total and pure. Conserves the edit: it goes on, is satisfied, yields to the journal, or becomes a conflict.
package func reconcile(
  _ standing: NetworkStanding,
  with sight: RemoteSight,
  under policy: ConflictPolicy,
  clock: ServerClock
) -> NetworkDecision {
  switch sight {
  case .gone:
    return reconcileGone(standing)
  case .listed(let remote):
    guard !contradictsRecentWrite(standing, remote) else {
      return NetworkDecision(base: .ignoreStale, edit: standing.intent == .none ? .none : .goesOn)
    }
    return reconcileSeen(standing, remote, policy, clock)
  case .read(let remote):
    return reconcileSeen(standing, remote, policy, clock)
  }
}

private func reconcileGone(_ standing: NetworkStanding) -> NetworkDecision {
  switch standing.intent {
  case .none: NetworkDecision(base: standing.base == nil ? .keep : .remove, edit: .none)
  case .delete: NetworkDecision(base: .remove, edit: .satisfied)
  // mutant: rename-of-a-gone-network-stuck
  // mutant: rename-satisfied-by-absence
  case .rename: NetworkDecision(base: .keep, edit: .conflict(.deletedThere))
  }
}

/// A listing that undoes what the server has just acknowledged is lag, not news.
private func contradictsRecentWrite(_ standing: NetworkStanding, _ remote: NetworkDocument) -> Bool {
  switch standing.recentWrite {
  case .none: false
  // mutant: stale-page-brings-back
  case .deleted, .overtook: true
  case .changed: standing.base.map { isOlder(remote.updatedAt, than: $0.updatedAt) } ?? false
  }
}

private func reconcileSeen(
  _ standing: NetworkStanding,
  _ remote: NetworkDocument,
  _ policy: ConflictPolicy,
  _ clock: ServerClock
) -> NetworkDecision {
  NetworkDecision(
    base: baseDecision(standing.base, remote),
    edit: editDecision(standing, remote, policy, clock)
  )
}

private func baseDecision(_ base: NetworkDocument?, _ remote: NetworkDocument) -> BaseDecision {
  guard let base else { return .accept(remote, .appeared) }
  // mutant: equal-stamps-taken-for-unchanged
  if remote == base { return .keep }
  if isOlder(remote.updatedAt, than: base.updatedAt) {
    // mutant: listing-went-back-without-a-word
    return .accept(remote, .wentBack)
  }
  if remote.name != base.name { return .accept(remote, .renamed) }
  return .accept(remote, base.hasContent(of: remote) ? .restamped : .changed)
}

extension NetworkDocument {
  /// Whether nothing but `updated_at` tells the two apart.
  package func hasContent(of other: NetworkDocument) -> Bool {
    var restamped = self
    restamped.updatedAt = other.updatedAt
    return restamped == other
  }
}

/// The name is the one field that clients write, so only a change of the name can be a conflict.
private func editDecision(
  _ standing: NetworkStanding,
  _ remote: NetworkDocument,
  _ policy: ConflictPolicy,
  _ clock: ServerClock
) -> EditDecision {
  switch standing.intent {
  case .none:
    return .none
  case .rename(let name, let baseName, let editedAt):
    // mutant: rename-satisfied-by-any-change
    if remote.name == name { return .satisfied }
    if remote.name == baseName { return .goesOn }
    return decideByPolicy(.bothChanged, editedAt, standing.contests, remote.updatedAt, policy, clock)
  case .delete(let baseName, let editedAt):
    if remote.name == baseName {
      // mutant: pending-delete-undone-by-a-look
      return .goesOn
    }
    return decideByPolicy(.deletedHere, editedAt, standing.contests, remote.updatedAt, policy, clock)
  }
}

/// The name that an edit started from, as far as a conflict goes: the base's, or the one that our own unanswered write may have
/// set. Our own write is not their change, nor is what a server makes of its name.
package func startingName(base: NetworkName?, sent: NetworkName?, seen: NetworkName?) -> NetworkName? {
  isOwn(seen, sent: sent, base: base) ? seen : base
}

/// The name that a rename is content with: the one it wants, or what a server has made of that when it was sent and not answered.
package func wantedName(
  _ name: NetworkName,
  base: NetworkName?,
  sent: NetworkName?,
  seen: NetworkName?
) -> NetworkName {
  guard sent == name, let seen, isOwn(seen, sent: sent, base: base) else { return name }
  return seen
}

private func isOwn(_ seen: NetworkName?, sent: NetworkName?, base: NetworkName?) -> Bool {
  guard let sent, let seen else { return false }
  return seen == sent || seen != base && NameForms(of: sent).includeWhole(seen)
}

extension RemoteSight {
  /// The same; where it says no name, with the one that is known: what is missing has not changed (R15).
  func naming(_ name: NetworkName?) -> RemoteSight {
    switch self {
    case .listed(let document): .listed(document.naming(name))
    case .read(let document): .read(document.naming(name))
    case .gone: .gone
    }
  }
}

extension NetworkDocument {
  /// The answer to a write, whole: with the name that was asked for where it says none, and with what is known where it leaves that out.
  func filled(from base: NetworkDocument?, name: NetworkName?) -> NetworkDocument {
    var filled = naming(name)
    filled.createdAt = createdAt ?? base?.createdAt
    filled.updatedAt = updatedAt ?? base?.updatedAt
    filled.recordType = recordType ?? base?.recordType
    return filled
  }

  /// The same; where it says no name, with this one.
  func naming(_ known: NetworkName?) -> NetworkDocument {
    // mutant: missing-name-taken-for-a-change
    guard name == nil else { return self }
    var named = self
    named.name = known
    return named
  }
}

private func decideByPolicy(
  _ kind: ConflictKind,
  _ editedAt: Timestamp,
  _ contests: Int,
  _ updatedAt: ServerStamp?,
  _ policy: ConflictPolicy,
  _ clock: ServerClock
) -> EditDecision {
  // Somebody who writes the same again and again would be overwritten without end.
  let stands: EditDecision = contests < Limits.contests ? .prevails : .conflict(kind)
  switch policy {
  case .client:
    // mutant: mine-yields-under-client
    return stands
  case .server:
    // mutant: mine-prevails-under-server
    return .yields
  case .hold:
    // mutant: mine-prevails-under-hold
    return .conflict(kind)
  case .newest:
    guard let theirs = updatedAt?.instant else { return .conflict(kind) }
    // mutant: host-time-taken-for-the-servers
    let lead = clock.serverTime(editedAt).since(theirs)
    // mutant: too-close-to-call-decided
    if lead > clock.uncertainty { return stands }
    if lead < .zero - clock.uncertainty { return .yields }
    return .conflict(kind)
  }
}

/// Only stamps that can be ordered can be older; equal stamps with other content count as newer (R3).
package func isOlder(_ remote: ServerStamp?, than base: ServerStamp?) -> Bool {
  guard let remote = remote?.instant, let base = base?.instant else { return false }
  return remote < base
}
