import NetsyncModel
import NetsyncReconcile
import Testing

/// Which edits may be worked on now: one of each network, in order (I5). It is second 0, and the server is 100 s ahead.
struct DueOperationsTests {
  private static let clock = ServerClock(offset: .seconds(100), uncertainty: .milliseconds(500))
  private static let arming = Arming(notBefore: .at(0), known: [])

  @Test(
    arguments: [
      (nil, true, nil), (.at(-1), true, nil), (.at(0), true, nil), (.at(1), false, .at(1)),
    ] as [(Timestamp?, Bool, Timestamp?)]
  )
  func `an edit sits out its backoff`(_ notBefore: Timestamp?, _ isDue: Bool, _ next: Timestamp?) {
    let due = due([.sample(1, .delete, .waiting(notBefore: notBefore))])
    #expect(due.edits.isEmpty == !isDue)
    #expect(due.next == next)
  }

  @Test func `edits are worked on in the order of their making`() {
    #expect(due([.sample(3), .sample(1), .sample(2)]).edits == [1, 2, 3])
  }

  @Test func `of each network only the first edit is worked on`() {
    #expect(due([.sample(2, of: 7), .sample(1, of: 7), .sample(3, of: 8)]).edits == [1, 3])
  }

  @Test func `an edit that waits keeps those behind it waiting`() {
    let due = due([.sample(1, of: 7, .delete, .waiting(notBefore: .at(60))), .sample(2, of: 7), .sample(3, of: 8)])
    #expect(due.edits == [3])
    #expect(due.next == .at(60))
  }

  @Test func `an edit that is on its way keeps those behind it waiting`() {
    let sending = OutboxOperation.sample(1, of: 7, .create(NetworkName("a")), .sending(Self.arming))
    #expect(due([sending, .sample(2, of: 7), .sample(3, of: 8)]).edits == [3])
  }

  @Test func `the next edit is the one that waits the shortest`() {
    let edits = ([90, 30, 60] as [Int64]).map { seconds in
      OutboxOperation.sample(seconds, .delete, .waiting(notBefore: .at(seconds)))
    }
    #expect(due(edits).edits.isEmpty)
    #expect(due(edits).next == .at(30))
  }

  @Test(arguments: [OperationState.sending(nil), .conflict(.bothChanged), .held, .refused])
  func `what is on its way or waits for a person is not worked on`(_ state: OperationState) {
    let due = due([.sample(1, .delete, state), .sample(2)], ignoringBackoff: true)
    #expect(due.edits == [2])
    #expect(due.next == nil)
  }

  @Test(arguments: [(99, true, nil), (100, true, nil), (101, false, .at(1))] as [(Int64, Bool, Timestamp?)])
  func `a look is due on the server's clock`(_ nextLook: Int64, _ isDue: Bool, _ next: Timestamp?) {
    let due = due([doubt(1, nextLook: nextLook)])
    #expect(due.edits.isEmpty == !isDue)
    #expect(due.next == next)
  }

  @Test func `a backoff may be ignored, the time between two looks may not`() {
    let edits = [OutboxOperation.sample(1, .delete, .waiting(notBefore: .at(60))), doubt(2, nextLook: 160)]
    let due = due(edits, ignoringBackoff: true)
    #expect(due.edits == [1])
    #expect(due.next == .at(60))
  }

  @Test func `an edit of a network in doubt waits for its answer`() {
    #expect(due([doubt(1, of: 7, nextLook: 160), .sample(2, of: 7)]).edits.isEmpty)
  }

  @Test func `of unanswered creates of one name only the oldest is looked for`() {
    let due = due([doubt(2, nextLook: 0), doubt(1, nextLook: 0), doubt(3, name: "b", nextLook: 0)])
    #expect(due.edits == [1, 3])
  }

  @Test func `a create with several candidates waits for a person, and keeps its network waiting`() throws {
    let asked = doubt(1, of: 7, nextLook: 0, candidates: [try .sample(1), try .sample(2)])
    #expect(due([asked, .sample(2, of: 7)]).edits.isEmpty)
    #expect(due([asked, .sample(2, of: 7)], ignoringBackoff: true).edits == [1])
  }

  private func due(
    _ operations: [OutboxOperation],
    ignoringBackoff: Bool = false
  ) -> (edits: [Int64], next: Timestamp?) {
    let due = dueOperations(operations, now: .at(0), clock: Self.clock) { _ in ignoringBackoff }
    return (due.now.map(\.edit.rawValue), due.next)
  }

  private func doubt(
    _ edit: Int64,
    of network: Int64? = nil,
    name: String = "a",
    nextLook: Int64,
    candidates: [NetworkID]? = nil
  ) -> OutboxOperation {
    let doubt = Doubt(arming: Self.arming, nextLook: .at(nextLook), candidates: candidates)
    return .sample(edit, of: network, .create(NetworkName(name)), .inDoubt(doubt))
  }
}
