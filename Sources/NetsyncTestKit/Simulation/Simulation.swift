import NetsyncReplica

/// One seed: a world, what happens in it, and whether every promise was kept.
///
/// Runs on the calling thread and needs nothing but memory. The engine, the replica and its SQLite are the real ones; the network,
/// the server, the clocks and the order of concurrent jobs are the seed's.
public struct Simulation {
  /// Decides everything that the options leave open.
  public let seed: UInt64
  public var options: SimulationOptions

  /// The seed's own world, within what the options allow.
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

  /// Runs it in databases that are used again and again, which is quicker.
  public func run(in files: SimulationFiles) throws -> SimulationReport {
    var setup = SeededRandom(seed: seed, .setup, index: 1)
    let drawn = [1, 1, 1, 2, 2, 2, 2, 3][setup.below(8)]
    let hasPortal = setup.below(5) != 0
    let count = options.replicas ?? drawn
    let world = SimulatedWorld(
      seed: seed,
      options: options,
      files: try files.empty(count),
      key: try SimulatedKey.key()
    )
    let run = SimulationRun(world: world, seed: seed, hasPortal: hasPortal)
    run.live()
    run.comeToRest()
    return run.report()
  }
}

/// Databases that simulations use one after the other.
public final class SimulationFiles {
  private var files: [AuditedFile] = []

  /// None yet: they are made when they are needed.
  public init() {}

  func empty(_ count: Int) throws -> [AuditedFile] {
    while files.count < count { files.append(try AuditedFile()) }
    let used = Array(files.prefix(count))
    for file in used { try file.erase() }
    return used
  }
}
