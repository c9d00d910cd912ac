import NetsyncModel
import NetsyncReconcile
import Testing

/// One sync has one verdict: how it exits, what the library answers, when a daemon comes back and what is counted all follow from it.
struct SyncVerdictTests {
  private static let read = PullFacts(isComplete: true, hasNetworks: true, hasListed: true)

  @Test(
    arguments: [
      (nil, .ok, .done, .quiet),
      (.keyRejected, .error, .keyRejected, .keyRejected),
      (.silence(.seconds(9)), .offline, .notNow, .silence(.seconds(9))),
      (.throttled(nil), .partial, .notNow, .throttled),
      (.throttled(.seconds(7)), .partial, .notNow, .silence(.seconds(7))),
      (.unreachable(ofOneRecord: false), .partial, .notNow, .unreachable),
      (.misunderstood(ofOneRecord: false), .error, .failed, .failed),
      (.setAside, .partial, .failed, .quiet),
      (.held(.tooMany), .held, .held, .undecided),
      (.held(.otherAccount), .held, .held, .undecided),
      (.timedOut, .partial, .notNow, .quiet),
      (.stopped, .partial, .stopped, .quiet),
      (.busy, .error, .busy, .busy),
      (.storage, .error, .failed, .failed),
      (.replicaUnusable, .error, .damaged, .failed),
    ] as [(FailureClass?, CycleOutcome, SyncEnd, CycleResult)]
  )
  func `a pull by itself`(_ failure: FailureClass?, _ outcome: CycleOutcome, _ end: SyncEnd, _ pace: CycleResult) {
    var pull = Self.read
    pull.failure = failure
    pull.isComplete = failure == nil
    #expect(verdict(pull: pull) == SyncVerdict(pull: outcome, push: nil, end: end, isOfPush: false, pace: pace))
  }

  @Test(
    arguments: [
      (PushFacts(), .ok, .done, .quiet),
      (PushFacts(sent: 2), .ok, .done, .quiet),
      (PushFacts(conflicts: 1), .partial, .undecided, .undecided),
      (PushFacts(undecided: 1, unsettled: 1), .partial, .undecided, .undecided),
      (PushFacts(sent: 1, refused: 1), .partial, .refused, .undecided),
      (PushFacts(refused: 1, conflicts: 1), .partial, .undecided, .undecided),
      (PushFacts(moved: 1, conflicts: 1), .held, .held, .undecided),
      (PushFacts(failure: .held(.tooMany), sent: 1, held: 6), .held, .held, .undecided),
      (PushFacts(unsettled: 3), .offline, .notNow, .quiet),
      (PushFacts(sent: 1, unsettled: 3), .partial, .notNow, .quiet),
      (PushFacts(failure: .timedOut, isThrough: false, conflicts: 1), .partial, .undecided, .quiet),
      (
        PushFacts(failure: .unreachable(ofOneRecord: false), isThrough: false, unsettled: 1), .offline, .notNow,
        .unreachable
      ),
      (PushFacts(failure: .misunderstood(ofOneRecord: true), sent: 1, unsettled: 1), .partial, .failed, .quiet),
      (PushFacts(failure: .misunderstood(ofOneRecord: true), isThrough: false), .error, .failed, .failed),
      (PushFacts(failure: .keyRejected, isThrough: false, conflicts: 1), .error, .keyRejected, .keyRejected),
    ] as [(PushFacts, CycleOutcome, SyncEnd, CycleResult)]
  )
  func `a push by itself`(_ push: PushFacts, _ outcome: CycleOutcome, _ end: SyncEnd, _ pace: CycleResult) {
    #expect(verdict(push: push) == SyncVerdict(pull: nil, push: outcome, end: end, isOfPush: true, pace: pace))
  }

