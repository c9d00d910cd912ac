import Logging
import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import Synchronization

/// Sends requests within one cycle: as many at once as the server bears, none while it wants silence; tries again what may be tried again,
/// counts, and keeps the best estimate of the server's clock.
struct Requests: Sendable {
  struct Tally {
    var requests = 0
    var bytes = 0
    var hasAnswered = false
    /// The best reading of the server's clock in this cycle.
    var reading: ClockReading?
  }

  /// The server's clock as an answer told it, held against the monotonic clock: a jump of the host's wall clock does not move it.
  struct ClockReading {
    var serverTime: Timestamp
    /// Since the start of the cycle.
    var elapsed: Duration
    var uncertainty: Duration
  }

  private final class Shared: Sendable {
    let tally = Mutex(Tally())
  }

  private let shared = Shared()
  private let gate: RequestGate
  /// Tasks at a time: twice as many as requests, so that those that wait for a place go on while a batch is stored.
  let width: Int
  /// Whoever has this has a place already.
  private var hasPlace = false
  private let quietTime: QuietTime
  private let replica: Replica
  private let environment: EngineEnvironment
  private let stop: StopSignal
  private let timeout: Duration
  /// How often a server that has not answered yet is asked.
  private let triesUnanswered: Int
  /// Since the start of the cycle, on the monotonic clock.
  private let elapsed: @Sendable () -> Duration
  /// The server's clock as an earlier cycle left it.
  private let rememberedClock: ServerClock

  init(
    replica: Replica,
    environment: EngineEnvironment,
    stop: StopSignal,
    quietTime: QuietTime,
    gate: RequestGate,
    timeout: Duration,
    triesUnanswered: Int,
    meta: ReplicaMeta
  ) {
    self.replica = replica
    self.quietTime = quietTime
    self.gate = gate
    width = 2 * gate.most
    self.environment = environment
    self.stop = stop
    self.timeout = timeout
    self.triesUnanswered = triesUnanswered
    elapsed = environment.stopwatch()
    rememberedClock = meta.clock
    if let written = meta.quietUntil { quietTime.extend(to: written, now: environment.now()) }
  }

  var counted: Tally { shared.tally.withLock { $0 } }

  /// Does work of several requests, one after the other, that is not to wait between them: it begins when there is a place, and keeps it.
  func inPlace<Outcome: Sendable>(_ work: (Requests) async -> Outcome) async -> Outcome {
    await gate.enter()
    defer { gate.leave() }
    var placed = self
    placed.hasPlace = true
    return await work(placed)
  }

  /// The server's clock against the host's, as well as it is known now.
  var clock: ServerClock {
    guard let reading = counted.reading else { return rememberedClock }
    let serverTime = reading.serverTime + (elapsed() - reading.elapsed)
    return ServerClock(offset: serverTime.since(environment.now()), uncertainty: reading.uncertainty)
  }

  /// The time on the server's clock.
  var serverNow: Timestamp { clock.serverTime(environment.now()) }

  /// Sends a request that may be repeated, until it is answered, refused, or not worth another try.
  ///
  /// - Parameter most: how often a server that has answered is asked.
  func read<Value: Sendable>(
    atMost most: Int = Limits.triesAnswered,
    _ send: () async -> Exchange<Value>
  ) async throws(CycleFailure) -> Exchange<Value> {
    var tries = 0
    while true {
      let exchange = try await oneRead(send)
      tries += 1
      guard case .failure(let failure) = exchange.result else { return exchange }
      let wait = nextTry(
        after: failure,
        tries: tries,
        atMost: counted.hasAnswered ? most : triesUnanswered,
        chance: environment.chance(),
        timeLeft: timeout - elapsed()
      )
      guard let wait else { throw .api(failure, request: exchange.request, tries: tries) }
      try await sleep(wait)
    }
  }

  /// Whether a request may be sent this moment: the server's silence is over, and there is time left.
  func isOpen() throws(CycleFailure) -> Bool {
    try check()
    return quiet() == nil
  }

