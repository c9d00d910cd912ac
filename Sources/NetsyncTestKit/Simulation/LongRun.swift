import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// Years of one host: it syncs once an hour, people edit here and at the portal, things go wrong, and each year the server is set back to a
/// backup of some days before and the API key is replaced. Every promise is checked as in a simulation; besides, nothing may grow with the
/// years but the tombstones of networks that are gone, whose ids resolve for ever.
public struct LongRun: Sendable {
  public var years: Int
  public var seed: UInt64

  public init(years: Int, seed: UInt64) {
    self.years = years
    self.seed = seed
  }

  /// How things stand at the end of a year.
  public struct Year: Sendable {
    /// Of the replica, without what is free within it.
    public var bytes = 0
    public var networks = 0
    /// Networks that are gone.
    public var tombstones = 0
    /// Entries of the journal, and sweeps, that are kept.
    public var changes = 0
    public var sweeps = 0
    /// Since the start.
    public var edits = 0
    public var cycles = 0
    public var requests = 0
    public var crashes = 0
  }

  public struct Summary: Sendable {
    public fileprivate(set) var years: [Year] = []
    public fileprivate(set) var violations: [String] = []
    public fileprivate(set) var struck: [Fault: Int] = [:]
  }

  /// What one takes at most, with its places in indexes and the entry of the journal that tells of its end: its evidence is kept.
  private static let tombstoneBytes = 1_000
  /// What a year may add besides, by chance: the networks and edits of one day are not those of another.
  private static let allowance = 64 << 10
  /// Hourly ones, and those that are begun again after a crash: what is added to those that are kept, until they are compacted.
  private static let sweepsPerDay = 100

  /// How often each fault strikes a request, a durable step, or a day. An account that is odd for ever would be another run.
  private static let rates: [Fault: Double] = Dictionary(
    uniqueKeysWithValues: (Fault.ofRequests + Fault.ofSteps).map { ($0, 0.003) }
      + [(.clockJump, 1), (.restoredBackup, 1), (.listLag, 1)]
  )

  /// - Parameter onYear: told at the end of each.
  /// - Throws: where SQLite cannot make a database in memory.
  public func run(_ onYear: (Int, Year) -> Void = { _, _ in }) throws -> Summary {
    var options = SimulationOptions()
    options.rates = Self.rates
    options.policy = .newest
    let files = SimulationFiles()
    let world = SimulatedWorld(seed: seed, options: options, files: try files.empty(1), key: try SimulatedKey.key())
    var summary = Summary()
    var chance = SeededRandom(seed: seed, .workload)
    var names = 0
    for year in 1...years {
      for day in 0..<365 {
        try pass(day, of: year, in: world, &chance, &names)
        guard world.violations.isEmpty else { break }
      }
      guard world.violations.isEmpty else { break }
      let standing = try stand(of: world)
      summary.years.append(standing)
      onYear(year, standing)
    }
    let rest = SimulationRun(resting: world, seed: seed)
    if world.violations.isEmpty { rest.comeToRest() }
    summary.violations = world.violations.map(\.description) + growth(of: summary.years)
    for (cell, count) in world.faults.coverage { summary.struck[cell.fault, default: 0] += count }
    return summary
  }

  private func pass(
    _ day: Int,
    of year: Int,
    in world: SimulatedWorld,
    _ chance: inout SeededRandom,
    _ names: inout Int
  ) throws {
    // A new key is given to the host two days after the old one was withdrawn.
    if day == 100 { world.server.accept(only: SimulatedKey.text(rotation: year)) }
    if day == 102 { world.hosts[0].use(try SimulatedKey.key(rotation: year)) }
    if day == 200 { world.perform(Action(at: .zero, actor: .portal, kind: .keepBackup, pick: chance.next())) }
    if day == 204 { world.perform(Action(at: .zero, actor: .portal, kind: .restore, pick: chance.next())) }
    for hour in 0..<24 {
      for _ in 0..<2 where chance.below(12) == 0 {
        names += 1
        let (kind, actor) = Self.deed(named: "net-\(names)", of: world, &chance)
        world.perform(Action(at: .zero, actor: actor, kind: kind, pick: chance.next()))
      }
      var pull = PullOptions()
      pull.interfaces = hour == 3 ? .all : .none
      world.start(.sync(pull, PushOptions()), on: 0)
      world.run()
      world.pass(.seconds(3_600))
    }
    if chance.below(30) == 0 {
      let kind = Action.Kind.jumpClock(seconds: [-3_600, -60, 60, 3_600][chance.below(4)])
      world.perform(Action(at: .zero, actor: .host(0), kind: kind, pick: chance.next()))
    }
    // People look once a day: they settle what waits for them, and approve what a guard holds.
    world.decideEverything(on: 0)
    if world.hosts[0].lastPull?.outcome == .held {
      world.hosts[0].checker.approve()
      var (pull, push) = (PullOptions(), PushOptions())
      (pull.maximumDeletes, pull.acceptsAccount, push.maximumDeletes) = (10_000, true, 10_000)
      world.start(.sync(pull, push), on: 0)
      world.run()
    }
  }

  /// As many networks are made as go, here and there.
  private static func deed(
    named name: String,
    of world: SimulatedWorld,
    _ chance: inout SeededRandom
  ) -> (Action.Kind, Action.Actor) {
    let isCrowded = world.server.networks.count > 20
    return switch chance.below(8) {
    case 0, 1: (isCrowded ? .delete : .create(name), .host(0))
    case 2, 3: (.rename(to: name), .host(0))
    case 4: (isCrowded ? .deleteThere : .createThere(name), .portal)
    case 5, 6: (.renameThere(name), .portal)
    default: (world.server.networks.count < 8 ? .createThere(name) : .deleteThere, .portal)
    }
  }

  private func stand(of world: SimulatedWorld) throws -> Year {
    let host = world.hosts[0]
    let replica = host.replica(in: world, SimulatedProcess(host: 0))
    let inventory = try replica.inventory()
    let picture = host.checker.snapshot
    var year = Year()
    year.bytes = try host.file.bytes()
    year.networks = inventory.networks
    year.changes = inventory.changes
    year.sweeps = try replica.sweeps(limit: .max).count
    year.tombstones = picture.networks.values.count { $0.goneCause != nil }
    year.edits = picture.returned.count
    let counted = world.counted
    (year.cycles, year.requests, year.crashes) = (counted.cycles, counted.requests, counted.crashes)
    return year
  }

  /// From the second year on every horizon has been passed.
  private func growth(of years: [Year]) -> [String] {
    zip(years, years.dropFirst()).enumerated().dropFirst().compactMap { index, pair in
      let (before, after) = pair
      let explained = (after.tombstones - before.tombstones) * Self.tombstoneBytes + Self.allowance
      let isFlat = after.bytes - before.bytes <= explained && after.sweeps <= Limits.sweeps + Self.sweepsPerDay
      return isFlat ? nil : "year \(index + 2) has \(after.bytes) bytes and \(after.sweeps) sweeps after \(before)"
    }
  }
}
