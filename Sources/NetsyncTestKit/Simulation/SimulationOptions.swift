public import NetsyncModel

/// What a simulation may do. The seed decides the rest.
public struct SimulationOptions: Sendable {
  /// How many hosts there are; nil: one to three, by the seed.
  public var replicas: Int?
  /// The faults that may strike; which of them do, and how often, is the seed's to say.
  public var faults: Set<Fault> = Set(Fault.allCases)
  /// The policy of every host; nil: one of them, by the seed.
  public var policy: ConflictPolicy?
  /// Keeps what happened as text.
  public var keepsTrace = false
  /// An edit is dropped behind the replica's back: it must be noticed.
  public var isCanary = false

  /// How often each fault strikes; nil: the seed says.
  var rates: [Fault: Double]?
  /// Actions and faults that are left out, by their numbers.
  var omittedActions: Set<Int> = []
  var omittedFaults: Set<Int> = []
  /// Where a process is to die, in a crash sweep.
  var crash: CrashPoint?
  /// What happens instead of what the seed would have happen.
  var scenario: Scenario?

  /// All faults, and everything else by the seed.
  public init() {}
}
