package import NetsyncModel

/// Why a pull or a push did not do all that it was asked: the one classification of failures that rules go by.
package enum FailureClass: Hashable, Sendable {
  /// The file is damaged, or another version's.
  case replicaUnusable
  /// The file could not be read or written.
  case storage
  case keyRejected
  case held(Guard)
  /// The server wants to be left alone for so long, and nothing was asked.
  case silence(Duration)
  /// The server wants fewer requests, and to be left alone for so long where it named a time.
  case throttled(Duration?)
  /// Nobody answered, or the server was in trouble.
  case unreachable(ofOneRecord: Bool)
  /// The server refused what was asked, or what it answered makes no sense.
  case misunderstood(ofOneRecord: Bool)
  /// Single records of a listing could not be understood, and everything else was taken in.
  case setAside
  /// The time given ran out.
  case timedOut
  case stopped
  /// Another process syncs.
  case busy

  /// Of an answer.
  ///
  /// - Parameter silence: how long the server wants to be left alone, where it said so.
  package init(_ failure: APIFailure, silence: Duration?) {
    switch failure {
    case .credentials: self = .keyRejected
    case .slowDown: self = .throttled(silence)
    case .serverFault, .unreachable, .noAnswer: self = .unreachable(ofOneRecord: failure.mayBeOfOneRecord)
    case .gone, .refused, .notUnderstood: self = .misunderstood(ofOneRecord: failure.mayBeOfOneRecord)
    }
  }
}

/// What a pull came to, as far as verdicts depend on it.
package struct PullFacts: Hashable, Sendable {
  package var failure: FailureClass?
  /// The sweep can say what is missing.
  package var isComplete: Bool
  /// Every network was read, whatever became of the interfaces.
  package var hasNetworks: Bool
  /// Any network was listed.
  package var hasListed: Bool
  /// Anything was new, other or gone.
  package var hasNews: Bool

  package init(
    failure: FailureClass? = nil,
    isComplete: Bool = false,
    hasNetworks: Bool = false,
    hasListed: Bool = false,
    hasNews: Bool = false
  ) {
    self.failure = failure
    self.isComplete = isComplete
    self.hasNetworks = hasNetworks
    self.hasListed = hasListed
    self.hasNews = hasNews
  }
}

/// What a push came to, as far as verdicts depend on it. Counts are of the edits that it was about.
package struct PushFacts: Hashable, Sendable {
  package var failure: FailureClass?
  /// Every edit had its turn, whatever became of it.
  package var isThrough: Bool
  package var sent: Int
  /// Planned edits that are no longer what was planned.
  package var moved: Int
  package var refused: Int
  package var conflicts: Int
  /// Creates in doubt that a person decides about.
  package var undecided: Int
  package var held: Int
  /// That wait, and creates in doubt.
  package var unsettled: Int

  package init(
    failure: FailureClass? = nil,
    isThrough: Bool = true,
    sent: Int = 0,
    moved: Int = 0,
    refused: Int = 0,
    conflicts: Int = 0,
    undecided: Int = 0,
    held: Int = 0,
    unsettled: Int = 0
  ) {
    self.failure = failure
    self.isThrough = isThrough
    self.sent = sent
    self.moved = moved
    self.refused = refused
    self.conflicts = conflicts
    self.undecided = undecided
    self.held = held
    self.unsettled = unsettled
  }
}

/// How a sync ended, for whoever acts upon it: the worst that is left, in the order in which the exit codes of the command line are
/// said where several apply.
package enum SyncEnd: CaseIterable, Hashable, Sendable {
  /// The replica cannot be used.
  case damaged
  case keyRejected
  /// A guard holds what would be destroyed, or what was planned is no longer so.
  case held
  /// A conflict, or a create in doubt that looks could not settle: a person decides.
  case undecided
  /// The server refused edits for good.
  case refused
  /// Trying later can help.
  case notNow
  case failed
  case busy
  case stopped
  case done

  /// Whether this one is said where both apply. What is not in the contract's order gives way to what is, and to what came first.
  package func outranks(_ other: SyncEnd) -> Bool { rank < other.rank }

  /// What a failure leaves.
  package init(_ failure: FailureClass) {
    switch failure {
    case .replicaUnusable: self = .damaged
    case .keyRejected: self = .keyRejected
    case .held: self = .held
    case .silence, .throttled, .unreachable, .timedOut: self = .notNow
    case .storage, .misunderstood, .setAside: self = .failed
    case .stopped: self = .stopped
    case .busy: self = .busy
    }
  }

  private var rank: Int {
    switch self {
    case .damaged: 0
    case .keyRejected: 1
    case .held: 2
    case .undecided: 3
    case .refused: 4
    case .notNow: 5
    case .failed, .busy, .stopped: 6
    case .done: 7
    }
  }
}

/// The verdict on a sync. Exit codes, the library's outcome, the schedule of a daemon and the metrics are projections of it.
package struct SyncVerdict: Hashable, Sendable {
  /// How each half ended; nil for one that was not asked for, or not worth while.
  package var pull: CycleOutcome?
  package var push: CycleOutcome?
  /// The worst that is left.
  package var end: SyncEnd
  /// Whether the push has left it; else the pull has.
  package var isOfPush: Bool
  /// What it came to, as far as it matters for when the next one is due.
  package var pace: CycleResult

  package init(pull: CycleOutcome?, push: CycleOutcome?, end: SyncEnd, isOfPush: Bool, pace: CycleResult) {
    self.pull = pull
    self.push = push
    self.end = end
    self.isOfPush = isOfPush
    self.pace = pace
  }
}

