import Synchronization

/// What must hold whatever happens.
public enum Invariant: String, CaseIterable, Sendable {
  /// Every edit whose call returned is pending, or has an outcome.
  case noEditLost = "I1 no edit lost"
  /// One create makes one network.
  case duplicateCreate = "I2 no duplicate create"
  /// A network leaves a replica on the API's word about that very network only, and the word is kept.
  case falseDelete = "I3 no false delete"
  /// What was deleted here does not come back by itself.
  case resurrection = "I4 no resurrection"
  /// Of one network one write at a time, in the order of its edits, each after a look.
  case order = "I5 order"
  /// At rest every replica is what the server is, and stays so.
  case convergence = "I6 convergence"
  /// After a crash all ends as if there had been none.
  case idempotence = "I7 idempotence"
  /// An edit's states move along their edges only.
  case states = "I8 states"
  /// A base goes back only where the journal says so.
  case versions = "I9 versions"
  /// No request leaves before the server wants one, and a cycle at rest sends no more than it needs.
  case boundedWork = "I11 bounded work"
  /// The key is in requests and nowhere else.
  case secrets = "I12 no secret"
  /// A seed takes one course, however often it is run.
  case determinism = "I13 determinism"
  /// Edits land, and there is no conflict where there is nobody to be in conflict with.
  case notTrivial = "I14 not trivial"
  /// What is edited here is seen at once.
  case overlay = "R1 own edits are seen"
  /// By the policy `newest` the later change stands, and what is too close to call is held.
  case newest = "R8 the later change stands"
  /// An undo leaves alone what changed since.
  case laterChanges = "R8 later changes stay"
  /// A daemon sends what its users edit, looks when it is time to, and asks no more often than it has to.
  case daemon = "a daemon carries on"
  /// "In sync" is said only when it is so.
  case honestStatus = "I15 honest status"
  /// A record that nobody can understand stops no other, and the pull that met it is not complete; a name that is missing has not changed.
  case unreadable = "R15 what cannot be read changes nothing"
  /// Nothing of another account enters, and nothing is destroyed in bulk that nobody has approved.
  case guards = "R5 guards"
  /// Every commit is a durable step with a name.
  case namedSteps = "every commit is a named step"
  /// No error of the database's but those that were put in.
  case storage = "the database makes no errors of its own"
  /// The simulation itself must come to rest.
  case rest = "comes to rest"
}

/// A promise that was not kept.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
  public let invariant: Invariant
  /// Where, from 0 on.
  public let host: Int
  public let what: String
  /// Since the start of the simulation.
  public let at: Duration

  /// All of it in one line.
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
