package import NetsyncModel

/// One network's lane: its base, and its edits on their way to the server, in order (R1, R11).
///
/// Whatever can happen to an edit is a mutating function here, one for each event; nothing else changes where an edit stands. It gives
/// back what whoever asked is told and the ``LaneEffect``s that go with it. The replica loads a lane, lets one event happen to it, and
/// stores the difference with the effects in one transaction.
///
/// | event | function |
/// |-------|----------|
/// | a person edits, or gives an edit another name | ``edit(_:as:_:at:)``, ``rename(_:to:as:at:)`` |
/// | a person takes back, retries, adopts, takes a side, undoes | ``discard(_:_:)``, ``retry(_:)``, ``adopt(_:for:holder:serverNow:)``, ``resolve(taking:)``, ``undo(_:undoneBy:as:at:)`` |
/// | a guard holds, or a person allows | ``holdDeletion(_:)`` |
/// | it is looked at, or a listing overtakes it | ``read(_:_:contests:_:)``, ``listed(_:_:_:contests:_:)`` |
/// | it is about to be sent, and is answered | ``arm(_:_:)``, ``answered(_:to:holder:_:at:_:)`` |
/// | an unanswered create was looked for | ``lookedFor(_:_:settleTime:now:clock:_:)`` |
/// | the process that sent it has died | ``recover()`` |
///
/// An edit that is in the lane before an event is in it afterwards, or an effect tells what became of it.
package struct Lane: Hashable, Sendable {
  package let network: NetworkKey
  /// nil for a network that was not made here.
  package let localID: LocalID?
  /// The last server document that was accepted; nil for a network that the server never named, or that is gone.
  package internal(set) var base: NetworkDocument?
  /// Why the network is gone; nil where it is not.
  package internal(set) var departure: Departure?
  /// Our last write that the server acknowledged.
  package let acknowledgement: Acknowledgement?
  /// The edit on its way, or the create in doubt.
  package internal(set) var flying: OutboxOperation?
  /// The edit that comes next: it waits, is held, or is in conflict.
  package internal(set) var queued: OutboxOperation?
  /// The edit that the server refused for good.
  package internal(set) var refused: OutboxOperation?
  /// What the queued edit's conflict was decided upon: it is also the evidence of a removal that a person agrees to.
  package private(set) var verdict: Evidence?
  /// Of the event under way.
  private var effects: [LaneEffect] = []

  /// Why a network is no longer listed.
  package enum Departure: String, Hashable, Sendable {
    case deletedHere = "deleted_here"
    case deletedThere = "deleted_there"
    /// The edit that would have made it was taken back.
    case neverSent = "never_sent"
  }

  /// A write of ours that the server has acknowledged.
  package struct Acknowledgement: Hashable, Sendable {
    /// On the server's clock: the host's may jump.
    package var at: Timestamp
    /// Its place in the order of requests and acknowledgements.
    package var number: Int64

    package init(at: Timestamp, number: Int64) {
      self.at = at
      self.number = number
    }
  }

  /// A lane as it is kept.
  ///
  /// - Parameters:
  ///   - operations: the network's edits, refused ones included.
  ///   - verdict: what the conflict among them was decided upon.
  package init(
    network: NetworkKey,
    localID: LocalID? = nil,
    base: NetworkDocument?,
    departure: Departure? = nil,
    acknowledgement: Acknowledgement? = nil,
    operations: [OutboxOperation] = [],
    verdict: Evidence? = nil
  ) {
    self.network = network
    self.localID = localID
    self.base = base
    self.departure = departure
    self.acknowledgement = acknowledgement
    self.verdict = verdict
    for operation in operations {
      switch operation.state {
      case .sending, .inDoubt: flying = operation
      case .waiting, .held, .conflict: queued = operation
      case .refused: refused = operation
      }
    }
  }
}

/// What an event of a ``Lane`` asks of the replica, besides storing the lane itself.
package enum LaneEffect: Hashable, Sendable {
  /// The journal gets this entry.
  case journal(LaneEntry)
  /// The server has acknowledged a write of ours, at this time on its clock: it gets the next place in the order of requests (R10).
  case acknowledged(Timestamp)
  /// That lane's network is this one too: its row, and what hangs on it, become this lane's.
  case absorbed(Lane)
}

/// An entry of the journal, as an event makes it.
package struct LaneEntry: Hashable, Sendable {
  package var side: JournalChange.Side
  package var kind: JournalChange.Kind
  package var edit: EditNumber?
  package var before: NetworkName?
  package var after: NetworkName?
  package var evidence: Evidence

  package init(
    side: JournalChange.Side,
    kind: JournalChange.Kind,
    edit: EditNumber? = nil,
    before: NetworkName? = nil,
    after: NetworkName? = nil,
    evidence: Evidence
  ) {
    self.side = side
    self.kind = kind
    self.edit = edit
    self.before = before
    self.after = after
    self.evidence = evidence
  }
}

