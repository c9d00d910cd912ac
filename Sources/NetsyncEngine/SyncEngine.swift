package import NetsyncAPI
package import NetsyncModel
package import NetsyncReplica

/// Moves things between the API and the replica; every decision is made in the rules.
///
/// One pull or push at a time over all processes: each takes the ``SyncLock`` for as long as it runs.
package struct SyncEngine: Sendable {
  let replica: Replica
  let api: APIClient
  let environment: EngineEnvironment
  let policy: ConflictPolicy
  /// After this time an unanswered create that cannot be found has not been made (R6).
  let settle: Duration
  /// Asks whatever runs to end.
  package let stop: StopSignal

  package init(
    replica: Replica,
    api: APIClient,
    environment: EngineEnvironment,
    policy: ConflictPolicy,
    settle: Duration,
    stop: StopSignal = StopSignal()
  ) {
    self.replica = replica
    self.api = api
    self.environment = environment
    self.policy = policy
    self.settle = settle
    self.stop = stop
  }

  /// Takes the sync lock, waiting for whoever has it.
  func lock(waiting wait: Duration) async throws(CycleFailure) -> SyncLock {
    let pause = Duration.milliseconds(50)
    var waited = Duration.zero
    while true {
      do {
        if let lock = try SyncLock(replica: replica.path) { return lock }
      } catch {
        throw .replica(error)
      }
      guard !stop.isRequested else { throw .stopped }
      guard waited < wait else { throw .busy(wait) }
      try? await environment.clock.sleep(for: pause)
      waited += pause
    }
  }

  /// What every cycle ends with: the server's clock is remembered and the log is folded in.
  func conclude(_ requests: Requests) throws(ReplicaError) {
    if requests.counted.requests > 0 { try replica.remember(requests.clock) }
    try replica.checkpoint()
  }
}

extension Clock where Duration == Swift.Duration {
  fileprivate func sleep(for duration: Duration) async throws {
    try await sleep(until: now.advanced(by: duration), tolerance: nil)
  }
}
