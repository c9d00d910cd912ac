import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// What a pull may do.
package struct PullOptions: Hashable, Sendable {
  package var networksOnly = false
  /// Removals that a person has allowed; nil for the default limit.
  package var maximumDeletes: Int?
  /// A person has said that another account is meant.
  package var acceptsAccount = false
  package var timeout: Duration = .seconds(300)
  /// How long to wait for another process that syncs.
  package var wait: Duration = .seconds(30)
  /// How often a server that has not answered yet is asked. Whoever comes back by himself asks once.
  package var triesUnanswered = Limits.triesUnanswered

  package init() {}
}

/// How far a pull has come.
package struct PullProgress: Hashable, Sendable {
  package enum Stage: Hashable, Sendable { case networks, interfaces }

  package var stage: Stage
  package var done: Int
  /// nil until the server has told.
  package var total: Int?
}

extension SyncEngine {
  /// One complete sweep of the networks, then of the interfaces of each.
  ///
  /// In: the API's pages. Out: the replica's bases, each page applied with its checkpoint. Whatever fails, what was applied
  /// stays, nothing is removed but on a 404 for that very id, and the outbox keeps every edit.
  package func pull(
    _ options: PullOptions,
    onProgress: @Sendable (PullProgress) -> Void = { _ in }
  ) async -> PullReport {
    await observed { await report(of: options, onProgress) }
  }

  private func report(
    of options: PullOptions,
    _ onProgress: @Sendable (PullProgress) -> Void
  ) async -> PullReport {
    var report = PullReport()
    let elapsed = environment.stopwatch()
    do {
      try await cycle(waiting: options.wait, timeout: options.timeout, tries: options.triesUnanswered) {
        requests,
        meta throws(CycleFailure) in
        try await sweep(requests, meta, options, onProgress, into: &report)
      }
    } catch {
      report.failure = report.failure ?? error
    }
    report.duration = elapsed()
    return report
  }

  private func sweep(
    _ requests: Requests,
    _ meta: ReplicaMeta,
    _ options: PullOptions,
    _ onProgress: @Sendable (PullProgress) -> Void,
    into report: inout PullReport
  ) async throws(CycleFailure) {
    let (change, number) = try replicaStep { () throws(ReplicaError) in
      (try replica.lastChange(), try replica.beginSweep(networksOnly: options.networksOnly))
    }
    var sweep = Sweep(engine: self, requests: requests, number: number, options: options)
    do {
      try await sweep.run(known: meta, onProgress: onProgress)
      report.outcome = sweep.isComplete ? .ok : .partial
    } catch {
      report.failure = error
      report.outcome = outcome(of: error, sweep)
    }
    report.hasNetworks = sweep.isWhole
    report.isComplete = sweep.isComplete
    report.counts = sweep.counts
    report.counts.requests = requests.counted.requests
    report.counts.bytes = requests.counted.bytes
    (report.conflicts, report.verdicts) = try replicaStep { () throws(ReplicaError) in
      try replica.endSweep(
        number,
        report.outcome,
        isComplete: report.isComplete,
        held: report.failure?.held,
        report.counts
      )
      return (try replica.conflicts().count, try replica.verdicts(since: change))
    }
  }

  private func outcome(of failure: CycleFailure, _ sweep: Sweep) -> PullOutcome {
    switch failure {
    case .held: .held
    case .api where sweep.isComplete: .partial
    case .stopped, .timedOut: .partial
    case .quiet: .offline
    case .api(let failure, _, _) where failure.isTransient: sweep.counts.networks > 0 ? .partial : .offline
    case .api, .replica, .busy: .error
    }
  }
}
