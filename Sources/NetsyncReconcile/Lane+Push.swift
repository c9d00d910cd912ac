package import NetsyncModel

/// What became of an operation, for counting.
package enum SettledAs: Hashable, Sendable {
  case landed, waiting, inDoubt, conflict, refused
  /// The server does not have the network any more, and a delete waited behind the operation: nothing is left to send.
  case agreed
}

/// How long an operation waits after a try that failed: what ``backoff(afterFailures:chance:serverWait:)`` draws from.
package struct Patience: Hashable, Sendable {
  /// Tries in this cycle, at least 1.
  package var failures: Int
  /// Drawn evenly from 0 to 1.
  package var chance: Double

  package init(failures: Int, chance: Double) {
    self.failures = failures
    self.chance = chance
  }
}

/// A moment on both clocks.
package struct Moment: Hashable, Sendable {
  package var host: Timestamp
  package var server: Timestamp

  package init(host: Timestamp, server: Timestamp) {
    self.host = host
    self.server = server
  }
}

/// What a look for an unanswered create came to.
package enum CreateLookOutcome: Hashable, Sendable {
  case settled(SettledAs)
  /// It cannot be told before the whole listing is looked through.
  case lookEverywhere
}

extension Arming {
  /// What a create writes down before it is sent (R6); nil where the listing contradicts itself, for that proves nothing.
  ///
  /// By the server's own word where it gave one: that the network was not there at that time is then no matter of any host's clock.
  ///
  /// - Parameters:
  ///   - listing: what the server lists under the name now.
  ///   - date: the server's time of that listing.
  ///   - serverNow: on the server's clock, as far as it is known.
  package init?(
    _ listing: CreateListing,
    date: Timestamp?,
    serverNow: Timestamp,
    uncertainty: Duration
  ) {
    // mutant: armed-upon-a-contradiction
    guard listing.isWhole else { return nil }
    self.init(
      notBefore: (date ?? serverNow - uncertainty) - Limits.serverClockSpread,
      known: Set(listing.networks.map(\.id))
    )
  }
}

/// The way of an edit to the server.
extension Lane {
  /// It is about to be sent, and not a byte has left (R6, R13).
  ///
  /// - Parameters:
  ///   - read: the operation as it was when it was decided to send it.
  ///   - arming: for a create.
  /// - Returns: false where it is no longer the same: edited, discarded or held meanwhile.
  package mutating func arm(_ read: OutboxOperation, _ arming: Arming?) -> LaneStep<Bool> {
    guard flying == nil, var operation = queued, case .waiting = operation.state else { return step(false) }
    // An edit that took its place has another number.
    // mutant: armed-though-edited-meanwhile
    guard operation.edit == read.edit else { return step(false) }
    operation.move(to: .sending(arming))
    operation.attempts += 1
    if case .rename(let name) = operation.intent { operation.sentName = name }
    queued = nil
    flying = operation
    return step(true)
  }

  /// It was looked at, and stays where it is for this reason, which its user is told.
  package mutating func stays(_ edit: EditNumber, for reason: APIErrorDetail) -> LaneStep<Void> {
    if flying?.edit == edit { flying?.failure = reason }
    if queued?.edit == edit { queued?.failure = reason }
    return step(())
  }

  /// It was sent, and this came back (R12); ``settle(_:base:_:)`` says what that means.
  ///
  /// - Parameter holder: another lane that has the answered id already, if one has.
  package mutating func answered(
    _ answer: PushAnswer,
    to edit: EditNumber,
    holder: Lane?,
    _ patience: Patience,
    at moment: Moment,
    _ evidence: Evidence
  ) throws(LaneRefusal) -> LaneStep<SettledAs> {
    let sent = try sending(edit)
    let decision = settle(sent.intent, base: sent.base?.name, answer)
    if let trouble = trouble(with: answer, decision) { flying?.failure = trouble }
    switch decision {
    case .landed(let document?):
      if let holder {
        guard mayAbsorb(holder, as: document, for: sent) else { return try doubt(sent, at: moment.server) }
        absorb(holder)
      }
      land(sent, document.filled(from: base, name: sent.intent.name), as: .sent, evidence, moment.server)
      return step(.landed)
    case .landed(nil):
      landDeletion(sent, evidence, moment.server)
      return step(.landed)
    case .retry(let serverWait):
      let wait = backoff(afterFailures: patience.failures, chance: patience.chance, serverWait: serverWait)
      returnToQueue(notBefore: moment.host + wait)
      return step(.waiting)
    case .stop:
      returnToQueue()
      return step(.waiting)
    case .doubt:
      return try doubt(sent, at: moment.server)
    case .conflict(let kind):
      return step(contend(sent, kind, evidence))
    case .deadLetter(let detail):
      refuse(sent, detail, evidence)
      return step(.refused)
    }
  }

  private func sending(_ edit: EditNumber) throws(LaneRefusal) -> OutboxOperation {
    let operation = try operation(edit)
    guard case .sending = operation.state else { throw .notPossible(edit, operation.state.word) }
    return operation
  }

  /// Whether a network that a listing showed before the create's own answer came may be what the create made.
  private func mayAbsorb(_ holder: Lane, as document: NetworkDocument, for sent: OutboxOperation) -> Bool {
    guard case .sending(let arming?) = sent.state, case .create(let name) = sent.intent, let base = holder.base,
      holder.localID == nil, holder.flying == nil
    else { return false }
    return mayBe(base, theCreateOf: name, arming)
  }

