/// What came of one seed.
public struct SimulationReport: Sendable {
  /// The one that was run.
  public let seed: UInt64
  /// Promises that were not kept; there should be none.
  public internal(set) var violations: [Violation] = []
  /// Things that happened: actions, requests, answers, durable steps, faults.
  public internal(set) var events = 0
  /// Of the trace: the same for the same seed.
  public internal(set) var hash: UInt64 = 0
  /// The trace as text, where ``SimulationOptions/keepsTrace`` asks for it.
  public internal(set) var trace: [String] = []
  /// What struck, by what the engine was doing.
  public internal(set) var coverage: [String: [Fault: Int]] = [:]
  /// Edits whose call returned, and what became of them.
  public internal(set) var edits = 0
  public internal(set) var outcomes: [String: Int] = [:]
  /// Pulls, pushes, and both together, the requests that they sent, and the processes among them that died.
  public internal(set) var cycles = 0
  public internal(set) var requests = 0
  public internal(set) var crashes = 0
  /// Conflicts that people settled.
  public internal(set) var resolutions = 0

  /// How many faults and actions there were to leave out.
  var strikes = 0
  var actions: [Action] = []
  /// The faults that struck, one by one.
  var struck: [FaultSource.Struck] = []

  init(seed: UInt64) {
    self.seed = seed
  }
}
