import NetsyncModel
import NetsyncReconcile

/// One cell of queued × in flight × edit × base.
struct CoalesceCell {
  var standing: EditStanding
  var edit: Intent

  /// Every combination, those too that no outbox can be in.
  static func all() -> [CoalesceCell] {
    var cells: [CoalesceCell] = []
    for base in [nil, EditBase(name: NetworkName("a"), updatedAt: .at(0))] {
      for inFlight in [nil, .create(NetworkName("a")), .to("b"), .delete] as [Intent?] {
        for queued in queuedEdits() {
          for edit in [Intent.create(NetworkName("a")), .to("a"), .to("b"), .to("c"), .delete] {
            let standing = EditStanding(base: base, queued: queued, inFlight: inFlight)
            cells.append(CoalesceCell(standing: standing, edit: edit))
          }
        }
      }
    }
    return cells
  }

  /// Nothing, or an edit made on a name that is nobody's by now, so that its base cannot be taken for another.
  private static func queuedEdits() -> [QueuedEdit?] {
    let first = EditBase(name: NetworkName("first"), updatedAt: .at(-60))
    var queued: [QueuedEdit?] = [nil]
    for intent in [Intent.create(NetworkName("b")), .to("a"), .to("b"), .to("c"), .delete] {
      let base = intent.action == .create ? nil : first
      queued.append(QueuedEdit(intent, base: base))
      queued.append(QueuedEdit(intent, base: base, isRefused: true))
      queued.append(QueuedEdit(intent, base: base, mayHaveArrived: true))
      for conflict in ConflictKind.allCases {
        queued.append(QueuedEdit(intent, base: base, conflict: conflict))
      }
    }
    return queued
  }
}

/// What the server has, or will have: the name, or no network.
extension CoalesceCell {
  /// When what is on its way has arrived.
  private var ahead: NetworkName? {
    guard let inFlight = standing.inFlight else { return standing.base?.name }
    return inFlight.name
  }

  /// When what is queued has arrived too; a refused edit never does.
  private var before: NetworkName? {
    guard let queued = standing.queued, !queued.isRefused else { return ahead }
    return queued.intent.name
  }

  private func after(_ decision: CoalesceDecision) -> NetworkName? {
    switch decision {
    case .queue(let intent, _, _): intent.name
    case .cancel: ahead
    case .nothing, .alreadyDeleted: before
    }
  }

  /// Whether an outbox can come to this: see the operations' lanes (I5), and what merges.
  var isReachable: Bool {
    switch (standing.base, standing.inFlight, standing.queued) {
    case (nil, nil, nil): edit.action == .create
    case (nil, nil, let queued?): isNew(queued) && edit.action != .create
    case (nil, .create?, let queued), (_?, .rename?, let queued):
      edit.action != .create && (queued.map { isBehind($0) } ?? true)
    case (_?, nil, let queued): edit.action != .create && (queued.map { isOnBase($0) } ?? true)
    case (_?, .delete?, nil): edit.action != .create
    default: false
    }
  }

  private func isNew(_ queued: QueuedEdit) -> Bool {
    queued.intent.action == .create && queued.conflict == nil && !queued.mayHaveArrived
  }

  private func isBehind(_ queued: QueuedEdit) -> Bool {
    isOnBase(queued) && !queued.isRefused && !queued.mayHaveArrived && queued.conflict == nil
  }

  private func isOnBase(_ queued: QueuedEdit) -> Bool {
    let isAgreed = queued.intent == .delete && queued.conflict == .deletedThere
    return queued.intent.action != .create && queued.intent.name != ahead && !isAgreed
  }

  private var isGoneThere: Bool { standing.queued?.conflict == .deletedThere }

  /// Only of a rename: an unanswered create is in doubt, and a delete that arrived is what was wanted.
  private var mayHaveArrived: Bool {
    guard let queued = standing.queued else { return false }
    return queued.mayHaveArrived && queued.intent.action == .rename
  }
}

/// What holds of every decision.
extension CoalesceCell {
  /// The promises that this cell breaks, as sentences.
  var brokenPromises: [String] {
    let decision = coalesce(edit, onto: standing)
    var promises = Promises()
    checkForm(decision, &promises)
    if isReachable { checkMeaning(decision, &promises) }
    return promises.broken
  }

  private func checkForm(_ decision: CoalesceDecision, _ promises: inout Promises) {
    let queued = standing.queued
    switch decision {
    case .queue(let intent, _, let conflict):
      let isMergedCreate = queued?.intent.action == .create && intent == edit.name.map(Intent.create)
      promises.expect("what is queued is what was asked for", intent == edit || isMergedCreate)
      promises.expect("a conflict comes from a conflict", conflict == nil || queued?.conflict != nil)
    case .cancel:
      promises.expect("only what is queued is taken back", queued != nil)
    case .nothing:
      promises.expect("a create asks for something", edit.action != .create)
    case .alreadyDeleted:
      let isDeleting = queued?.intent == .delete || standing.inFlight == .delete
      promises.expect("only a deletion that waits stands in the way", isDeleting)
    }
  }

  private func checkMeaning(_ decision: CoalesceDecision, _ promises: inout Promises) {
    let isBlocked = decision == .alreadyDeleted
    let isGivenUp = isGoneThere && decision == .cancel
    let isMeant = isBlocked || isGivenUp || after(decision) == edit.name
    promises.expect("the server comes to have what was asked for", isMeant)
    promises.expect("what may have arrived is not just forgotten", !mayHaveArrived || decision != .cancel)
    promises.expect("only what is deleted cannot be edited", !isBlocked || before == nil)
    guard case .queue(let intent, let base, let conflict) = decision else { return }
    promises.expect("nothing is sent that is so already", intent.name != ahead || mayHaveArrived)
    promises.expect("the edit keeps the base that it was made on", base == expectedBase(of: intent))
    promises.expect("a conflict stays one", (conflict == nil) == (standing.queued?.conflict == nil))
  }

  private func expectedBase(of intent: Intent) -> EditBase? {
    if intent.action == .create { return nil }
    if let queued = standing.queued, queued.intent.action == .rename, !queued.isRefused { return queued.base }
    if let sent = standing.inFlight?.name { return EditBase(name: sent, updatedAt: nil) }
    return standing.base
  }
}
