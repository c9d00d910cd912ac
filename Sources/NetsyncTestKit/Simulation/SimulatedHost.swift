import Logging
import NetsyncAPI
import NetsyncEngine
import NetsyncModel
import NetsyncReplica
import Synchronization

/// A host: the file of its replica, its wall clock, and what checks it.
final class SimulatedHost: Sendable {
  private struct State {
    /// Host time minus server time.
    var skew: Int64
    var random: SeededRandom
    var steps = 0
    var lastPull: PullReport?
    var key: APIKey
  }

  let index: Int
  let file: AuditedFile
  let checker: Checker
  let policy: ConflictPolicy
  let pageSize: Int
  private let state: Mutex<State>

  init(
    index: Int,
    file: AuditedFile,
    checker: Checker,
    policy: ConflictPolicy,
    pageSize: Int,
    key: APIKey,
    seed: UInt64
  ) {
    self.index = index
    self.file = file
    self.checker = checker
    self.policy = policy
    self.pageSize = pageSize
    var random = SeededRandom(seed: seed, .jitter, index: index)
    let skew = Int64(random.within(-3_000...3_000)) * 1_000
    state = Mutex(State(skew: skew, random: random, key: key))
  }

  /// The host's wall clock.
  func wall(_ server: SimulatedServer) -> Timestamp {
    Timestamp(microseconds: server.wall + state.withLock { $0.skew })
  }

  func jumpClock(by seconds: Int) {
    state.withLock { $0.skew += Int64(seconds) * 1_000_000 }
  }

  /// Its user has given it another key.
  func use(_ key: APIKey) {
    state.withLock { $0.key = key }
  }

  /// Counts the moments at which a crash can strike.
  func nextStep() -> Int {
    state.withLock { state in
      defer { state.steps += 1 }
      return state.steps
    }
  }

  var lastPull: PullReport? { state.withLock { $0.lastPull } }

  func ended(_ pulled: PullReport) {
    state.withLock { $0.lastPull = pulled }
  }

  /// A local id, from the seed.
  func localID(_ server: SimulatedServer) -> LocalID {
    let now = wall(server)
    return state.withLock { LocalID(at: now, random: ($0.random.next(), $0.random.next())) }
  }

  /// The replica as one process sees it.
  func replica(in world: SimulatedWorld, _ process: SimulatedProcess) -> Replica {
    let server = world.server
    return Replica(in: file.memory, now: { [self] in wall(server) }, gate: world.gate(process))
  }

  func engine(in world: SimulatedWorld, _ process: SimulatedProcess, isForeign: Bool) -> SyncEngine {
    let server = world.server
    let now: @Sendable () -> Timestamp = { [self] in wall(server) }
    return SyncEngine(
      replica: replica(in: world, process),
      api: APIClient(
        transport: SimulatedTransport(world: world, process: process, isForeign: isForeign),
        baseURL: .telnyx,
        key: state.withLock { $0.key },
        timeout: Self.timeout,
        pageSize: pageSize,
        now: now
      ),
      environment: EngineEnvironment(
        clock: VirtualClock(time: world.time, process: process),
        now: now,
        chance: { [self] in state.withLock { $0.random.unit() } },
        logger: Self.logger
      ),
      policy: policy,
      settleTime: Self.settleTime,
      stop: process.stop
    )
  }

  /// How long a request is waited for, and when it cannot be carried out any more.
  static let timeout: Duration = .seconds(10)
  static let settleTime: Duration = .seconds(90)

  private static let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
}