  /// Sends a request once, by whoever has a place: when the server's silence is over, and before those that read.
  ///
  /// - Parameter begin: what is done when it may leave, right before it does; false where it is not to be sent any more.
  /// - Returns: nil where it was not sent.
  /// - Throws: before it was sent, or ``CycleFailure/replica(_:)`` after it.
  func once<Value: Sendable>(
    _ begin: () throws(CycleFailure) -> Bool,
    _ send: () async -> Exchange<Value>
  ) async throws(CycleFailure) -> Exchange<Value>? {
    let number = try await turn(isUrgent: true)
    do {
      guard try begin() else {
        gate.unsent()
        return nil
      }
    } catch {
      gate.unsent()
      throw error
    }
    return try await exchange(number, send)
  }

  private func oneRead<Value: Sendable>(
    _ send: () async -> Exchange<Value>
  ) async throws(CycleFailure) -> Exchange<Value> {
    if !hasPlace { await gate.enter() }
    defer { if !hasPlace { gate.leave() } }
    return try await exchange(try await turn(isUrgent: false), send)
  }

  /// Sends a request whose turn it is.
  private func exchange<Value: Sendable>(
    _ number: Int,
    _ send: () async -> Exchange<Value>
  ) async throws(CycleFailure) -> Exchange<Value> {
    let start = elapsed()
    let exchange = await send()
    gate.answered(number, exchange.ease, after: elapsed() - start, remaining: exchange.remaining)
    environment.heartbeat()
    shared.tally.withLock { tally in
      tally.requests += 1
      tally.bytes += exchange.bytes
      if !exchange.isTransientFailure { tally.hasAnswered = true }
      if let clock = exchange.clock, clock.uncertainty <= tally.reading?.uncertainty ?? clock.uncertainty {
        tally.reading = ClockReading(
          serverTime: clock.serverTime(environment.now()),
          elapsed: elapsed(),
          uncertainty: clock.uncertainty
        )
      }
    }
    environment.logger.debug("request", metadata: exchange.metadata)
    if let asked = exchange.silence {
      let now = environment.now()
      if quietTime.extend(to: now + asked, now: now) {
        try replicaStep { () throws(ReplicaError) in try replica.keepQuiet(until: now + asked) }
      }
    }
    return exchange
  }

  /// Returns when a request may leave: its number.
  private func turn(isUrgent: Bool) async throws(CycleFailure) -> Int {
    while true {
      try await keepQuiet()
      let number = await gate.send(isUrgent)
      // Meanwhile the server may have asked for silence, or a stop was requested.
      if quiet() == nil, !stop.endsTask { return number }
      gate.unsent()
    }
  }

  /// Waits, with signs of life; throws where there is no time for it, or a stop is requested.
  func sleep(_ duration: Duration) async throws(CycleFailure) {
    guard !stop.endsTask else { throw .stopped }
    guard elapsed() + duration < timeout else { throw .timedOut(timeout) }
    var rest = duration
    while rest > .zero {
      let piece = min(rest, Limits.heartbeat)
      await stop.sleep(for: piece, on: environment.clock)
      guard !stop.endsTask else { throw .stopped }
      environment.heartbeat()
      rest -= piece
    }
  }

  /// Whether there is time left.
  func check() throws(CycleFailure) {
    guard !stop.endsTask else { throw .stopped }
    guard elapsed() < timeout else { throw .timedOut(timeout) }
  }

  private func keepQuiet() async throws(CycleFailure) {
    try check()
    while let wait = quiet() {
      guard elapsed() + wait < timeout else { throw .quiet(until: environment.now() + wait) }
      try await sleep(wait)
    }
  }

  /// How long the server wants to be left alone from now on; nil where it does not.
  private func quiet() -> Duration? {
    // mutant: silence-not-kept
    return quietTime.left(at: environment.now())
  }
}

extension Exchange {
  fileprivate var ease: ServerEase { isTransientFailure ? .overloaded : status == nil ? .unread : .well }

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
