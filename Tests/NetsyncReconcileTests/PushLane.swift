import NetsyncModel
import NetsyncReconcile

/// One network and its edits on their way to the server: what the replica keeps of them, and the rules' decisions carried out
/// upon it as the replica and the engine do.
struct PushLane: Hashable, Sendable {
  struct Edit: Hashable, Sendable {
    var intent: Intent
    var base: EditBase?
    var sentName: NetworkName?
    var conflict: ConflictKind?
  }

  /// When every edit is made, and when every decision is.
  static let now = Timestamp.at(30)
  static let clock = ServerClock(offset: .zero, uncertainty: .milliseconds(500))

  var base: NetworkDocument?
  private(set) var isGone = false
  /// On its way; a create in doubt still is.
  private(set) var flying: Edit?
  private(set) var isInDoubt = false
  private(set) var queued: Edit?
  private(set) var refused: Edit?
  /// What the last edit that was taken wants of the server: a name, or nil for no network. Theirs once an edit has yielded.
  private(set) var wish: NetworkName?

  init(base: NetworkDocument?) {
    self.base = base
    wish = base?.name
  }

  private var standing: EditStanding {
    let last = queued ?? refused
    return EditStanding(
      base: base.map { EditBase(name: $0.name, updatedAt: $0.updatedAt) },
      queued: last.map {
        QueuedEdit(
          $0.intent,
          base: $0.base,
          isRefused: queued == nil,
          conflict: $0.conflict,
          mayHaveArrived: $0.sentName != nil
        )
      },
      inFlight: flying?.intent
    )
  }

  /// What another edit would do.
  func decision(on intent: Intent) -> CoalesceDecision {
    coalesce(intent, onto: standing)
  }

  /// An edit by its user; one of a network that is gone is not taken.
  mutating func edit(_ intent: Intent) {
    guard !isGone else { return }
    let last = queued ?? refused
    switch decision(on: intent) {
    case .nothing:
      wish = intent.name
    case .alreadyDeleted:
      break
    case .cancel:
      wish = last?.conflict == .deletedThere ? nil : intent.name
      if last?.intent.action == .create || last?.conflict == .deletedThere { remove() }
      queued = nil
      refused = nil
    case .queue(let merged, let base, let conflict):
      wish = intent.name
      queued = Edit(intent: merged, base: base, sentName: last?.sentName, conflict: conflict)
      refused = nil
    }
  }

  /// The look before a rename or a delete is sent.
  mutating func look(_ sight: RemoteSight, under policy: ConflictPolicy, contests: Int) {
    guard let edit = queued else { return }
    let baseName = startingName(base: edit.base?.name, sent: edit.sentName, seen: sight.document?.name)
    let intent: StandingIntent =
      switch edit.intent {
      case .create: .none
      case .rename(let name): .rename(to: name, baseName: baseName, editedAt: Self.now)
      case .delete: .delete(baseName: baseName, editedAt: Self.now)
      }
    let standing = NetworkStanding(base: base, intent: intent, contests: contests)
    let decision = reconcile(standing, with: sight, under: policy, clock: Self.clock)
    switch decision.base {
    case .keep, .ignoreStale: break
    case .accept(let document, _): base = document
    case .remove: remove()
    }
    switch decision.edit {
    case .none: break
    case .goesOn, .prevails: rebase()
    case .satisfied: queued = nil
    case .yields:
      queued = nil
      wish = base?.name
    case .conflict(let kind): queued?.conflict = kind
    }
  }

  mutating func send() {
    flying = queued
    queued = nil
    if case .rename(let name)? = flying?.intent { flying?.sentName = name }
  }

  mutating func settle(_ answer: PushAnswer) {
    guard let sent = flying else { return }
    switch NetsyncReconcile.settle(sent.intent, base: sent.base?.name, answer) {
    case .landed(let document?):
      flying = nil
      base = document
      rebase()
    case .landed(nil):
      flying = nil
      remove()
    case .retry, .stop:
      returnToQueue()
    case .doubt:
      isInDoubt = true
    case .conflict(let kind):
      returnToQueue(conflict: kind)
      if queued == nil { remove() } else { queued?.conflict = kind }
    case .deadLetter:
      if queued == nil {
        refused = sent
        refused?.sentName = nil
        flying = nil
      } else {
        returnToQueue(isRefused: true)
      }
    }
  }

  /// The process died while it was on its way.
  mutating func recover() {
    guard let sent = flying else { return }
    switch NetsyncReconcile.recover(sent.intent) {
    case .wait: returnToQueue()
    case .doubt: isInDoubt = true
    }
  }

  private mutating func returnToQueue(isRefused: Bool = false, conflict: ConflictKind? = nil) {
    guard let sent = flying else { return }
    flying = nil
    guard let follower = queued else {
      queued = sent
      return
    }
    let standing = EditStanding(
      base: standing.base,
      queued: QueuedEdit(
        sent.intent,
        base: sent.base,
        isRefused: isRefused,
        conflict: conflict,
        mayHaveArrived: sent.sentName != nil && !isRefused
      )
    )
    switch coalesce(follower.intent, onto: standing) {
    case .nothing, .alreadyDeleted:
      queued = sent
    case .cancel:
      queued = nil
      if sent.intent.action == .create { remove() }
    case .queue(let intent, let base, _):
      queued = Edit(intent: intent, base: base, sentName: isRefused ? nil : sent.sentName)
    }
  }

  /// What waits goes on upon the base.
  private mutating func rebase() {
    guard let base else { return }
    queued?.base = EditBase(name: base.name, updatedAt: base.updatedAt)
    queued?.conflict = nil
  }

  private mutating func remove() {
    base = nil
    isGone = true
  }
}

extension PushLane {
  /// The outbox that holds this lane alone.
  ///
  /// - Parameter notBefore: of an edit that waits.
  func operations(notBefore: Timestamp?) -> [Operation] {
    var operations: [Operation] = []
    if let flying {
      let arming = Arming(notBefore: .at(0), known: [])
      let state = isInDoubt ? OperationState.inDoubt(Doubt(arming: arming, nextLook: Self.now)) : .sending(arming)
      operations.append(operation(1, flying, state))
    }
    if let queued {
      operations.append(operation(2, queued, queued.conflict.map { .conflict($0) } ?? .waiting(notBefore: notBefore)))
    }
    if let refused { operations.append(operation(3, refused, .refused)) }
    return operations
  }

  private func operation(_ number: Int64, _ edit: Edit, _ state: OperationState) -> Operation {
    Operation(
      edit: EditNumber(rawValue: number),
      network: NetworkKey(rawValue: 1),
      intent: edit.intent,
      base: edit.base,
      sentName: edit.sentName,
      editedAt: Self.now,
      state: state
    )
  }
}