/// What an event came to: what is told, and what is to be done besides.
package struct LaneStep<Told> {
  package var told: Told
  /// In their order.
  package var effects: [LaneEffect]
}

/// Why an event cannot happen to a lane. Nothing is changed then.
package enum LaneRefusal: Error, Hashable, Sendable {
  /// The lane has no edit of this number.
  case noEdit(EditNumber)
  /// The edit is not in a state that allows it.
  case notPossible(EditNumber, OperationState.Word)
  /// The network's deletion waits, so it cannot be edited.
  case deletionWaits(EditNumber)
  /// There is no such network any more.
  case networkGone
  case noConflict
  /// No look has found this network as one that the unanswered create may be.
  case noCandidate(EditNumber, NetworkID)
  /// The id is another network's already.
  case idTaken(NetworkID)
}

// MARK: Reading

extension Lane {
  /// Every edit, oldest first.
  package var operations: [OutboxOperation] {
    [flying, queued, refused].compactMap(\.self).sorted { $0.edit < $1.edit }
  }

  package func operation(_ edit: EditNumber) throws(LaneRefusal) -> OutboxOperation {
    guard let operation = [flying, queued, refused].compactMap(\.self).first(where: { $0.edit == edit }) else {
      throw .noEdit(edit)
    }
    return operation
  }

  /// The latest edit that people see the result of: a refused one is no longer overlaid.
  var latest: OutboxOperation? { queued ?? flying }

  /// The name that people see (R1).
  var name: NetworkName? {
    latest?.intent.name ?? flying?.intent.name ?? base?.name
      ?? refused.flatMap { $0.intent.action == .create ? $0.intent.name : nil }
  }

  /// What another edit is merged into.
  var editStanding: EditStanding {
    EditStanding(
      base: base.map(EditBase.init),
      queued: (queued ?? refused).map { QueuedEdit($0) },
      inFlight: flying?.intent
    )
  }

  /// Whether the server acknowledged a write of ours so lately that a listing may not show it yet (R10).
  ///
  /// - Parameters:
  ///   - asked: the acknowledgements that were counted when the listing was asked for.
  ///   - serverNow: on the server's clock. It is known to a second or so, so a write can seem to be yet to come.
  func recentWrite(asked: Int64, serverNow: Timestamp) -> RecentWrite {
    guard let acknowledgement else { return .none }
    if acknowledgement.number > asked { return .overtook }
    let recent = (.zero - Limits.listingLag)...Limits.listingLag
    guard recent.contains(serverNow.since(acknowledgement.at)) else { return .none }
    // mutant: own-deletion-forgotten
    return departure == .deletedHere ? .deleted : .changed
  }
}

extension EditBase {
  init(_ document: NetworkDocument) {
    self.init(name: document.name, updatedAt: document.updatedAt)
  }
}

extension QueuedEdit {
  /// - Parameters:
  ///   - isRefused: the server will not take it as it is.
  ///   - conflict: what its answer, or a sight, made of it.
  init(_ operation: OutboxOperation, isRefused: Bool? = nil, conflict: ConflictKind? = nil) {
    let isRefused = isRefused ?? (operation.state == .refused)
    let open: ConflictKind? = if case .conflict(let kind) = operation.state { kind } else { nil }
    self.init(
      operation.intent,
      base: operation.base,
      isRefused: isRefused,
      conflict: conflict ?? open,
      mayHaveArrived: operation.sentName != nil && !isRefused
    )
  }
}

// MARK: What events are made of

extension Lane {
  /// Ends an event.
  mutating func step<Told>(_ told: Told) -> LaneStep<Told> {
    defer { effects = [] }
    return LaneStep(told: told, effects: effects)
  }

  mutating func journal(
    _ side: JournalChange.Side,
    _ kind: JournalChange.Kind,
    edit: EditNumber? = nil,
    before: NetworkName?,
    after: NetworkName? = nil,
    _ evidence: Evidence
  ) {
    let entry = LaneEntry(side: side, kind: kind, edit: edit, before: before, after: after, evidence: evidence)
    effects.append(.journal(entry))
  }

  /// Tells what became of an edit: before is what it wanted, after is what is so now, where there is such a thing.
  mutating func tell(
    _ kind: JournalChange.Kind,
    of operation: OutboxOperation,
    after: NetworkName? = nil,
    _ evidence: Evidence
  ) {
    journal(.local, kind, edit: operation.edit, before: operation.intent.name, after: after, evidence)
  }

