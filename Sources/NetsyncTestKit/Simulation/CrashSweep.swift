import Dispatch
import NetsyncModel
import NetsyncReplica
import Synchronization

/// Every scenario with a crash at every moment of every durable step: afterwards all must be as if nothing had been (I7).
///
/// A scenario runs once without a crash, which counts its moments; then once for each of them, with a process that dies there and
/// another that goes on; and then, where it is asked for, with two crashes.
public struct CrashSweep: Sendable {
  /// Runs with two crashes, over all scenarios; a process that repairs what a crash has left dies too.
  public var pairs = 0
  /// Of the moments, only every n-th.
  public var every = 1
  /// How many runs go on at the same time.
  public var workers: Int

  /// Every moment once, without pairs.
  public init(workers: Int) {
    self.workers = workers
  }

  /// What came of it.
  public struct Summary: Sendable {
    /// What came of one scenario.
    public struct Row: Sendable {
      public let scenario: String
      /// The durable steps that it takes, and all their moments: before, within and after each.
      public let steps: Int
      public let moments: Int
      /// The one without a crash among them.
      public fileprivate(set) var runs = 1
    }

    /// One for each scenario.
    public fileprivate(set) var rows: [Row] = []
    /// Durable steps that no run came to.
    public fileprivate(set) var missing: [String] = []
    /// Processes that died.
    public fileprivate(set) var crashes = 0
    /// Where it went wrong, and how.
    public fileprivate(set) var violations: [String] = []

    /// Durable steps that there are.
    public var steps: Int { DurableStep.allCases.count }
    /// Over all scenarios.
    public var runs: Int { rows.reduce(0) { $0 + $1.runs } }
    public var moments: Int { rows.reduce(0) { $0 + $1.moments } }
  }

  /// Runs it.
  ///
  /// - Throws: where SQLite cannot make a database in memory.
  public func run() throws -> Summary {
    let files = SimulationFiles()
    let uncrashed = try Scenario.all.map { try $0.run(crashes: [], in: files) }
    var summary = Summary()
    for (scenario, run) in zip(Scenario.all, uncrashed) {
      summary.rows.append(
        Summary.Row(scenario: scenario.name, steps: Set(run.moments.map(\.step)).count, moments: run.moments.count)
      )
      summary.note(run.violations.map(\.description), in: scenario, after: [])
    }
    var taken = Set(uncrashed.flatMap(\.moments).map(\.step))
    for (job, run) in try crashed(jobs(uncrashed)) {
      let scenario = Scenario.all[job.scenario]
      taken.formUnion(run.moments.map(\.step))
      summary.rows[job.scenario].runs += 1
      summary.crashes += run.crashes.count
      let differences = run.differences(from: uncrashed[job.scenario], in: scenario)
      summary.note(run.violations.map(\.description) + differences, in: scenario, after: run.crashes)
    }
    summary.missing = DurableStep.allCases.filter { !taken.contains($0) }.map(\.rawValue)
    return summary
  }

  /// Runs jobs on every worker; gives them in their order.
  private func crashed(_ jobs: [Job]) throws -> [(Job, ScenarioRun)] {
    let results = Mutex<[Int: Result<ScenarioRun, any Error>]>([:])
    let next = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      let files = SimulationFiles()
      while true {
        let index = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard index < jobs.count else { return }
        let result = Result { try Scenario.all[jobs[index].scenario].run(crashes: jobs[index].crashes, in: files) }
        results.withLock { $0[index] = result }
      }
    }
    let all = results.withLock { $0 }
    return try jobs.enumerated().compactMap { index, job in try all[index].map { (job, try $0.get()) } }
  }

  private struct Job: Sendable {
    var scenario: Int
    var crashes: Set<Int>
  }

  private func jobs(_ uncrashed: [ScenarioRun]) -> [Job] {
    var jobs: [Job] = []
    for (scenario, run) in uncrashed.enumerated() {
      for moment in stride(from: 0, to: run.moments.count, by: every) {
        jobs.append(Job(scenario: scenario, crashes: [moment]))
      }
    }
    var random = SeededRandom(seed: 1, .faults)
    for _ in 0..<pairs {
      let scenario = random.below(uncrashed.count)
      let first = random.below(uncrashed[scenario].moments.count)
      // Soon after the first: most of what can go wrong is in the repair.
      jobs.append(Job(scenario: scenario, crashes: [first, first + random.within(1...40)]))
    }
    return jobs
  }
}

extension CrashSweep.Summary {
  fileprivate mutating func note(_ what: [String], in scenario: Scenario, after crashes: [Moment]) {
    guard !what.isEmpty else { return }
    let place = crashes.isEmpty ? "without a crash" : crashes.map { "crash \($0)" }.joined(separator: ", then ")
    violations += what.map { "\(scenario.name), \(place): \($0)" }
  }
}

/// A moment at which a process can die.
struct Moment: Hashable, Sendable, CustomStringConvertible {
  var number: Int
  var when: String
  var step: DurableStep

  var description: String { "\(when) \(step.rawValue) (moment \(number))" }
}

/// Where processes die in a crash sweep, by the numbers of the moments, and the moments that they come to.
final class CrashPoint: Sendable {
  private let numbers: Set<Int>
  private let noted = Mutex<[Moment]>([])

  init(_ numbers: Set<Int>) {
    self.numbers = numbers
  }

  func strikes(_ step: DurableStep, _ when: String, _ number: Int) -> Bool {
    noted.withLock { $0.append(Moment(number: number, when: when, step: step)) }
    return numbers.contains(number)
  }

  var moments: [Moment] { noted.withLock { $0 } }
}

/// What came of one run of a scenario.
struct ScenarioRun: Sendable {
  /// The moments that its processes came to before the rest.
  var moments: [Moment] = []
  /// Those at which one died.
  var crashes: [Moment] = []
  var violations: [Violation] = []
  /// Every network of the replica, by name and number of interfaces, and every name at the server. Ids differ from run to run.
  var here: [String] = []
  var there: [String] = []

  /// What the crashes made of it that is otherwise than without them.
  func differences(from other: ScenarioRun, in scenario: Scenario) -> [String] {
    let compared = [("the replica", here, other.here), ("the server", there, other.there)]
    return compared.compactMap { side, mine, others in
      let isSame = scenario.hasStrangers ? Set(mine) == Set(others) : mine == others
      return isSame ? nil : "\(Invariant.idempotence.rawValue): \(side) has \(mine), without a crash \(others)"
    }
  }
}

extension Scenario {
  /// Runs it with a crash at each of these moments.
  func run(crashes: Set<Int>, in files: SimulationFiles) throws -> ScenarioRun {
    let crash = CrashPoint(crashes)
    var options = SimulationOptions()
    options.policy = .hold
    options.scenario = self
    options.crash = crash
    let world = SimulatedWorld(seed: 1, options: options, files: try files.empty(1), key: try SimulatedKey.key())
    play(in: world)
    var result = ScenarioRun(moments: crash.moments)
    let run = SimulationRun(resting: world, seed: 1)
    run.comeToRest()
    run.walkInterfaces()
    result.crashes = crash.moments.filter { crashes.contains($0.number) }
    result.violations = world.violations
    let replica = world.hosts[0].replica(in: world, SimulatedProcess(host: 0))
    let networks = try replica.networks()
    result.here = networks.map { "\($0.name?.text ?? "-") \($0.interfaces.map(String.init) ?? "-")" }.sorted()
    result.there = world.server.names
    return result
  }
}
