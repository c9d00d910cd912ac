import NetsyncAPI
import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncSandbox

/// One seed: a world, what happens in it, and whether every promise was kept.
///
/// Runs on the calling thread and needs nothing but memory. The engine, the replica and its SQLite are the real ones; the network,
/// the server, the clocks and the order of concurrent jobs are the seed's.
public struct Simulation {
  public let seed: UInt64
  public var options: SimulationOptions

  public init(seed: UInt64, options: SimulationOptions = SimulationOptions()) {
    self.seed = seed
    self.options = options
  }

  /// Runs it, and gives what came of it.
  ///
  /// - Throws: where SQLite cannot make a database in memory.
  public func run() throws -> SimulationReport {
    try run(in: SimulationFiles())
  }

  static let canaryKey = "canary-KEY+0123456789/abcdef=="

  /// Runs it in databases that are used again and again, which is quicker.
  public func run(in files: SimulationFiles) throws -> SimulationReport {
    var setup = SeededRandom(seed: seed, .setup, index: 1)
    let drawn = [1, 1, 1, 2, 2, 2, 2, 3][setup.below(8)]
    let hasPortal = setup.below(5) != 0
    let count = options.replicas ?? drawn
    guard let key = APIKey(Self.canaryKey) else { throw SimulationError.badKey }
    let world = SimulatedWorld(seed: seed, options: options, files: try files.empty(count), key: key)
    var run = SimulationRun(world: world, seed: seed, hasPortal: hasPortal)
    run.live()
    run.comeToRest()
    return run.report()
  }
}

enum SimulationError: Error {
  case badKey
}

/// Databases that simulations use one after the other.
public final class SimulationFiles {
  private var files: [MemoryFile] = []

  public init() {}

  func empty(_ count: Int) throws -> [MemoryFile] {
    while files.count < count { files.append(try MemoryFile()) }
    let used = Array(files.prefix(count))
    for file in used { try file.erase() }
    return used
  }
}

/// The course of one seed.
struct SimulationRun {
  let world: SimulatedWorld
  let seed: UInt64
  let workload: Workload
  let isQuiet: Bool
  /// Nobody else writes, and no write of ours arrives late: there is nobody to be in conflict with.
  let isAlone: Bool
  /// A seed in which less happens goes on syncing.
  static let fewestEvents = 100

  init(world: SimulatedWorld, seed: UInt64, hasPortal: Bool) {
    self.world = world
    self.seed = seed
    workload = Workload(seed: seed, hosts: world.hosts.count, hasPortal: hasPortal, faults: world.faults)
    isAlone =
      !hasPortal && world.hosts.count == 1 && world.faults.rates.keys.allSatisfy(Fault.withoutOthers.contains)
    isQuiet = world.faults.rates.isEmpty && !hasPortal && world.hosts.count == 1
  }

  /// The end of a scenario: only the rest.
  init(resting world: SimulatedWorld, seed: UInt64) {
    self.world = world
    self.seed = seed
    workload = Workload(actions: [])
    isAlone = false
    isQuiet = false
  }

  /// Everything that the seed has happen.
  mutating func live() {
    for (number, action) in workload.actions.enumerated() where !world.options.omittedActions.contains(number) {
      let world = world
      world.time.schedule(after: action.at) { world.perform(action) }
    }
    world.run()
    if world.options.isCanary { world.tamper() }
    if isAlone { checkAlone() }
  }

  /// Without others, with one host: nothing is disputed (I14).
  private func checkAlone() {
    let picture = world.hosts[0].checker.snapshot
    // An edit that was taken back after its answer was lost may have been carried out: whoever edits on is in conflict with it.
    guard isQuiet || !picture.outcomes.values.contains("discarded") else { return }
    if picture.hasSeenConflict {
      world.violate(.notTrivial, host: 0, "a conflict without anybody to be in conflict with")
    }
  }

  // MARK: Rest

  /// Faults stop, clocks move past every wait: within three cycles nothing is left to do but what people must decide; they do,
  /// and then every replica is the server's, and further cycles write nothing (I6).
  mutating func comeToRest() {
    world.faults.stop()
    for host in world.hosts { host.checker.approve() }
    world.server.calm()
    world.trace.note(.quiet, 0, "faults stop")
    world.pass(.seconds(3_600))
    for cycle in 0..<3 where cycle == 0 || !isSettled() { syncAll() }
    checkThatPeopleAreNext()
    for _ in 0..<8 where !isSettled() {
      for host in world.hosts.indices {
        world.decideEverything(on: host)
        sync(host, approving: true)
      }
    }
    // What the others have just done may look like another account's: that is approved as well.
    if world.hosts.count > 1 { syncAll(approving: true) }
    checkConvergence()
    checkStillness()
    while world.trace.events < Self.fewestEvents { syncAll() }
  }

