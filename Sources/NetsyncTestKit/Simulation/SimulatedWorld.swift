import Logging
import NetsyncAPI
import NetsyncEngine
import NetsyncModel
import NetsyncReplica
import NetsyncSandbox
import Synchronization

/// Everything that one seed makes: hosts with their replicas, a server, the network between them, and time.
final class SimulatedWorld: Sendable {
  let time = VirtualTime()
  let executor: SeededExecutor
  let server: SimulatedServer
  let faults: FaultSource
  let trace: Trace
  let hosts: [SimulatedHost]
  let options: SimulationOptions
  private let schedule: Mutex<SeededRandom>
  private let found: ViolationLog
  private let counts = Mutex(Counts())

  struct Counts: Sendable {
    var cycles = 0
    var requests = 0
    var crashes = 0
    /// Conflicts that people settled.
    var resolutions = 0
  }

  init(seed: UInt64, options: SimulationOptions, files: [AuditedFile], key: APIKey) {
    self.options = options
    executor = SeededExecutor(seed: seed)
    schedule = Mutex(SeededRandom(seed: seed, .schedule, index: 1))
    faults = FaultSource(
      seed: seed,
      allowed: options.faults,
      omitted: options.omittedFaults,
      script: options.scenario?.faults,
      given: options.rates,
      time: time
    )
    trace = Trace(time: time, keepsText: options.keepsTrace)
    var setup = SeededRandom(seed: seed, .setup)
    let networks = setup.below(8)
    server = SimulatedServer(seed: seed, networks: options.scenario?.networks ?? networks, time: time)
    let policy = options.policy ?? ConflictPolicy.allCases[setup.below(ConflictPolicy.allCases.count)]
    let drawnPageSize = setup.within(3...8)
    let pageSize = options.scenario == nil ? drawnPageSize : Scenario.pageSize
    let (server, time) = (server, time)
    let faults = faults
    let found = ViolationLog(time: time)
    self.found = found
    hosts = files.enumerated().map { index, file in
      let checker = Checker(policy: policy, host: index, faults: faults, server: server) {
        found.add($0, host: index, $1)
      }
      return SimulatedHost(
        index: index,
        file: file,
        checker: checker,
        policy: policy,
        pageSize: pageSize,
        key: key,
        seed: seed
      )
    }
    makeOdd(&setup)
    for host in hosts {
      let detail = setup.next()
      guard let strike = faults.strike(.clockSkew, while: "the whole seed", detail: detail) else { continue }
      host.jumpClock(by: [-2_592_000, -86_400, -3_600, -300, 300, 3_600, 86_400, 2_592_000][strike.below(8)])
    }
  }

  /// The oddities of the account, for the whole seed.
  private func makeOdd(_ setup: inout SeededRandom) {
    let details = (0..<12).map { _ in setup.next() }
    if let strike = faults.strike(.throttled, while: "the whole seed", detail: details[11]) {
      server.throttle(to: 2 + strike.below(9))
    }
    server.setQuirks { quirks in
      quirks.nameFilter = details[0] % 2 == 0 ? .substring : .exact
      quirks.stampForm = SandboxStampForm.allCases[Int(details[1] % UInt64(SandboxStampForm.allCases.count))]
      if let strike = faults.strike(.unstableOrder, while: "the whole seed", detail: details[2]) {
        quirks.order = strike.below(2) == 0 ? .unstable : SandboxOrder.allCases[strike.below(4)]
      }
      if let strike = faults.strike(.oddTotals, while: "the whole seed", detail: details[3]) {
        quirks.totals = SandboxTotals.allCases[strike.below(SandboxTotals.allCases.count)]
        quirks.metaFields = strike.below(3) == 0 ? nil : SandboxMetaFields(rawValue: strike.below(16))
      }
      if let strike = faults.strike(.listLag, while: "the whole seed", detail: details[4]) {
        quirks.listLagMicroseconds = Int64(1 + strike.below(20)) * 1_000_000
      }
      if let strike = faults.strike(.oddStamps, while: "the whole seed", detail: details[5]) {
        quirks.stampMood = SandboxStampMood.allCases[strike.below(SandboxStampMood.allCases.count)]
      }
      if let strike = faults.strike(.oddFields, while: "the whole seed", detail: details[6]) {
        quirks.missingFieldRate = 0.1 * Double(strike.below(4))
        // Nobody can find a network that does not say its name.
        quirks.omissibleFields.remove(.name)
        quirks.unknownFieldRate = 0.5
      }
      if let strike = faults.strike(.takenNames, while: "the whole seed", detail: details[7]) {
        quirks.takenNames = strike.below(2) == 0 ? .duplicate : .invalid
      }
      if let strike = faults.strike(.changedNames, while: "the whole seed", detail: details[8]) {
        quirks.nameChange = SandboxNameChange.allCases[strike.below(SandboxNameChange.allCases.count)]
      }
      if let strike = faults.strike(.hiddenNames, while: "the whole seed", detail: details[9]) {
        quirks.hiddenNameRate = [0.3, 1][strike.below(2)]
      }
      if let strike = faults.strike(.unreadableRecords, while: "the whole seed", detail: details[10]) {
        quirks.unreadableRate = 0.1 * Double(1 + strike.below(4))
      }
    }
  }

