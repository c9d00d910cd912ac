import Dispatch
import Synchronization

/// Many seeds, on every core.
public struct Campaign: Sendable {
  public var firstSeed: UInt64
  /// How many seeds, from the first on.
  public var seeds: Int
  /// Of every seed.
  public var options: SimulationOptions
  /// Runs every seed a second time and holds the traces against each other.
  public var runsTwice = false
  /// How many seeds run at the same time.
  public var workers: Int
  /// Ends at the first seed that breaks a promise.
  public var stopsAtViolation = false

  /// These seeds, each once.
  public init(firstSeed: UInt64, seeds: Int, options: SimulationOptions, workers: Int) {
    self.firstSeed = firstSeed
    self.seeds = seeds
    self.options = options
    self.workers = workers
  }

  /// Runs them all.
  ///
  /// - Parameter onProgress: told now and then how many are done.
  public func run(onProgress: @escaping @Sendable (Int) -> Void = { _ in }) -> CampaignSummary {
    keepMemory()
    let progress = Progress(seeds: seeds)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      let files = SimulationFiles()
      var summary = CampaignSummary()
      while let batch = progress.next() {
        for index in batch {
          summary.add(runSeed(firstSeed &+ UInt64(index), files))
        }
        let done = progress.finish(batch.count, stops: stopsAtViolation && !summary.failures.isEmpty)
        onProgress(done)
      }
      progress.add(summary)
    }
    return progress.summary
  }

  /// A campaign takes and frees the same memory all the time, and giving it back to the system in between costs a fourth of the
  /// time. glibc keeps up to twice as much as the largest block that was ever given back at once (mallopt(3), M_MMAP_THRESHOLD).
  private func keepMemory() {
    unsafe UnsafeMutableRawPointer.allocate(byteCount: 31 << 20, alignment: 16).deallocate()
  }

  private func runSeed(_ seed: UInt64, _ files: SimulationFiles) -> Result<SimulationReport, SeedError> {
    let simulation = Simulation(seed: seed, options: options)
    do {
      let report = try simulation.run(in: files)
      guard runsTwice else { return .success(report) }
      let again = try simulation.run(in: files)
      return again.hash == report.hash ? .success(report) : .failure(.twoTraces(seed))
    } catch {
      return .failure(.noDatabase(seed, String(describing: error)))
    }
  }

  /// Why a seed has no report.
  enum SeedError: Error {
    /// Run twice, it took two courses.
    case twoTraces(UInt64)
    case noDatabase(UInt64, String)
  }

  /// Hands out batches of seeds, and gathers what comes of them.
  private final class Progress: Sendable {
    private struct State {
      var next = 0
      var done = 0
      var isStopped = false
      var summary = CampaignSummary()
    }

    private let seeds: Int
    private let state = Mutex(State())

    init(seeds: Int) {
      self.seeds = seeds
    }

    func next() -> Range<Int>? {
      state.withLock { state in
        guard !state.isStopped, state.next < seeds else { return nil }
        let batch = state.next..<min(state.next + 25, seeds)
        state.next = batch.upperBound
        return batch
      }
    }

    func finish(_ count: Int, stops: Bool) -> Int {
      state.withLock { state in
        state.done += count
        if stops { state.isStopped = true }
        return state.done
      }
    }

    func add(_ summary: CampaignSummary) {
      state.withLock { $0.summary.add(summary) }
    }

    var summary: CampaignSummary { state.withLock { $0.summary } }
  }
}

/// What came of many seeds.
public struct CampaignSummary: Sendable {
  public private(set) var seeds = 0
  /// As in ``SimulationReport``, over all seeds.
  public private(set) var events = 0
  /// The fewest events that a seed had.
  public private(set) var fewestEvents = Int.max
  public private(set) var cycles = 0
  public private(set) var requests = 0
  public private(set) var crashes = 0
  /// Conflicts that people settled.
  public private(set) var resolutions = 0
  /// Edits whose call returned, what became of them, and what struck the engine while it was doing what.
  public private(set) var edits = 0
  public private(set) var outcomes: [String: Int] = [:]
  public private(set) var coverage: [String: [Fault: Int]] = [:]
  /// Over the traces of all seeds, whatever their order: two campaigns of the same seeds have the same.
  public private(set) var hash: UInt64 = 0
  /// Seeds that broke a promise, the lowest first.
  public private(set) var failures: [Failure] = []

  /// A seed that broke promises.
  public struct Failure: Sendable {
    public let seed: UInt64
    /// Each promise with what was found, in the order of their finding.
    public let what: [String]
  }

  /// Faults that struck.
  public var faults: Int { coverage.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

  /// Edits that reached the server.
  public var landed: Int { ["sent", "adopted", "satisfied"].reduce(0) { $0 + outcomes[$1, default: 0] } }
  /// Edits that came to an end and were not taken back or replaced by their users.
  public var meant: Int {
    outcomes.values.reduce(0, +) - outcomes["superseded", default: 0] - outcomes["discarded", default: 0]
  }

  mutating func add(_ result: Result<SimulationReport, Campaign.SeedError>) {
    seeds += 1
    switch result {
    case .success(let report):
      events += report.events
      fewestEvents = min(fewestEvents, report.events)
      cycles += report.cycles
      requests += report.requests
      crashes += report.crashes
      resolutions += report.resolutions
      edits += report.edits
      outcomes.merge(report.outcomes, uniquingKeysWith: +)
      coverage.merge(report.coverage) { $0.merging($1, uniquingKeysWith: +) }
      hash &+= report.hash
      if !report.violations.isEmpty {
        failures.append(Failure(seed: report.seed, what: report.violations.map(\.description)))
      }
    case .failure(.twoTraces(let seed)):
      failures.append(Failure(seed: seed, what: ["\(Invariant.determinism.rawValue): run twice, it took two courses"]))
    case .failure(.noDatabase(let seed, let reason)):
      failures.append(Failure(seed: seed, what: [reason]))
    }
  }

  mutating func add(_ other: CampaignSummary) {
    seeds += other.seeds
    events += other.events
    fewestEvents = min(fewestEvents, other.fewestEvents)
    cycles += other.cycles
    requests += other.requests
    crashes += other.crashes
    resolutions += other.resolutions
    edits += other.edits
    outcomes.merge(other.outcomes, uniquingKeysWith: +)
    coverage.merge(other.coverage) { $0.merging($1, uniquingKeysWith: +) }
    hash &+= other.hash
    failures = (failures + other.failures).sorted { $0.seed < $1.seed }
  }
}
