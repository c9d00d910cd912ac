import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// The course of one seed.
struct SimulationRun {
  let world: SimulatedWorld
  let seed: UInt64
  let workload: Workload
  /// One host alone, and nothing goes wrong.
  let isQuiet: Bool
  /// Nobody else writes, and no write of ours arrives late: there is nobody to be in conflict with.
  let isAlone: Bool
  /// What costs too much to be checked in every seed is checked in this one.
  var isSample: Bool { seed % 8 == 0 }
  /// A seed in which less happens goes on syncing.
  static let fewestEvents = 100
  /// Whether daemons bring the world to rest, in place of commands. Where nothing happens, nobody runs one.
  var hasDaemons: Bool {
    seed % 4 == 1 && workload.actions.indices.contains { !world.options.omittedActions.contains($0) }
  }

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
  func live() {
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
  func comeToRest() {
    world.faults.stop()
    for host in world.hosts { host.checker.approve() }
    world.server.calm()
    world.trace.note(.quiet, 0, "faults stop")
    if isSample { checkSecrets() }
    world.pass(.seconds(3_600))
    if hasDaemons { runDaemons() } else { syncAll() }
    for _ in 0..<2 { for host in world.hosts where !isSettled(host) { sync(host.index) } }
    checkThatPeopleAreNext()
    for _ in 0..<8 {
      for host in world.hosts where !isSettled(host) {
        world.decideEverything(on: host.index)
        sync(host.index, approving: true)
      }
    }
    // What the others have just done may look like another account's: that is approved as well.
    for host in world.hosts where !isConverged(host) { sync(host.index, approving: true) }
    checkConvergence()
    if seed % 4 == 0 { checkStillness() }
    if isSample { checkSecrets() }
    while world.trace.events < Self.fewestEvents { syncAll() }
  }

  /// A pull of everything, so that two runs can be held against each other.
  func walkInterfaces() {
    syncAll(networksOnly: false)
    checkInterfaces()
  }

  func syncAll(approving: Bool = false, networksOnly: Bool = true) {
    for host in world.hosts.indices { sync(host, approving: approving, networksOnly: networksOnly) }
  }

  private func sync(_ host: Int, approving: Bool = false, networksOnly: Bool = true) {
    var pull = PullOptions()
    pull.interfaces = networksOnly ? .none : .all
    var push = PushOptions()
    if approving {
      pull.maximumDeletes = 10_000
      pull.acceptsAccount = true
      push.maximumDeletes = 10_000
    }
    if world.isQuietHere(host) {
      // A silence from before a jump of the clock comes true once more: it is kept, and then over.
      world.pass(Limits.serverWait.upperBound)
    }
    let (before, enough) = (world.counted, requestsEnough(for: world.hosts[host], networksOnly: networksOnly))
    world.start(.sync(pull, push), on: host)
    world.run()
    checkWork(of: host, since: before, enough)
    world.pass(.seconds(300))
  }

  /// A daemon on every host, which pulls once an hour: all else that it does it does because it is time to, or because of an edit.
  private func runDaemons() {
    for host in world.hosts where world.isQuietHere(host.index) { world.pass(Limits.serverWait.upperBound) }
    let runs = world.hosts.map { world.startDaemon(on: $0.index, every: .seconds(3_600), for: .seconds(900)) }
    world.time.schedule(after: .seconds(400)) { [world] in
      for host in world.hosts { world.perform(.late(on: host.index)) }
    }
    world.run()
    for (host, run) in zip(world.hosts, runs) { checkDaemon(run, on: host) }
  }

  private func isSettled(_ host: SimulatedHost) -> Bool {
    let picture = host.checker.snapshot
    return picture.edits.isEmpty && picture.deadLetters.isEmpty && host.lastPull?.outcome == .ok
  }

  /// The replica is the server's, and says so.
  private func isConverged(_ host: SimulatedHost) -> Bool {
    networks(of: host) == world.server.networks && (try? replica(of: host).status().isInSync) == true
  }

  func report() -> SimulationReport {
    var report = SimulationReport(seed: seed)
    report.violations = world.violations
    report.counts.events = world.trace.events
    report.counts.hash = world.trace.hash
    report.trace = world.trace.lines
    report.strikes = world.faults.strikes
    report.actions = workload.actions
    report.struck = world.faults.struck
    for (cell, count) in world.faults.coverage {
      report.counts.coverage[cell.doing, default: [:]][cell.fault, default: 0] += count
    }
    report.counts.cycles = world.counted.cycles
    report.counts.requests = world.counted.requests
    report.counts.crashes = world.counted.crashes
    report.counts.resolutions = world.counted.resolutions
    for host in world.hosts {
      let picture = host.checker.snapshot
      report.counts.edits += picture.returned.count
      for outcome in picture.outcomes.values { report.counts.outcomes[outcome, default: 0] += 1 }
    }
    return report
  }
}