  /// A pull of everything, so that two runs can be held against each other.
  func walkInterfaces() { syncAll(networksOnly: false) }

  private func syncAll(approving: Bool = false, networksOnly: Bool = true) {
    for host in world.hosts.indices { sync(host, approving: approving, networksOnly: networksOnly) }
  }

  private func sync(_ host: Int, approving: Bool, networksOnly: Bool = true) {
    var pull = PullOptions()
    pull.networksOnly = networksOnly
    var push = PushOptions()
    if approving {
      pull.maximumDeletes = 10_000
      pull.acceptsAccount = true
      push.maximumDeletes = 10_000
    }
    world.start(.sync(pull, push), on: host)
    world.run()
    world.pass(.seconds(300))
  }

  /// What is left after three cycles waits for people, and for nothing else.
  private func checkThatPeopleAreNext() {
    for host in world.hosts where host.lastPull?.failure?.endsCycle != true {
      let process = SimulatedProcess(host: host.index)
      let operations = (try? host.replica(in: world, process).operations()) ?? []
      for operation in operations {
        switch operation.state {
        case .conflict, .held, .refused: break
        case .inDoubt(let doubt) where !doubt.candidates.isEmpty: break
        case .waiting where operations.contains { $0.network == operation.network && $0.edit < operation.edit }: break
        case .waiting, .sending, .inDoubt:
          world.violate(
            .convergence,
            host: host.index,
            "edit \(operation.edit) is \(operation.state.word) after three quiet cycles"
          )
        }
      }
    }
  }

  private func isSettled() -> Bool {
    world.hosts.allSatisfy { host in
      let picture = host.checker.snapshot
      return picture.edits.isEmpty && picture.deadLetters.isEmpty && host.lastPull?.outcome == .ok
    }
  }

  private func checkConvergence() {
    let there = world.server.networks
    for host in world.hosts {
      let picture = host.checker.snapshot
      if !picture.edits.isEmpty || !picture.deadLetters.isEmpty {
        world.violate(.convergence, host: host.index, "edits are left: \(picture.edits.sorted { $0.key < $1.key })")
      }
      let replica = host.replica(in: world, SimulatedProcess(host: host.index))
      let here = ((try? replica.networks()) ?? []).map(SandboxNetwork.init).sorted { $0.id < $1.id }
      if here != there {
        let missing = there.filter { !here.contains($0) }
        let extra = here.filter { !there.contains($0) }
        world.violate(.convergence, host: host.index, "replica and server differ: lacks \(missing), has \(extra)")
      }
      if (try? replica.status().isInSync) != true {
        world.violate(.honestStatus, host: host.index, "all is in sync, and status does not say so")
      }
      for edit in picture.returned.sorted() where picture.outcomes[edit] == nil {
        world.violate(.noEditLost, host: host.index, "edit \(edit) has no outcome")
      }
    }
  }

  /// Further cycles write nothing to either side.
  private func checkStillness() {
    let revision = world.server.revision
    let changes = world.hosts.map { $0.checker.snapshot.changes }
    syncAll(networksOnly: seed % 8 != 0)
    if world.server.revision != revision { world.violate(.convergence, host: 0, "a quiet cycle writes to the server") }
    for host in world.hosts where host.checker.snapshot.changes != changes[host.index] {
      world.violate(.convergence, host: host.index, "a quiet cycle changes the replica")
    }
  }

  func report() -> SimulationReport {
    var report = SimulationReport(seed: seed)
    report.violations = world.violations
    report.events = world.trace.events
    report.hash = world.trace.hash
    report.trace = world.trace.lines
    report.strikes = world.faults.strikes
    report.actions = workload.actions
    report.struck = world.faults.struck
    for (cell, count) in world.faults.coverage {
      report.coverage[cell.doing, default: [:]][cell.fault, default: 0] += count
    }
    report.cycles = world.counted.cycles
    report.requests = world.counted.requests
    report.crashes = world.counted.crashes
    report.resolutions = world.counted.resolutions
    for host in world.hosts {
      let picture = host.checker.snapshot
      report.edits += picture.returned.count
      for outcome in picture.outcomes.values { report.outcomes[outcome, default: 0] += 1 }
    }
    return report
  }
}

extension SandboxNetwork {
  /// A network of a replica, as the server would have it.
  fileprivate init(_ network: Network) {
    self.init(
      id: network.id?.text ?? "-",
      name: network.name?.text ?? "",
      createdAt: network.createdAt ?? "",
      updatedAt: network.updatedAt ?? ""
    )
  }
}
