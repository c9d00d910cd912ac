package import NetsyncModel
package import NetsyncReconcile
import NetsyncReplica

/// What a push may do.
package struct PushOptions: Hashable, Sendable {
  /// Only the edits of this network.
  package var only: NetworkKey?
  /// Exactly these edits, as they were planned.
  package var planned: [PlannedEdit]?
  /// Deletes that a person has allowed; nil for the default limit.
  package var maximumDeletes: Int?
  package var timeout: Duration = .seconds(300)
  /// How long to wait for another process that syncs.
  package var wait: Duration = .seconds(30)
  /// How often a server that has not answered yet is asked. Whoever comes back by himself asks once.
  package var triesUnanswered = Limits.triesUnanswered
  /// The sweep of the same sync: what that has just seen needs no look (R7).
  package var sweep: Int64?

  package init() {}

  /// Which edits it is about.
  package var scope: PushScope { PushScope(only: only, planned: planned) }
}

extension SyncEngine {
  /// Sends the outbox: one lane per network, several lanes at a time.
  ///
  /// In: operations. Out: each landed, refused with the server's words, in conflict, in doubt, or waiting. Finishes what it
  /// can within its time: it waits out a settle time, a backoff, a silence that the server asked for.
  package func push(_ options: PushOptions) async -> PushReport {
    await observed { await report(of: options) }
  }

  private func report(of options: PushOptions) async -> PushReport {
    var report = PushReport()
    let elapsed = environment.stopwatch()
    do {
      try await cycle(waiting: options.wait, timeout: options.timeout, tries: options.triesUnanswered) {
        requests,
        meta throws(CycleFailure) in
        let change = try replicaStep { () throws(ReplicaError) in try replica.lastChange() }
        await send(requests, meta, options, into: &report)
        (report.verdicts, report.alteredNames) = try replicaStep { () throws(ReplicaError) in
          (try replica.verdicts(since: change), try replica.alteredNames(since: change))
        }
      }
    } catch {
      report.failed = report.failed ?? failed(error)
    }
    if let operations = try? replica.operations() { report.countLeft(operations.filter(options.scope.isAbout)) }
    report.duration = elapsed()
    return report
  }

  private func send(
    _ requests: Requests,
    _ meta: ReplicaMeta,
    _ options: PushOptions,
    into report: inout PushReport
  ) async {
    var run = PushRun(engine: self, requests: requests, options: options)
    do {
      try await run.run(known: meta)
    } catch {
      report.failed = failed(error)
    }
    report.created = run.landed[.create, default: 0]
    report.renamed = run.landed[.rename, default: 0]
    report.deleted = run.landed[.delete, default: 0]
    report.refused = run.refused
    report.moved = run.moved
    report.isThrough = run.isThrough
    report.requests = requests.counted.requests
    report.bytes = requests.counted.bytes
  }
}

extension PushReport {
  fileprivate mutating func countLeft(_ operations: [OutboxOperation]) {
    for operation in operations {
      switch operation.state {
      case .waiting, .sending: waiting += 1
      case .inDoubt(let doubt):
        inDoubt += 1
        if doubt.isUndecided { undecided += 1 }
      case .conflict: conflicts += 1
      case .held: held += 1
      case .refused: break
      }
    }
  }
}
