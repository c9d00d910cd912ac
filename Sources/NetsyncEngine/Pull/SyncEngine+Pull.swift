import NetsyncAPI
package import NetsyncModel
package import NetsyncReconcile
import NetsyncReplica

/// What a pull may do.
package struct PullOptions: Hashable, Sendable {
  /// Whose interfaces are read.
  package var interfaces = InterfaceScope.all
  /// This one alone is asked for, which says nothing of any other; nil for a sweep.
  package var network: NetworkKey?
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

extension SyncEngine {
  /// One complete sweep of the networks, then of the interfaces of each.
  ///
  /// In: the API's pages. Out: the replica's bases, each page applied with its checkpoint. Whatever fails, what was applied
  /// stays, nothing is removed but on a 404 for that very id, and the outbox keeps every edit.
  package func pull(
    _ options: PullOptions,
    onProgress: @Sendable (SyncProgress) -> Void = { _ in }
  ) async -> PullReport {
    await observed { await report(of: options, onProgress) }
  }

  private func report(
    of options: PullOptions,
    _ onProgress: @Sendable (SyncProgress) -> Void
  ) async -> PullReport {
    var report = PullReport()
    let elapsed = environment.stopwatch()
    do {
      try await cycle(waiting: options.wait, timeout: options.timeout, tries: options.triesUnanswered) {
        requests,
        meta throws(CycleFailure) in
        if let network = options.network {
          try await look(at: network, requests, meta, options, into: &report)
        } else {
          try await sweep(requests, meta, options, onProgress, into: &report)
        }
      }
    } catch {
      report.failed = report.failed ?? failed(error)
    }
    report.duration = elapsed()
    return report
  }

  private func sweep(
    _ requests: Requests,
    _ meta: ReplicaMeta,
    _ options: PullOptions,
    _ onProgress: @Sendable (SyncProgress) -> Void,
    into report: inout PullReport
  ) async throws(CycleFailure) {
    let (change, number) = try replicaStep { () throws(ReplicaError) in
      (try replica.lastChange(), try replica.beginSweep(networksOnly: options.interfaces == .none))
    }
    report.sweep = number
    var sweep = Sweep(engine: self, requests: requests, number: number, known: meta, options: options)
    do {
      try await sweep.run(known: meta, onProgress: onProgress)
    } catch {
      report.failed = failed(error)
    }
    report.hasNetworks = sweep.progress.isWhole
    report.isComplete = sweep.progress.isComplete
    report.counts = sweep.progress.counts
    report.counts.requests = requests.counted.requests
    report.counts.bytes = requests.counted.bytes
    (report.conflicts, report.verdicts) = try replicaStep { () throws(ReplicaError) in
      // A walk that was cut short tells what was applied, not what it had in hand.
      if report.failed != nil { report.counts = try replica.applied(by: number, to: report.counts) }
      try replica.endSweep(
        number,
        report.outcome,
        isFinished: sweep.progress.isFinished,
        isComplete: report.isComplete,
        held: sweep.progress.held,
        report.counts
      )
      return (try replica.conflicts().count, try replica.verdicts(since: change))
    }
  }
}
