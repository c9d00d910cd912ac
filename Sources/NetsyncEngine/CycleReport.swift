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
  /// A guard holds what would be destroyed; `count` networks or edits.
  case held(Guard, count: Int)
}

/// What a pull did.
package struct PullReport: Hashable, Sendable {
  package var counts = SweepCounts()
  package var duration = Duration.zero
  package var isComplete = false
  package var outcome = PullOutcome.error
  package var failure: CycleFailure?
  /// Every network was read, whatever became of the interfaces.
  package var hasNetworks = false
  /// Conflicts that are open after it.
  package var conflicts = 0
  /// What the policy made of conflicts meanwhile.
  package var verdicts = PolicyVerdicts()

  package init() {}

  /// Whether a push after it would be in vain, or wrong.
  package var endsCycle: Bool {
    switch failure {
    case nil: false
    case .held(.otherAccount, _): true
    case .held: false
    case .api(let failure, request: _, tries: _): !hasNetworks || !failure.mayBeOfOneRecord
    case .timedOut: !hasNetworks
    case .quiet, .stopped, .replica, .busy: true
    }
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
  package var requests = 0
  package var bytes = 0
  package var duration = Duration.zero
  package var failure: CycleFailure?
  /// Every edit had its turn, whatever became of it.
  package var isThrough = false
  /// Edits of plan files that were not sent, since the edit or its base has changed.
  package var moved = 0
  // What is left of the edits that it was about.
  package var inDoubt = 0
  package var conflicts = 0
  package var waiting = 0
  package var held = 0
  /// Creates in doubt with several candidates.
  package var undecided = 0

  package var sent: Int { created + renamed + deleted }

  package init() {}

  /// How it ended, in the words of a pull.
  package var outcome: PullOutcome {
    let later: PullOutcome = sent > 0 ? .partial : .offline
    switch failure {
    case .held: return .held
    case .api(.credentials, request: _, tries: _), .replica: return .error
    case _ where moved > 0: return .held
    case _ where conflicts + undecided + refused > 0: return .partial
    case .stopped: return .partial
    case .quiet, .timedOut: return later
    case .api(let failure, request: _, tries: _) where failure.isTransient: return later
    case .api: return isThrough && sent > 0 ? .partial : .error
    case .busy: return .error
    case nil: return waiting + inDoubt > 0 ? later : .ok
    }
  }
}

extension CycleFailure {
  /// The guard that held what would have been destroyed, if one did.
  var held: Guard? {
    if case .held(let reason, count: _) = self { reason } else { nil }
  }
}
