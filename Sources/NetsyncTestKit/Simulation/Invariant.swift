import Synchronization

/// What must hold whatever happens.
public enum Invariant: String, CaseIterable, Sendable {
  /// Every edit whose call returned is pending, or has an outcome.
  case noEditLost = "I1 no edit lost"
  case duplicateCreate = "I2 no duplicate create"
  case falseDelete = "I3 no false delete"
  case resurrection = "I4 no resurrection"
  case order = "I5 order"
  case convergence = "I6 convergence"
  case idempotence = "I7 idempotence"
  case states = "I8 states"
  case versions = "I9 versions"
  case boundedWork = "I11 bounded work"
  case secrets = "I12 no secret"
  case notTrivial = "I14 not trivial"
  case honestStatus = "I15 honest status"
  /// Nothing of another account enters, and nothing is destroyed in bulk that nobody has approved.
  case guards = "R5 guards"
  /// Every commit is a durable step with a name.
  case namedSteps = "every commit is a named step"
  case storage = "the database makes no errors of its own"
  /// The simulation itself must come to rest.
  case rest = "comes to rest"
}

/// A promise that was not kept.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
  public let invariant: Invariant
  public let host: Int
  public let what: String
  /// Since the start of the simulation.
  public let at: Duration

  public var description: String { "\(invariant.rawValue): host \(host), \(what), at \(at)" }
}

/// The promises that were not kept so far.
final class ViolationLog: Sendable {
  private let found = Mutex<[Violation]>([])
  private let time: VirtualTime

  init(time: VirtualTime) {
    self.time = time
  }

  var violations: [Violation] { found.withLock { $0 } }

  func add(_ invariant: Invariant, host: Int, _ what: String) {
    let violation = Violation(invariant: invariant, host: host, what: what, at: .microseconds(time.now))
    found.withLock { $0.append(violation) }
  }
}