  /// The server has what a create or a rename wanted: its document is the base, and what waited behind goes on upon it.
  mutating func land(
    _ operation: OutboxOperation,
    _ document: NetworkDocument,
    as kind: JournalChange.Kind,
    _ evidence: Evidence,
    _ serverNow: Timestamp
  ) {
    // mutant: landed-edit-stays
    remove(operation.edit)
    // mutant: answer-went-back-without-a-word
    if let base, isOlder(document.updatedAt, than: base.updatedAt) {
      journal(.remote, .wentBack, before: base.name, after: document.name, evidence)
    }
    // mutant: landing-moves-no-base
    base = document
    departure = nil
    // mutant: write-not-acknowledged
    acknowledge(at: serverNow)
    rebase(onto: document)
    tell(kind, of: operation, after: document.name, evidence)
  }

  private mutating func landDeletion(_ operation: OutboxOperation, _ evidence: Evidence, _ serverNow: Timestamp) {
    let before = base?.name
    remove(operation.edit)
    acknowledge(at: serverNow)
    depart(.deletedHere)
    journal(.local, .sent, edit: operation.edit, before: before, evidence)
  }

  private mutating func doubt(_ sent: OutboxOperation, at time: Timestamp) throws(LaneRefusal) -> LaneStep<SettledAs> {
    guard case .sending(let arming?) = sent.state else { throw .notPossible(sent.edit, sent.state.word) }
    flying?.move(to: .inDoubt(Doubt(arming: arming, nextLook: time)))
    return step(.inDoubt)
  }

  /// The answer of a rename says that the network is gone there.
  private mutating func contend(_ sent: OutboxOperation, _ kind: ConflictKind, _ evidence: Evidence) -> SettledAs {
    returnToQueue(conflict: kind)
    guard queued != nil else {
      removeBase(evidence)
      return .agreed
    }
    dispute(kind, evidence)
    tell(.conflict, of: sent, evidence)
    return .conflict
  }

  /// Refused for good: kept with the server's words, unless a newer edit of the network takes its place.
  private mutating func refuse(_ sent: OutboxOperation, _ detail: APIErrorDetail, _ evidence: Evidence) {
    tell(.refused, of: sent, evidence)
    guard queued == nil else { return returnToQueue(isRefused: true) }
    flying = nil
    // mutant: drop-on-refusal
    refused = sent.moved(to: .refused)
    refused?.failure = detail
    refused?.sentName = nil
  }

  /// An unanswered create was looked for (R6); ``identify(_:_:by:now:clock:settleTime:)`` says what that means.
  package mutating func lookedFor(
    _ edit: EditNumber,
    _ look: CreateLook,
    settleTime: Duration,
    now: Timestamp,
    clock: ServerClock,
    _ evidence: Evidence
  ) -> LaneStep<CreateLookOutcome> {
    // Its user may have adopted it or sent it again while it was looked for.
    guard let operation = flying, operation.edit == edit, case .inDoubt(let doubt) = operation.state,
      case .create(let name) = operation.intent
    else { return step(.settled(.waiting)) }
    if let contradiction = look.contradiction { flying?.failure = APIErrorDetail(status: 200, title: contradiction) }
    // mutant: settle-time-cut-short
    switch identify(name, doubt, by: look, now: now, clock: clock, settleTime: settleTime) {
    case .adopt(let document):
      land(operation, document, as: .adopted, evidence, clock.serverTime(now))
      return step(.settled(.landed))
    case .ask(let candidates):
      // mutant: candidates-forgotten
      flying?.move(to: .inDoubt(doubt.asking(candidates)))
      return step(.settled(.inDoubt))
    case .lookEverywhere:
      return step(.lookEverywhere)
    case .look(let again, let looks, let first):
      // mutant: first-look-forgotten
      flying?.move(to: .inDoubt(Doubt(arming: doubt.arming, looks: looks, firstLook: first, nextLook: again)))
      return step(.settled(.inDoubt))
    case .sendAgain:
      returnToQueue()
      return step(.settled(.waiting))
    }
  }

  /// The outbox is a copy, whose original may have sent this create, or was damaged, and may have lost that it was sent: it is taken for
  /// one whose process died on its way, so that it is looked for before it is sent.
  ///
  /// - Parameter clock: of the server, as the copy knows it.
  package mutating func suspect(by clock: ServerClock) -> LaneStep<Void> {
    guard let operation = queued, case .create = operation.intent, case .waiting = operation.state else {
      return step(())
    }
    let earliest = clock.serverTime(operation.editedAt) - clock.uncertainty - Limits.serverClockSpread
    _ = arm(operation, Arming(notBefore: earliest, known: []))
    return recover()
  }

  /// The process that sent it has died: a create may have been applied, anything else looks first and can simply be sent again (R13).
  package mutating func recover() -> LaneStep<Void> {
    guard let sent = flying, case .sending(let arming) = sent.state else { return step(()) }
    switch NetsyncReconcile.recover(sent.intent) {
    case .doubt:
      // A create is never sent unarmed.
      guard let arming else { break }
      flying?.move(to: .inDoubt(Doubt(arming: arming, nextLook: arming.notBefore)))
    case .wait:
      returnToQueue()
    }
    return step(())
  }
}
