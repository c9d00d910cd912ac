/// A failing seed, made small.
public struct ShrunkSimulation: Sendable {
  /// The one that fails.
  public let seed: UInt64
  /// The promise that was not kept, before and after.
  public let invariant: Invariant
  /// What is left: what people do, with its times, and what goes wrong while the engine does what.
  public let actions: [String]
  public let faults: [String]
  /// How many there were at first.
  public let actionsBefore: Int
  public let faultsBefore: Int
  /// Of the small run.
  public let report: SimulationReport
}

extension Simulation {
  /// Leaves out actions and faults for as long as the same promise is broken: delta debugging (Zeller, Hildebrandt: "Simplifying
  /// and Isolating Failure-Inducing Input", IEEE TSE 2002), over the faults and the actions in turn.
  ///
  /// - Returns: nil where the seed keeps every promise.
  public func shrunk() throws -> ShrunkSimulation? {
    guard var shrinking = try Shrinking(self) else { return nil }
    var before: Int
    repeat {
      before = shrinking.faults.count + shrinking.actions.count
      try shrinking.shrinkFaults()
      try shrinking.shrinkActions()
    } while shrinking.faults.count + shrinking.actions.count < before
    return try shrinking.result()
  }
}

/// The state of a shrinking: what is kept so far.
private struct Shrinking {
  private let simulation: Simulation
  private let files = SimulationFiles()
  private let whole: SimulationReport
  private let invariant: Invariant
  /// Leaving something out may bring faults up that had no turn before: those are left out too.
  private let faultNumbers: Range<Int>
  private(set) var actions: [Int]
  private(set) var faults: [Int]

  /// nil where nothing fails.
  init?(_ simulation: Simulation) throws {
    self.simulation = simulation
    whole = try simulation.run(in: files)
    guard let violation = whole.violations.first else { return nil }
    invariant = violation.invariant
    actions = Array(whole.actions.indices)
    faults = Array(0..<whole.strikes)
    faultNumbers = 0..<(4 * whole.strikes + 1_000)
  }

  mutating func shrinkFaults() throws {
    let (now, kept) = (self, actions)
    faults = try minimized(faults) { try now.fails(kept, $0) }
  }

  mutating func shrinkActions() throws {
    let (now, kept) = (self, faults)
    actions = try minimized(actions) { try now.fails($0, kept) }
  }

  func result() throws -> ShrunkSimulation {
    var options = options(actions, faults)
    options.keepsTrace = true
    let report = try Simulation(seed: simulation.seed, options: options).run(in: files)
    return ShrunkSimulation(
      seed: simulation.seed,
      invariant: invariant,
      actions: actions.map { "\($0)  \(whole.actions[$0])" },
      faults: report.struck.map { "\($0.number)  \($0)" },
      actionsBefore: whole.actions.count,
      faultsBefore: whole.struck.count,
      report: report
    )
  }

  private func options(_ actions: [Int], _ faults: [Int]) -> SimulationOptions {
    var options = simulation.options
    options.omittedActions = Set(whole.actions.indices).subtracting(actions)
    options.omittedFaults = Set(faultNumbers).subtracting(faults)
    return options
  }

  private func fails(_ actions: [Int], _ faults: [Int]) throws -> Bool {
    let report = try Simulation(seed: simulation.seed, options: options(actions, faults)).run(in: files)
    return report.violations.contains { $0.invariant == invariant }
  }
}

/// The items that are needed to fail: ever smaller parts are left out, until no single item can be.
///
/// - Parameter fails: whether it fails with these items only; with all of them it does.
func minimized(_ items: [Int], _ fails: ([Int]) throws -> Bool) rethrows -> [Int] {
  if try fails([]) { return [] }
  var kept = items
  var size = max(kept.count / 2, 1)
  while true {
    var start = 0
    var isSmaller = false
    while start < kept.count {
      let rest = Array(kept[..<start] + kept[min(start + size, kept.count)...])
      if try !rest.isEmpty && fails(rest) {
        kept = rest
        isSmaller = true
      } else {
        start += size
      }
    }
    if size > 1 { size /= 2 } else if !isSmaller { return kept }
  }
}

extension Action: CustomStringConvertible {
  var description: String {
    switch actor {
    case .host(let host): "\(at)  host \(host): \(kind)"
    case .portal: "\(at)  portal: \(kind)"
    }
  }
}

extension FaultSource.Struck: CustomStringConvertible {
  var description: String { "\(at)  \(fault.rawValue), \(doing)" }
}