  var violations: [Violation] { found.violations }
  var counted: Counts { counts.withLock { $0 } }

  func noteResolution() {
    counts.withLock { $0.resolutions += 1 }
  }

  func violate(_ invariant: Invariant, host: Int, _ what: String) {
    found.add(invariant, host: host, what)
  }

  /// How long one way takes: mostly some milliseconds, now and then seconds.
  func latency() -> Duration {
    guard options.scenario == nil else { return Scenario.latency }
    return schedule.withLock { random in
      random.below(20) == 0 ? .milliseconds(random.within(100...2_500)) : .milliseconds(random.within(1...40))
    }
  }

  func noteFault(_ fault: Fault, _ what: String) {
    trace.note(.fault, Fault.allCases.firstIndex(of: fault) ?? 0, "FAULT \(fault.rawValue) \(what)")
  }

  // MARK: Running

  /// Runs until nothing is left to do.
  func run() {
    var steps = 0
    while steps < 300_000 {
      steps += 1
      let choices = executor.runNext()
      if choices > 1 { trace.fold(UInt64(choices)) }
      if choices > 0 { continue }
      guard time.runNext() else { return }
    }
    violate(.rest, host: 0, "it did not come to rest")
  }

  /// Whether a host's replica remembers a silence that the server asked for, and that is not over by the host's clock.
  func isQuietHere(_ host: Int) -> Bool {
    let host = hosts[host]
    guard let until = try? host.replica(in: self, SimulatedProcess(host: host.index)).meta().quietUntil else {
      return false
    }
    return (.zero...Limits.serverWait.upperBound).contains(until.since(host.wall(server)))
  }

  /// Lets time pass.
  func pass(_ duration: Duration) {
    time.schedule(after: duration) {}
    run()
  }

  // MARK: Cycles

  enum Cycle: Sendable {
    case pull(PullOptions)
    case push(PushOptions)
    case sync(PullOptions, PushOptions)
  }

  /// Starts a process on a host that pulls, pushes, or both.
  func start(_ cycle: Cycle, on host: Int, isForeign: Bool = false) {
    let number = counts.withLock { counts in
      counts.cycles += 1
      return counts.cycles
    }
    let process = SimulatedProcess(host: host, process: number)
    hosts[host].checker.starts(process)
    trace.note(.cycleStarted, host, "host \(host) starts a \(cycle.word)")
    let engine = hosts[host].engine(in: self, process, isForeign: isForeign)
    Task(executorPreference: executor) { [self] in
      ended(cycle, await cycle.run(on: engine), process)
    }
  }

  /// Starts a daemon on a host, and has it end after a while.
  ///
  /// - Returns: how many pulls it has made, once it has ended.
  @discardableResult
  func startDaemon(on host: Int, every interval: Duration, for duration: Duration) -> DaemonRun {
    let number = counts.withLock { counts in
      counts.cycles += 1
      return counts.cycles
    }
    let (process, run) = (SimulatedProcess(host: host, process: number), DaemonRun())
    hosts[host].checker.starts(process)
    trace.note(.cycleStarted, host, "host \(host) starts a daemon")
    let engine = hosts[host].engine(in: self, process, isForeign: false)
    guard let watch = try? ReplicaWatch(engine.replica) else { return run }
    let loop = SyncLoop(
      engine: engine,
      watch: watch,
      interval: interval,
      // So few that not all that are due are read at once.
      listsOfCycle: 2,
      // Ten times as seldom as a real one: a seed has thousands of them.
      glance: SyncLoop.glance * 10,
      onSync: { [self] in synced($0, process, run) }
    )
    Task(executorPreference: executor) { [self] in
      try? await loop.run()
      trace.note(.cycleEnded, host, "host \(host)'s daemon ends")
      if !process.isAlive { restart(host) }
    }
    time.schedule(after: duration) { process.stop.request() }
    return run
  }

  private func synced(_ report: SyncReport, _ process: SimulatedProcess, _ run: DaemonRun) {
    counts.withLock { $0.requests += report.requests }
    guard process.isAlive else { return }
    run.note(report)
    if let pulled = report.pull { hosts[process.host].ended(pulled) }
    checkStatus(of: process)
    for case .replica(let error)? in [report.pull?.failure, report.push?.failure] { check(error, on: process.host) }
  }

  private func restart(_ host: Int) {
    counts.withLock { $0.crashes += 1 }
    let rest = schedule.withLock { $0.below(60_000) }
    time.schedule(after: .milliseconds(rest)) { [self] in start(.sync(PullOptions(), PushOptions()), on: host) }
  }