  mutating func acknowledge(at serverNow: Timestamp) {
    effects.append(.acknowledged(serverNow))
  }

  /// Takes an edit out; what became of it is for the journal to say.
  mutating func remove(_ edit: EditNumber) {
    if flying?.edit == edit { flying = nil }
    if queued?.edit == edit { queued = nil }
    if refused?.edit == edit { refused = nil }
  }

  /// Ends an edit that nothing came of. A network that only this edit would have made is gone with it.
  mutating func drop(_ operation: OutboxOperation, as kind: JournalChange.Kind, _ evidence: Evidence = Evidence()) {
    let isDeletedThere = operation.state == .conflict(.deletedThere)
    remove(operation.edit)
    // What is satisfied without having been sent is a deletion of what is gone there.
    let isGone = isDeletedThere || kind == .satisfied
    // mutant: discarded-edit-without-a-word
    tell(kind, of: operation, after: isGone ? nil : latest?.intent.name ?? base?.name, evidence)
    if operation.intent.action == .create { depart(.neverSent) }
    if isDeletedThere { acceptDeletion() }
  }

  /// The server has answered that it does not have the network any more: its base goes, and the evidence stays.
  mutating func removeBase(_ evidence: Evidence) {
    // mutant: removal-without-evidence
    journal(.remote, .deleted, before: base?.name, evidence)
    depart(.deletedThere)
  }

  /// A network that was edited here and deleted there goes after all, on the answer that made it a conflict.
  mutating func acceptDeletion() {
    removeBase(verdict ?? Evidence())
  }

  mutating func depart(_ cause: Departure) {
    base = nil
    departure = cause
  }

  /// The queued edit goes on upon a newer base; a conflict that has dissolved waits again.
  mutating func rebase(onto document: NetworkDocument) {
    // mutant: edit-keeps-its-old-base
    queued?.base = EditBase(document)
    if case .conflict? = queued?.state { queued?.move(to: .waiting(notBefore: nil)) }
  }

  /// The queued edit waits for a person, who is shown what was decided upon.
  mutating func dispute(_ kind: ConflictKind, _ verdict: Evidence) {
    // mutant: drop-on-conflict
    queued?.move(to: .conflict(kind))
    self.verdict = verdict
  }

  /// Two rows turn out to be one network. This one was made here, so it stays: its local id resolves for ever. Of two edits that wait,
  /// the later one stands.
  mutating func absorb(_ other: Lane) {
    effects.append(.absorbed(other))
    var waiting = [queued, refused, other.queued, other.refused].compactMap(\.self).sorted { $0.edit < $1.edit }
    guard let last = waiting.popLast() else { return }
    for superseded in waiting { tell(.superseded, of: superseded, Evidence(supersededBy: last.edit)) }
    queued = last.state == .refused ? nil : last
    refused = last.state == .refused ? last : nil
  }

  /// Puts the edit that was on its way back into the queue, merged with what was queued behind it.
  ///
  /// - Parameters:
  ///   - isRefused: the server will not take it as it is.
  ///   - conflict: what its answer made of it.
  mutating func returnToQueue(isRefused: Bool = false, conflict: ConflictKind? = nil, notBefore: Timestamp? = nil) {
    guard let sent = flying else { return }
    let waiting = OperationState.waiting(notBefore: notBefore)
    guard let follower = queued else {
      flying = nil
      queued = sent.moved(to: waiting)
      return
    }
    let standing = EditStanding(
      base: base.map(EditBase.init),
      queued: QueuedEdit(sent, isRefused: isRefused, conflict: conflict)
    )
    switch coalesce(follower.intent, onto: standing) {
    case .nothing, .alreadyDeleted:
      drop(follower, as: .superseded, Evidence(supersededBy: sent.edit))
      flying = nil
      queued = sent.moved(to: waiting)
    case .cancel:
      flying = nil
      tell(.superseded, of: sent, Evidence(supersededBy: follower.edit))
      drop(follower, as: conflict == nil ? .superseded : .satisfied)
      // mutant: unsent-network-stays
      if sent.intent.action == .create { depart(.neverSent) }
    case .queue(let intent, let base, _):
      flying = nil
      tell(.superseded, of: sent, Evidence(supersededBy: follower.edit))
      // mutant: merged-under-the-old-number
      queued?.intent = intent
      queued?.base = base
      queued?.sentName = isRefused ? nil : sent.sentName
      queued?.move(to: waiting)
    }
  }
}