  @Test func `a sync has news where something came or went`() {
    var pull = Self.read
    #expect(verdict(pull: pull, push: PushFacts(sent: 1)).pace == .changed)
    #expect(verdict(pull: pull, push: PushFacts()).pace == .quiet)
    pull.hasNews = true
    #expect(verdict(pull: pull, push: PushFacts()).pace == .changed)
    #expect(
      verdict(pull: pull, push: PushFacts(failure: .unreachable(ofOneRecord: false), isThrough: false)).pace
        == .unreachable
    )
  }

  @Test
  func `what one network's interfaces are in trouble with does not keep edits from being sent, nor the daemon away`() {
    var pull = Self.read
    pull.failure = .misunderstood(ofOneRecord: true)
    #expect(!endsSync(pull))
    let verdict = verdict(pull: pull, push: PushFacts())
    #expect(verdict.end == .failed)
    #expect(!verdict.isOfPush)
    #expect(verdict.pace == .quiet)
    #expect(verdict.pull == .partial)
  }

  @Test func `of two ends the contract says which, and where it does not, the first`() {
    let order: [SyncEnd] = [.damaged, .keyRejected, .held, .undecided, .refused, .notNow, .failed, .done]
    for (index, end) in order.enumerated() {
      for other in order[(index + 1)...] { #expect(end.outranks(other) && !other.outranks(end), "\(end), \(other)") }
    }
    let equals: [SyncEnd] = [.failed, .busy, .stopped]
    for end in equals { for other in equals { #expect(!end.outranks(other)) } }
  }

  @Test func `every report has a verdict that leaves nothing out`() {
    var walk = Walk("verdict")
    for pull in Self.pulls {
      for push in Self.pushes where pull != nil || push != nil { VerdictCell(pull: pull, push: push).check(&walk) }
    }
    walk.conclude()
  }

  private static let failures: [FailureClass?] = [
    nil, .replicaUnusable, .storage, .keyRejected, .held(.tooMany), .held(.otherAccount), .silence(.seconds(5)),
    .throttled(nil), .throttled(.seconds(5)), .unreachable(ofOneRecord: true), .unreachable(ofOneRecord: false),
    .misunderstood(ofOneRecord: true), .misunderstood(ofOneRecord: false), .timedOut, .stopped, .busy,
  ]

  private static let pulls: [PullFacts?] = {
    var pulls: [PullFacts?] = [nil]
    for failure in failures {
      for bits in 0..<16 {
        var pull = PullFacts(failure: failure)
        pull.isComplete = bits & 1 != 0
        pull.hasNetworks = bits & 2 != 0
        pull.hasListed = bits & 4 != 0
        pull.hasNews = bits & 8 != 0
        pulls.append(pull)
      }
    }
    return pulls
  }()

  private static let pushes: [PushFacts?] = {
    var pushes: [PushFacts?] = [nil]
    for failure in failures {
      for bits in 0..<256 {
        var push = PushFacts(failure: failure, isThrough: bits & 1 != 0)
        push.sent = bits >> 1 & 1
        push.moved = bits >> 2 & 1
        push.refused = bits >> 3 & 1
        push.conflicts = bits >> 4 & 1
        push.undecided = bits >> 5 & 1
        push.held = bits >> 6 & 1
        push.unsettled = bits >> 7 & 1
        pushes.append(push)
      }
    }
    return pushes
  }()
}

private struct VerdictCell {
  let pull: PullFacts?
  let push: PushFacts?

  func check(_ walk: inout Walk) {
    walk.enter()
    let verdict = verdict(pull: pull, push: push)
    func expect(_ promise: String, _ holds: Bool) {
      walk.expect(promise, holds, in: "\(String(describing: pull)), \(String(describing: push)): \(verdict)")
    }
    let failures = [pull?.failure, push?.failure].compactMap(\.self)
    let left = push.map { $0.moved + $0.refused + $0.conflicts + $0.undecided + $0.unsettled > 0 } ?? false
    expect(
      "done is said where nothing failed and nothing is left, and only there",
      (verdict.end == .done) == (failures.isEmpty && !left)
    )
    expect(
      "a half that was not asked for has no word",
      (verdict.pull == nil) == (pull == nil) && (verdict.push == nil) == (push == nil)
    )
    expect("ok is no word for a failure", verdict.pull != .ok || pull?.failure == nil)
    expect("ok is no word for what is left", verdict.push != .ok || (push?.failure == nil && !left))
    expect("no failure is told as less than it is", failures.allSatisfy { !SyncEnd($0).outranks(verdict.end) })
    let halves = [
      pull.map { NetsyncReconcile.verdict(pull: $0).end }, push.map { NetsyncReconcile.verdict(push: $0).end },
    ].compactMap(\.self)
    expect("the worse half is told", halves.contains(verdict.end) && halves.allSatisfy { !$0.outranks(verdict.end) })
    expect("a rejected key is not asked with as if nothing were", !failures.contains(.keyRejected) || isLate(verdict))
  }

  /// Where the key was rejected for all, the next try comes late.
  private func isLate(_ verdict: SyncVerdict) -> Bool {
    let isForAll = pull?.failure == .keyRejected || push.map { $0.failure == .keyRejected && !$0.isThrough } ?? false
    let other = pull?.failure.map { $0 != .keyRejected } ?? false
    return !isForAll || other || verdict.pace == .keyRejected
  }
}