  private func ended(_ cycle: Cycle, _ report: SyncReport, _ process: SimulatedProcess) {
    let (pulled, pushed) = (report.pull, report.push)
    let failure = pulled?.failure ?? pushed?.failure
    let outcome = failure.map { " (\($0))" } ?? ""
    trace.note(.cycleEnded, process.host, "host \(process.host) ends its \(cycle.word)\(outcome)")
    counts.withLock { $0.requests += report.requests }
    if let pulled, !cycle.isOfOneNetwork { hosts[process.host].ended(pulled) }
    guard !process.isAlive else {
      if case .pull = cycle, let pulled { hosts[process.host].checker.checkPull(pulled, of: process) }
      checkStatus(of: process)
      for case .replica(let error)? in [pulled?.failure, pushed?.failure] { check(error, on: process.host) }
      return
    }
    restart(process.host)
  }

  /// "In sync" is said only when it is (R17).
  private func checkStatus(of process: SimulatedProcess) {
    let host = hosts[process.host]
    let picture = host.checker.snapshot
    let open = picture.edits.count + picture.deadLetters.count
    let isComplete = host.lastPull.map { $0.outcome == .ok && $0.isComplete } ?? false
    // Where it is, it may be said.
    guard open > 0 || !isComplete, let status = try? host.replica(in: self, process).status(), status.isInSync else {
      return
    }
    if status.lastSweep?.outcome != .ok || status.lastSweep?.isComplete != true {
      violate(.honestStatus, host: process.host, "in sync is said after a pull that was not complete")
    }
    if open > 0 { violate(.honestStatus, host: process.host, "in sync is said, and \(open) edits are open") }
  }

  /// An error of the database's own is a bug; those that were put in carry no path.
  func check(_ error: ReplicaError, on host: Int) {
    switch error {
    case .storage(let path, let reason), .damaged(let path, let reason):
      if !path.isEmpty { violate(.storage, host: host, reason) }
    case .missing, .notAReplica, .newer, .foreignLog, .replaced, .readOnly, .diskFull, .taken, .locked, .notCopied:
      violate(.storage, host: host, "\(error)")
    case .noEdit, .noChange, .notPossible, .deletionWaits, .networkGone, .noConflict, .idTaken, .noCandidate:
      break
    }
  }

  /// What a process is asked at every access to its replica: whether it dies here, or its disk does.
  func gate(_ process: SimulatedProcess) -> StepGate {
    { [self] access throws(ReplicaError) in
      guard process.isAlive else { throw .storage(path: "", reason: "the process is dead") }
      switch access {
      case .read:
        return
      case .begin(let step):
        try interrupt(process, step, "before", [.crash, .busy])
      case .committing(let step):
        try interrupt(process, step, "within", [.crash, .diskFull])
      case .committed(let step):
        committed(step, of: process)
        try interrupt(process, step, "after", [.crash])
      }
    }
  }

  private func interrupt(
    _ process: SimulatedProcess,
    _ step: DurableStep,
    _ moment: String,
    _ candidates: [Fault]
  ) throws(ReplicaError) {
    if let sweep = options.crash, sweep.strikes(step, moment, hosts[process.host].nextStep()) {
      trace.note(.crash, process.host, "CRASH \(moment) \(step.rawValue)")
      process.die()
      throw .storage(path: "", reason: "the process is dead")
    }
    guard let strike = faults.strike(candidates, while: step.rawValue, weight: 0.2) else { return }
    noteFault(strike.fault, "\(moment) \(step.rawValue)")
    switch strike.fault {
    case .crash:
      process.die()
      throw .storage(path: "", reason: "the process is dead")
    case .diskFull: throw .storage(path: "", reason: "database or disk is full")
    default: throw .storage(path: "", reason: "database is locked")
    }
  }

  func committed(_ step: DurableStep?, of process: SimulatedProcess) {
    let host = process.host
    trace.note(
      .step,
      host &* 100 &+ (step.flatMap { DurableStep.allCases.firstIndex(of: $0) } ?? 99),
      "host \(host): \(step?.rawValue ?? "?") is committed"
    )
    let (commits, facts) = hosts[host].file.takeCommits()
    hosts[host].checker.committed(step, of: process.process, commits: commits, facts)
  }
}

/// What a daemon did.
final class DaemonRun: Sendable {
  private let reports = Mutex<(pulls: Int, last: SyncReport?)>((0, nil))

  var pulls: Int { reports.withLock { $0.pulls } }
  /// Its last sync.
  var last: SyncReport? { reports.withLock { $0.last } }

  func note(_ report: SyncReport) {
    reports.withLock { reports in
      if report.pull != nil { reports.pulls += 1 }
      reports.last = report
    }
  }
}

extension SyncReport {
  fileprivate var requests: Int { (pull?.counts.requests ?? 0) + (push?.requests ?? 0) }
}

extension SimulatedWorld.Cycle {
  /// A pull that says nothing of the account as a whole.
  var isOfOneNetwork: Bool { if case .pull(let options) = self { options.network != nil } else { false } }

  var word: String {
    switch self {
    case .pull: "pull"
    case .push: "push"
    case .sync: "sync"
    }
  }

  func run(on engine: SyncEngine) async -> SyncReport {
    switch self {
    case .pull(let options): await engine.sync(SyncOptions(pull: options))
    case .push(let options): await engine.sync(SyncOptions(push: options))
    case .sync(let pull, let push): await engine.sync(SyncOptions(pull: pull, push: push))
    }
  }
}
