package import NetsyncModel
package import NetsyncReconcile
package import NetsyncReplica

/// Why a pull or a push did not do all that it was asked.
package enum CycleFailure: Error, Hashable, Sendable {
  /// The API was asked, and said no or nothing. `request` is the last one asked.
  case api(APIFailure, request: String, tries: Int)
  /// The server asked for silence for longer than there was time.
  case quiet(until: Timestamp)
  /// The time given ran out.
  case timedOut(Duration)
  /// A stop was requested.
  case stopped
  /// The replica could not be read or written.
  case replica(ReplicaError)
  /// Another process syncs, and did not end within the wait.
  case busy(Duration)
  /// Single records of the listings cannot be understood; everything else was taken in.
  case setAside([SetAsideRecord])
  /// A guard holds what would be destroyed; `count` networks or edits.
  case held(Guard, count: Int)
}

/// A failure, as it is told and as the rules go by it.
package struct FailedCycle: Hashable, Sendable {
  package var failure: CycleFailure
  package var kind: FailureClass

  package init(failure: CycleFailure, kind: FailureClass) {
    self.failure = failure
    self.kind = kind
  }
}

/// What a pull did.
package struct PullReport: Hashable, Sendable {
  /// nil where it did not come to that.
  package var sweep: Int64?
  package var counts = SweepCounts()
  package var duration = Duration.zero
  package var isComplete = false
  package var failed: FailedCycle?
  /// Every network was read, whatever became of the interfaces.
  package var hasNetworks = false
  /// Conflicts that are open after it.
  package var conflicts = 0
  /// What the policy made of conflicts meanwhile.
  package var verdicts = PolicyVerdicts()

  package init() {}

  package var failure: CycleFailure? { failed?.failure }

  /// In a word.
  package var outcome: CycleOutcome { NetsyncReconcile.outcome(of: facts) }

  /// What verdicts go by.
  package var facts: PullFacts {
    PullFacts(
      failure: failed?.kind,
      isComplete: isComplete,
      hasNetworks: hasNetworks,
      hasListed: counts.listed > 0,
      hasNews: counts.new + counts.changed + counts.gone > 0
    )
  }
}

/// What a push did.
package struct PushReport: Hashable, Sendable {
  /// Edits that were sent and answered, or found to be there already.
  package var created = 0
  package var renamed = 0
  package var deleted = 0
  /// Edits that the server refused for good in this push.
  package var refused = 0
  /// What the policy made of conflicts meanwhile.
  package var verdicts = PolicyVerdicts()
  /// What is told of edits after which the server has another name than they wanted.
  package var alteredNames: [JournalChange] = []
  package var requests = 0
  package var bytes = 0
  package var duration = Duration.zero
  package var failed: FailedCycle?
  /// Every edit had its turn, whatever became of it.
  package var isThrough = false
  /// Edits of plan files that were not sent, since the edit or its base has changed.
  package var moved = 0
  // What is left of the edits that it was about.
  package var inDoubt = 0
  package var conflicts = 0
  package var waiting = 0
  package var held = 0
  /// Creates in doubt that a person decides about.
  package var undecided = 0

  package var sent: Int { created + renamed + deleted }

  package init() {}

  package var failure: CycleFailure? { failed?.failure }

  /// In the words of a pull.
  package var outcome: CycleOutcome { NetsyncReconcile.outcome(of: facts) }

  /// What verdicts go by.
  package var facts: PushFacts {
    PushFacts(
      failure: failed?.kind,
      isThrough: isThrough,
      sent: sent,
      moved: moved,
      refused: refused,
      conflicts: conflicts,
      undecided: undecided,
      held: held,
      unsettled: waiting + inDoubt
    )
  }
}

/// What a sync did: a pull, a push, or both.
package struct SyncReport: Hashable, Sendable {
  /// nil where none was asked for.
  package var pull: PullReport?
  /// nil where none was asked for, or where it would have been in vain after the pull.
  package var push: PushReport?

  package init(pull: PullReport? = nil, push: PushReport? = nil) {
    self.pull = pull
    self.push = push
  }

  package var verdict: SyncVerdict { NetsyncReconcile.verdict(pull: pull?.facts, push: push?.facts) }

  /// The failure that the verdict speaks of, where a failure made it.
  package var failure: CycleFailure? { verdict.isOfPush ? push?.failure : pull?.failure }

  /// What the policy made of conflicts, in both halves.
  package var verdicts: PolicyVerdicts { (pull?.verdicts ?? PolicyVerdicts()) + (push?.verdicts ?? PolicyVerdicts()) }
}

extension SyncEngine {
  /// Classifies a failure, once.
  func failed(_ failure: CycleFailure) -> FailedCycle {
    let now = environment.now()
    let kind: FailureClass =
      switch failure {
      case .api(let failure, request: _, tries: _):
        FailureClass(failure, silence: quietTime.left(at: now))
      case .quiet(let until): .silence(until.since(now))
      case .timedOut: .timedOut
      case .stopped: .stopped
      case .replica(.damaged), .replica(.newer), .replica(.notAReplica): .replicaUnusable
      case .replica: .storage
      case .busy: .busy
      case .setAside: .setAside
      case .held(let reason, count: _): .held(reason)
      }
    return FailedCycle(failure: failure, kind: kind)
  }
}
