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
  /// Asked before every few seeds; true ends it with those that are done.
  public var isToEnd: @Sendable () -> Bool = { false }

  /// These seeds, each once.
  public init(firstSeed: UInt64, seeds: Int, options: SimulationOptions, workers: Int) {
    self.firstSeed = firstSeed
    self.seeds = seeds
    self.options = options
    self.workers = workers
  }

  /// Runs them all.
  ///
  /// - Parameter onProgress: told now and then what has come of those that are done.
  public func run(onProgress: @escaping @Sendable (CampaignSummary) -> Void = { _ in }) -> CampaignSummary {
    keepMemory()
    let progress = Progress(seeds: seeds)
    let group = DispatchGroup()
    for worker in 0..<workers {
      // A queue of its own gets a thread of its own, however busy the machine is.
      DispatchQueue(label: "worker \(worker)").async(group: group) { work(on: progress, onProgress) }
    }
    group.wait()
    return progress.summary
  }

  private func work(on progress: Progress, _ onProgress: (CampaignSummary) -> Void) {
    let files = SimulationFiles()
    while !isToEnd(), let batch = progress.next() {
      var summary = CampaignSummary()
      for index in batch {
        summary.add(runSeed(firstSeed &+ UInt64(index), files))
      }
      onProgress(progress.finish(summary, stops: stopsAtViolation && !summary.failures.isEmpty))
    }
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
      return again.counts.hash == report.counts.hash ? .success(report) : .failure(.twoTraces(seed))
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

    /// - Returns: what has come of all batches so far.
    func finish(_ batch: CampaignSummary, stops: Bool) -> CampaignSummary {
      state.withLock { state in
        state.summary.add(batch)
        if stops { state.isStopped = true }
        return state.summary
      }
    }

    var summary: CampaignSummary { state.withLock { $0.summary } }
  }
}

/// What came of many seeds.
public struct CampaignSummary: Sendable {
  public private(set) var seeds = 0
  /// Over all seeds.
  public private(set) var counts = SimulationCounts()
  /// The fewest events that a seed had.
  public private(set) var fewestEvents = Int.max
  /// Seeds that broke a promise, the lowest first.
  public private(set) var failures: [Failure] = []

  /// A seed that broke promises.
  public struct Failure: Sendable {
    public let seed: UInt64
    /// Each promise with what was found, in the order of their finding.
    public let what: [String]
  }

  mutating func add(_ result: Result<SimulationReport, Campaign.SeedError>) {
    seeds += 1
    switch result {
    case .success(let report):
      counts.add(report.counts)
      fewestEvents = min(fewestEvents, report.counts.events)
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
    counts.add(other.counts)
    fewestEvents = min(fewestEvents, other.fewestEvents)
    failures = (failures + other.failures).sorted { $0.seed < $1.seed }
  }
}
