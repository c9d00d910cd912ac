import Logging
import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import Synchronization

/// Sends requests within one cycle: keeps the server's silence, tries again what may be tried again, counts, and keeps the
/// best estimate of the server's clock.
final class Requests: Sendable {
  struct Tally {
    var requests = 0
    var bytes = 0
    var hasAnswered = false
    var quietUntil: Timestamp?
    var clock: ServerClock
    /// The clock was read in this cycle: a better estimate of an earlier one may be stale.
    var isClockFresh = false
  }

  private let tally: Mutex<Tally>
  private let replica: Replica
  private let environment: EngineEnvironment
  private let stop: StopSignal
  private let deadline: Timestamp
  private let timeout: Duration

  init(
    replica: Replica,
    environment: EngineEnvironment,
    stop: StopSignal,
    timeout: Duration,
    meta: ReplicaMeta
  ) {
    self.replica = replica
    self.environment = environment
    self.stop = stop
    self.timeout = timeout
    deadline = environment.now() + timeout
    tally = Mutex(Tally(quietUntil: meta.quietUntil, clock: meta.clock))
  }

  var counted: Tally { tally.withLock { $0 } }

  /// The server's clock, as well as it is known now.
  var clock: ServerClock { tally.withLock { $0.clock } }

  /// Sends a request that may be repeated, until it is answered, refused, or not worth another try.
  func read<Value: Sendable>(_ send: () async -> Exchange<Value>) async throws(CycleFailure) -> Exchange<Value> {
    var tries = 0
    while true {
      let exchange = try await once(send)
      tries += 1
      guard case .failure(let failure) = exchange.result else { return exchange }
      let limit = counted.hasAnswered ? Limits.triesAnswered : Limits.triesUnanswered
      guard failure.isTransient, tries < limit else {
        throw .api(failure, request: exchange.request, tries: tries)
      }
      // A wait that the server named is kept by the gate of the next try.
      try await sleep(backoff(afterFailures: tries, chance: environment.chance()))
    }
  }

  /// Sends a request once, when the server's silence is over.
  func once<Value: Sendable>(_ send: () async -> Exchange<Value>) async throws(CycleFailure) -> Exchange<Value> {
    try await keepQuiet()
    let exchange = await send()
    var silence: Timestamp?
    tally.withLock { tally in
      tally.requests += 1
      tally.bytes += exchange.bytes
      if !exchange.isTransientFailure { tally.hasAnswered = true }
      if let clock = exchange.clock, !tally.isClockFresh || clock.uncertainty <= tally.clock.uncertainty {
        tally.clock = clock
        tally.isClockFresh = true
      }
      if let asked = exchange.silence {
        let until = environment.now() + asked
        if until > tally.quietUntil ?? until - .microseconds(1) {
          tally.quietUntil = until
          silence = until
        }
      }
    }
    environment.logger.debug("request", metadata: exchange.metadata)
    if let silence { try replicaStep { () throws(ReplicaError) in try replica.keepQuiet(until: silence) } }
    return exchange
  }

  /// Waits; throws where there is no time for it, or a stop is requested.
  func sleep(_ duration: Duration) async throws(CycleFailure) {
    guard !stop.isRequested else { throw .stopped }
    guard environment.now() + duration < deadline else { throw .timedOut(timeout) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [clock = environment.clock] in try? await clock.sleep(for: duration) }
      group.addTask { [stop] in await stop.requested() }
      await group.next()
      group.cancelAll()
    }
    guard !stop.isRequested else { throw .stopped }
  }

  /// Whether there is time left.
  func check() throws(CycleFailure) {
    guard !stop.isRequested else { throw .stopped }
    guard environment.now() < deadline else { throw .timedOut(timeout) }
  }

  private func keepQuiet() async throws(CycleFailure) {
    try check()
    while let until = counted.quietUntil {
      let wait = until.since(environment.now())
      // A clock that was set back would make the silence endless: no server asks for more than the cap.
      guard wait > .zero, wait <= Limits.serverWait.upperBound else { return }
      guard until < deadline else { throw .quiet(until: until) }
      try await sleep(wait)
    }
  }
}

extension Exchange {
  fileprivate var isTransientFailure: Bool {
    if case .failure(let failure) = result { failure.isTransient } else { false }
  }

  /// For the log: method and path without the query, which can hold a name.
  fileprivate var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "request": "\(request.prefix { $0 != "?" })", "status": "\(status.map(String.init) ?? "none")",
      "bytes": "\(bytes)",
    ]
    if case .failure(let failure) = result { metadata["failure"] = "\(failure.word)" }
    return metadata
  }
}

extension APIFailure {
  /// Its class in a word, without the server's text.
  fileprivate var word: String {
    switch self {
    case .gone: "gone"
    case .refused: "refused"
    case .credentials: "credentials"
    case .slowDown: "slow_down"
    case .serverFault: "server_fault"
    case .unreachable: "unreachable"
    case .noAnswer: "no_answer"
    case .notUnderstood: "not_understood"
    }
  }
}
