/// What came of one seed.
public struct SimulationReport: Sendable {
  /// The one that was run.
  public let seed: UInt64
  /// Promises that were not kept; there should be none.
  public internal(set) var violations: [Violation] = []
  public internal(set) var counts = SimulationCounts()
  /// The trace as text, where ``SimulationOptions/keepsTrace`` asks for it.
  public internal(set) var trace: [String] = []

  /// How many faults and actions there were to leave out.
  var strikes = 0
  var actions: [Action] = []
  /// The faults that struck, one by one.
  var struck: [FaultSource.Struck] = []

  init(seed: UInt64) {
    self.seed = seed
  }
}
