import NetsyncModel
import NetsyncReconcile

/// What holds of a lane after every step of the walk, in whatever way it came to be.
struct PushPromises {
  let lane: PushLane
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
    let isAgreed = lane.queued?.conflict == .deletedThere && lane.queued?.intent == .delete
    expect("deleted on both sides is no conflict", !isAgreed)
    expect("a refused edit stands alone", lane.refused == nil || (lane.queued == nil && lane.flying == nil))
    expect("nothing waits for a network that is gone", !lane.isGone || (lane.queued == nil && lane.flying == nil))
    guard !lane.isGone, lane.refused == nil else { return }
    let again = lane.wish.map { Intent.rename(to: $0) } ?? .delete
    expect("asked for again it is nothing new", lane.decision(on: again) == .nothing)
  }

  private var isWishKept: Bool {
    if let pending = lane.queued ?? lane.flying ?? lane.refused { return pending.intent.name == lane.wish }
    return lane.isGone ? lane.wish == nil : lane.base?.name == lane.wish
  }

  private func checkPlan(_ walk: inout Walk, _ cell: () -> String) {
    func expect(_ promise: String, _ holds: Bool) { walk.expect(promise, holds, in: cell()) }
    let operations = lane.operations(notBefore: notBefore)
    let plan = planPush(operations, known: 100, approved: nil)
    expect("a plan leaves no edit out", plan.actions.count + plan.held.count == operations.count)
    expect(
      "a plan sends what waits, and that alone",
      plan.actions.map(\.edit) == (isReady ? [EditNumber(rawValue: 2)] : [])
    )
    let guarded = planPush(operations, known: 100, approved: 0)
    let isSent = isReady && lane.queued?.intent != .delete
    expect("a deletion that is not allowed is held, and nothing else", guarded.actions.count == (isSent ? 1 : 0))
  }

  private func checkDue(_ walk: inout Walk, _ cell: () -> String) {
    func expect(_ promise: String, _ holds: Bool) { walk.expect(promise, holds, in: cell()) }
    let operations = lane.operations(notBefore: notBefore)
    for isIgnored in [false, true] {
      let (due, next) = dueOperations(operations, now: PushLane.now, clock: PushLane.clock) { _ in isIgnored }
      let isWaiting = isReady && notBefore != nil && !isIgnored
      let expected: Int64? = lane.isInDoubt ? 1 : isReady && !isWaiting ? 2 : nil
      expect(
        "of a lane the oldest edit is worked on, and one at a time",
        due.map(\.edit.rawValue) == [expected].compactMap(\.self)
      )
      expect("a backoff is sat out to its end", next == (isWaiting ? notBefore : nil))
    }
  }

  /// Whether the queued edit can be sent.
  private var isReady: Bool {
    guard let queued = lane.queued else { return false }
    return lane.flying == nil && queued.conflict == nil
  }

  private var notBefore: Timestamp? {
    if case .unsent(let notBefore) = fate { notBefore } else { nil }
  }
}
