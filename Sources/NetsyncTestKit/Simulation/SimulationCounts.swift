/// What happened in one seed, or in many together.
public struct SimulationCounts: Sendable {
  /// Things that happened: actions, requests, answers, durable steps, faults.
  public internal(set) var events = 0
  /// Pulls, pushes, and both together, the requests that they sent, and the processes among them that died.
  public internal(set) var cycles = 0
  public internal(set) var requests = 0
  public internal(set) var crashes = 0
  /// Conflicts that people settled.
  public internal(set) var resolutions = 0
  /// Edits whose call returned, and what became of them.
  public internal(set) var edits = 0
  public internal(set) var outcomes: [String: Int] = [:]
  /// What struck, by what the engine was doing.
  public internal(set) var coverage: [String: [Fault: Int]] = [:]
  /// Of the trace: the same for the same seed. Of many: the same for the same seeds, whatever their order.
  public internal(set) var hash: UInt64 = 0

  /// Faults that struck.
  public var faults: Int { coverage.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

  /// Edits that reached the server.
  public var landed: Int { ["sent", "adopted", "satisfied"].reduce(0) { $0 + outcomes[$1, default: 0] } }

  /// Edits that came to an end and were not taken back or replaced by their users.
  public var meant: Int {
    outcomes.values.reduce(0, +) - outcomes["superseded", default: 0] - outcomes["discarded", default: 0]
  }

  mutating func add(_ other: SimulationCounts) {
    events += other.events
    cycles += other.cycles
    requests += other.requests
    crashes += other.crashes
    resolutions += other.resolutions
    edits += other.edits
    outcomes.merge(other.outcomes, uniquingKeysWith: +)
    coverage.merge(other.coverage) { $0.merging($1, uniquingKeysWith: +) }
    hash &+= other.hash
  }
}
