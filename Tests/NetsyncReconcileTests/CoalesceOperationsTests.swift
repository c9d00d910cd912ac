import NetsyncModel
import NetsyncReconcile
import Testing

/// Several edits of one network are the fewest operations with the same meaning (R11).
struct CoalesceOperationsTests {
  private static let base = EditBase(name: NetworkName("a"), updatedAt: .at(0))
  private static let create = Intent.create(NetworkName("a"))

  @Test func `renames of a new network are one create`() {
    #expect(coalesce(.to("b"), queued: Self.create) == .queue(.create(NetworkName("b")), base: nil, conflict: nil))
    #expect(coalesce(.to("a"), queued: Self.create) == .nothing)
  }

  @Test func `a new network that is deleted before it was sent was never there`() {
    #expect(coalesce(.delete, queued: Self.create) == .cancel)
  }

  @Test func `renames are one rename, from where the first began`() {
    let standing = EditStanding(base: Self.base, queued: QueuedEdit(.to("b"), base: Self.base))
    #expect(coalesce(.to("c"), onto: standing) == .queue(.to("c"), base: Self.base, conflict: nil))
    #expect(coalesce(.to("b"), onto: standing) == .nothing)
  }

  @Test func `a rename back to the server's name leaves nothing to send`() {
    let standing = EditStanding(base: Self.base, queued: QueuedEdit(.to("b"), base: Self.base))
    #expect(coalesce(.to("a"), onto: standing) == .cancel)
    #expect(coalesce(.to("a"), onto: EditStanding(base: Self.base)) == .nothing)
  }

  @Test func `a name in another normal form is another name`() {
    let base = EditBase(name: NetworkName("caf\u{E9}"), updatedAt: .at(0))
    let decision = coalesce(.to("cafe\u{301}"), onto: EditStanding(base: base))
    #expect(decision == .queue(.to("cafe\u{301}"), base: base, conflict: nil))
  }

  @Test func `a rename and a delete are one delete`() {
    let standing = EditStanding(base: Self.base, queued: QueuedEdit(.to("b"), base: Self.base))
    #expect(coalesce(.delete, onto: standing) == .queue(.delete, base: Self.base, conflict: nil))
  }

  @Test func `a network whose deletion waits or is on its way cannot be edited`() {
    let queued = EditStanding(base: Self.base, queued: QueuedEdit(.delete, base: Self.base))
    #expect(coalesce(.to("b"), onto: queued) == .alreadyDeleted)
    #expect(coalesce(.delete, onto: queued) == .nothing)
    #expect(coalesce(.to("b"), onto: EditStanding(base: Self.base, inFlight: .delete)) == .alreadyDeleted)
  }

  @Test(arguments: [Intent.create(NetworkName("b")), .rename(to: NetworkName("b"))])
  func `an edit behind one that is on its way starts from its name`(_ inFlight: Intent) {
    let sent = EditBase(name: NetworkName("b"), updatedAt: nil)
    let standing = EditStanding(base: inFlight.action == .create ? nil : Self.base, inFlight: inFlight)
    #expect(coalesce(.to("c"), onto: standing) == .queue(.to("c"), base: sent, conflict: nil))
    #expect(coalesce(.delete, onto: standing) == .queue(.delete, base: sent, conflict: nil))
    #expect(coalesce(.to("b"), onto: standing) == .nothing)
  }

  @Test func `a rename back to the name that is on its way leaves nothing behind it`() {
    let sent = EditBase(name: NetworkName("b"), updatedAt: nil)
    let standing = EditStanding(base: Self.base, queued: QueuedEdit(.to("c"), base: sent), inFlight: .to("b"))
    #expect(coalesce(.to("b"), onto: standing) == .cancel)
    #expect(coalesce(.to("a"), onto: standing) == .queue(.to("a"), base: sent, conflict: nil))
  }

  @Test func `a refused edit is tried again by asking for the same`() {
    let create = EditStanding(base: nil, queued: QueuedEdit(Self.create, isRefused: true))
    #expect(coalesce(.to("a"), onto: create) == .queue(Self.create, base: nil, conflict: nil))
    let rename = EditStanding(base: Self.base, queued: QueuedEdit(.to("b"), base: Self.base, isRefused: true))
    #expect(coalesce(.to("b"), onto: rename) == .queue(.to("b"), base: Self.base, conflict: nil))
    let delete = EditStanding(base: Self.base, queued: QueuedEdit(.delete, base: Self.base, isRefused: true))
    #expect(coalesce(.delete, onto: delete) == .queue(.delete, base: Self.base, conflict: nil))
  }

  @Test func `a network whose deletion was refused can be renamed`() {
    let standing = EditStanding(base: Self.base, queued: QueuedEdit(.delete, base: Self.base, isRefused: true))
    #expect(coalesce(.to("b"), onto: standing) == .queue(.to("b"), base: Self.base, conflict: nil))
  }

  @Test(
    arguments: [
      (.to("c"), .bothChanged, .bothChanged), (.to("c"), .deletedThere, .deletedThere),
      (.delete, .bothChanged, .deletedHere),
    ] as [(Intent, ConflictKind, ConflictKind)]
  )
  func `an edit does not settle a conflict by the way`(_ edit: Intent, _ before: ConflictKind, _ after: ConflictKind) {
    let queued = QueuedEdit(.to("b"), base: Self.base, conflict: before)
    let base = EditBase(name: NetworkName("theirs"), updatedAt: .at(60))
    let decision = coalesce(edit, onto: EditStanding(base: base, queued: queued))
    #expect(decision == .queue(edit, base: Self.base, conflict: after))
  }

  @Test func `deleting here what was deleted there is agreement`() {
    let queued = QueuedEdit(.to("b"), base: Self.base, conflict: .deletedThere)
    #expect(coalesce(.delete, onto: EditStanding(base: Self.base, queued: queued)) == .cancel)
  }

  @Test func `a rename that may have arrived is not taken back, but renamed back`() {
    let queued = QueuedEdit(.to("b"), base: Self.base, mayHaveArrived: true)
    let standing = EditStanding(base: Self.base, queued: queued)
    #expect(coalesce(.to("a"), onto: standing) == .queue(.to("a"), base: Self.base, conflict: nil))
    #expect(coalesce(.to("b"), onto: standing) == .nothing)
    #expect(coalesce(.delete, onto: standing) == .queue(.delete, base: Self.base, conflict: nil))
  }

  @Test func `taking their name settles a conflict`() {
    let queued = QueuedEdit(.to("b"), base: Self.base, conflict: .bothChanged)
    let base = EditBase(name: NetworkName("theirs"), updatedAt: .at(60))
    #expect(coalesce(.to("theirs"), onto: EditStanding(base: base, queued: queued)) == .cancel)
  }

  private func coalesce(_ edit: Intent, queued: Intent) -> CoalesceDecision {
    coalesce(edit, onto: EditStanding(base: nil, queued: QueuedEdit(queued)))
  }

  private func coalesce(_ edit: Intent, onto standing: EditStanding) -> CoalesceDecision {
    NetsyncReconcile.coalesce(edit, onto: standing)
  }
}

extension Intent {
  static func to(_ name: String) -> Intent { .rename(to: NetworkName(name)) }
}
