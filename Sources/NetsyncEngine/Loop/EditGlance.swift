import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// Whether there is an edit to send that was not tried yet.
///
/// The outbox is read only after somebody has committed something, or when an edit's own wait is over.
struct EditGlance {
  private let watch: ReplicaWatch
  private let replica: Replica
  private var version: Int?
  private var due = DueOperations()
  /// What was due when the last cycle began: where it still is, it waits for something else than a push.
  private var tried: Set<EditNumber> = []

  init(watch: ReplicaWatch, replica: Replica) {
    self.watch = watch
    self.replica = replica
  }

  /// Whether anything is due, tried or not.
  var isAnyDue: Bool { !due.now.isEmpty || due.next != nil }

  /// A cycle begins: it tries all that is due.
  mutating func beginTry() {
    look()
    tried = Set(due.now.map(\.edit))
  }

  /// Looks, where there is a reason to.
  mutating func hasNew() -> Bool {
    let current = try? watch.version()
    let isOver = due.next.map { $0 <= replica.now() } ?? false
    // mutant: glance-not-taken
    if current != version || isOver { look() }
    let due = Set(due.now.map(\.edit))
    tried.formIntersection(due)
    return !due.isSubset(of: tried)
  }

  private mutating func look() {
    // Read before the outbox: what is committed in between is looked at once more.
    version = try? watch.version()
    do throws(ReplicaError) {
      due = dueOperations(try replica.operations(), now: replica.now(), clock: try replica.meta().clock)
    } catch {
      due = DueOperations()
    }
  }
}
