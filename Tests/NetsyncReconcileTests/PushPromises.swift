import NetsyncModel
import NetsyncReconcile

/// What holds of a lane after every step of the walk, in whatever way it came to be.
struct PushPromises {
  let lane: WalkedLane
  let fate: PushSpace.Fate
  /// What was sent, or would have been.
  let head: Intent?

  func check(_ walk: inout Walk, in cell: () -> String) {
    checkEdits(&walk, cell)
    checkPlan(&walk, cell)
    checkDue(&walk, cell)
  }

  private func checkEdits(_ walk: inout Walk, _ cell: () -> String) {
    func expect(_ promise: String, _ holds: Bool) { walk.expect(promise, holds, in: cell()) }
    expect("what was asked for is pending, refused, or so", isWishKept)
    let isSending = lane.flying != nil && !lane.isInDoubt
    expect("nothing is on its way once its answer is settled", !isSending)
    let isUnknownCreate = fate.isUnknown && head?.action == .create
    expect("a create that may stand is in doubt, and nothing else is", lane.isInDoubt == isUnknownCreate)
    let isAgreed = lane.conflict == .deletedThere && lane.queued?.intent == .delete
    expect("deleted on both sides is no conflict", !isAgreed)
    expect("a refused edit stands alone", lane.refused == nil || (lane.queued == nil && lane.flying == nil))
    expect("nothing waits for a network that is gone", !lane.isGone || (lane.queued == nil && lane.flying == nil))
    guard !lane.isGone, lane.refused == nil else { return }
    let again = lane.wish.map { Intent.rename(to: $0) } ?? .delete
    expect("asked for again it is nothing new", lane.isNothingNew(again))
  }

  private var isWishKept: Bool {
    if let pending = lane.queued ?? lane.flying ?? lane.refused { return pending.intent.name == lane.wish }
    return lane.isGone ? lane.wish == nil : lane.base?.name == lane.wish
  }

  private func checkPlan(_ walk: inout Walk, _ cell: () -> String) {
    func expect(_ promise: String, _ holds: Bool) { walk.expect(promise, holds, in: cell()) }
    let operations = operations
    let plan = planPush(operations, known: 100, approved: nil)
    expect("a plan leaves no edit out", plan.actions.count + plan.held.count == operations.count)
    expect(
      "a plan sends what waits, and that alone",
      plan.actions.map(\.edit) == (isReady ? [lane.queued?.edit] : [])
    )
    let guarded = planPush(operations, known: 100, approved: 0)
    let isSent = isReady && lane.queued?.intent != .delete
    expect("a deletion that is not allowed is held, and nothing else", guarded.actions.count == (isSent ? 1 : 0))
  }

  private func checkDue(_ walk: inout Walk, _ cell: () -> String) {
    func expect(_ promise: String, _ holds: Bool) { walk.expect(promise, holds, in: cell()) }
    let operations = operations
    for isIgnored in [false, true] {
      let due = dueOperations(operations, now: WalkedLane.now, clock: WalkedLane.clock) { _ in isIgnored }
      let isWaiting = isReady && notBefore != nil && !isIgnored
      let expected = lane.isInDoubt ? lane.flying?.edit : isReady && !isWaiting ? lane.queued?.edit : nil
      expect(
        "of a lane the oldest edit is worked on, and one at a time",
        due.now.map(\.edit) == [expected].compactMap(\.self)
      )
      expect("a backoff is sat out to its end", due.next == (isWaiting ? notBefore : nil))
    }
  }

  /// Whether the queued edit can be sent.
  private var isReady: Bool { lane.queued != nil && lane.flying == nil && lane.conflict == nil }

  /// The outbox that holds this lane alone, with what waits in it waiting for as long as the cell says.
  private var operations: [OutboxOperation] {
    lane.lane.operations.map { operation in
      guard case .waiting = operation.state else { return operation }
      return operation.moved(to: .waiting(notBefore: notBefore))
    }
  }

  private var notBefore: Timestamp? {
    if case .unsent(let notBefore) = fate { notBefore } else { nil }
  }
}