/// The verdict on a pull, a push, or a sync of both.
///
/// | pull | push | end | pace |
/// |------|------|-----|------|
/// | all read, nothing new | nothing left | done | quiet |
/// | all read, something new | nothing left | done | changed |
/// | the key was rejected | not made | key rejected | key rejected |
/// | one interface list refused | nothing left | failed | quiet |
/// | removals held | sent | held | undecided |
/// | all read | a conflict is open | undecided | undecided |
/// | all read | the time ran out, a conflict is open | undecided | quiet |
/// | all read | the server was not there any more | not now | unreachable |
package func verdict(pull: PullFacts? = nil, push: PushFacts? = nil) -> SyncVerdict {
  let (pullEnd, pushEnd) = (pull.map(end(of:)), push.map(end(of:)))
  let isOfPush = pushEnd.map { $0.outranks(pullEnd ?? .done) || pullEnd == nil } ?? false
  return SyncVerdict(
    pull: pull.map(outcome(of:)),
    push: push.map(outcome(of:)),
    end: (isOfPush ? pushEnd : pullEnd) ?? .done,
    isOfPush: isOfPush,
    pace: pace(pull, push)
  )
}

/// Whether a push after the pull would be in vain, or wrong.
package func endsSync(_ pull: PullFacts) -> Bool {
  switch pull.failure {
  case nil, .setAside: false
  case .held(let reason): reason == .otherAccount
  case .unreachable(let ofOneRecord), .misunderstood(let ofOneRecord): !pull.hasNetworks || !ofOneRecord
  case .timedOut: !pull.hasNetworks
  case .replicaUnusable, .storage, .keyRejected, .silence, .throttled, .stopped, .busy: true
  }
}

// MARK: How it ended

private func end(of pull: PullFacts) -> SyncEnd {
  pull.failure.map { SyncEnd($0) } ?? .done
}

private func end(of push: PushFacts) -> SyncEnd {
  let failed = push.failure.map { SyncEnd($0) }
  switch failed {
  case .damaged, .keyRejected, .held: return failed ?? .failed
  case .undecided, .refused, .notNow, .failed, .busy, .stopped, .done, nil: break
  }
  if push.moved > 0 { return .held }
  if push.conflicts > 0 || push.undecided > 0 { return .undecided }
  if push.refused > 0 { return .refused }
  return failed ?? (push.unsettled > 0 ? .notNow : .done)
}

// MARK: In a word

/// A pull in a word.
package func outcome(of pull: PullFacts) -> CycleOutcome {
  switch pull.failure {
  case nil: pull.isComplete ? .ok : .partial
  case .held: .held
  case .stopped, .timedOut, .setAside: .partial
  case .unreachable, .throttled: pull.isComplete || pull.hasListed ? .partial : .offline
  case .silence: .offline
  case .keyRejected, .misunderstood: pull.isComplete ? .partial : .error
  case .replicaUnusable, .storage, .busy: .error
  }
}

/// A push in the words of a pull.
package func outcome(of push: PushFacts) -> CycleOutcome {
  let later: CycleOutcome = push.sent > 0 ? .partial : .offline
  switch push.failure {
  case .held: return .held
  case .keyRejected, .replicaUnusable, .storage: return .error
  case _ where push.moved > 0: return .held
  case _ where push.conflicts + push.undecided + push.refused > 0: return .partial
  case .stopped: return .partial
  case .silence, .throttled, .timedOut, .unreachable: return later
  case .misunderstood, .setAside: return push.isThrough && push.sent > 0 ? .partial : .error
  case .busy: return .error
  case nil: return push.unsettled > 0 ? later : .ok
  }
}

// MARK: When to come back

private func pace(_ pull: PullFacts?, _ push: PushFacts?) -> CycleResult {
  // What one network's list is in trouble with is asked for again with the next pull, and is no reason to come less often.
  if let pull, let failure = pull.failure, isForAll(failure, pull) { return result(of: failure) }
  let pushed = push.map(result(of:)) ?? .quiet
  guard pushed.isOnline else { return pushed }
  return pull?.hasNews == true || pull != nil && push?.sent ?? 0 > 0 ? .changed : pushed
}

private func isForAll(_ failure: FailureClass, _ pull: PullFacts) -> Bool {
  if case .held = failure { return true }
  // What is set aside may be so for ever.
  return endsSync(pull) || !pull.isComplete && failure != .setAside
}

private func result(of push: PushFacts) -> CycleResult {
  if let failure = push.failure, !push.isThrough { return result(of: failure) }
  return push.conflicts + push.undecided + push.held + push.refused > 0 ? .undecided : .quiet
}

private func result(of failure: FailureClass) -> CycleResult {
  switch failure {
  case .keyRejected: .keyRejected
  case .silence(let wait): .silence(wait)
  case .throttled(let wait): wait.map { .silence($0) } ?? .throttled
  case .unreachable: .unreachable
  case .held: .undecided
  case .busy: .busy
  // What was not done in the time of one sync is done by the next.
  case .timedOut, .stopped: .quiet
  case .misunderstood, .setAside, .replicaUnusable, .storage: .failed
  }
}
