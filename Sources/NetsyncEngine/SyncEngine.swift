package import NetsyncAPI
package import NetsyncModel
import NetsyncReconcile
package import NetsyncReplica

/// Moves things between the API and the replica; every decision is made in the rules.
///
/// One pull or push at a time over all processes: each takes the ``SyncLock`` for as long as it runs.
package struct SyncEngine: Sendable {
  package let replica: Replica
  package let api: APIClient
  let environment: EngineEnvironment
  let policy: ConflictPolicy
  /// After this time an unanswered create that cannot be found has not been made (R6).
  let settleTime: Duration
  /// Asks whatever runs to end. A copy with another one is stopped by itself.
  package var stop: StopSignal
  /// nil where nobody collects them.
  let metrics: EngineMetrics?
  /// Both are kept from cycle to cycle.
  let quietTime = QuietTime()
  private let gate: RequestGate

  /// - Parameter inFlight: how many requests may ever be on their way at once.
  package init(
    replica: Replica,
    api: APIClient,
    environment: EngineEnvironment,
    policy: ConflictPolicy,
    settleTime: Duration,
    inFlight: Int = Limits.requestsInFlight,
    stop: StopSignal = StopSignal(),
    metrics: EngineMetrics? = EngineMetrics()
  ) {
    self.replica = replica
    self.api = api
    self.environment = environment
    self.policy = policy
    self.settleTime = settleTime
    gate = RequestGate(most: inFlight)
    self.stop = stop
    self.metrics = metrics
  }

  /// What every pull and every push is wrapped in: the sync lock, the repair of what a process that died left behind, and at
  /// the end the server's clock remembered, the journal kept within its bounds once a day, and the write-ahead log folded in.
  ///
  /// - Parameters:
  ///   - wait: how long to wait for another process that syncs.
  ///   - timeout: for everything after that.
  ///   - tries: of a server that has not answered yet.
  func cycle(
    waiting wait: Duration,
    timeout: Duration,
    tries: Int,
    _ work: (Requests, ReplicaMeta) async throws(CycleFailure) -> Void
  ) async throws(CycleFailure) {
    let lock = try await lock(waiting: wait)
    defer { withExtendedLifetime(lock) {} }
    replica.keepReserve()
    let meta = try replicaStep { () throws(ReplicaError) in
      try replica.recover()
      try replica.endFilling()
      return try replica.meta()
    }
    gate.renew()
    let requests = Requests(
      replica: replica,
      environment: environment,
      stop: stop,
      quietTime: quietTime,
      gate: gate,
      timeout: timeout,
      triesUnanswered: tries,
      meta: meta
    )
    try await work(requests, meta)
    try replicaStep { () throws(ReplicaError) in
      if requests.counted.reading != nil { try replica.remember(requests.clock) }
      if isCompactionDue(now: environment.now(), last: meta.compactedAt) { try replica.compactJournal() }
      try replica.checkpoint()
    }
  }

  /// Takes the sync lock, waiting for whoever has it.
  private func lock(waiting wait: Duration) async throws(CycleFailure) -> SyncLock {
    let pause = Duration.milliseconds(50)
    var waited = Duration.zero
    while true {
      do {
        if let lock = try replica.syncLock() { return lock }
      } catch {
        throw .replica(error)
      }
      guard !stop.endsTask else { throw .stopped }
      guard waited < wait else { throw .busy(wait) }
      try? await environment.clock.sleep(for: pause)
      waited += pause
    }
  }
}

/// Runs a step of the replica, its errors in the cycle's words.
func replicaStep<Value>(_ step: () throws(ReplicaError) -> Value) throws(CycleFailure) -> Value {
  do { return try step() } catch { throw .replica(error) }
}

extension Clock where Duration == Swift.Duration {
  func sleep(for duration: Duration) async throws {
    try await sleep(until: now.advanced(by: duration), tolerance: nil)
  }
}
