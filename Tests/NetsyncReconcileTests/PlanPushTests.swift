import NetsyncModel
import NetsyncReconcile
import Testing

/// What a push would send, and what it would leave.
struct PlanPushTests {
  private static let arming = Arming(notBefore: .at(0), known: [])

  @Test func `edits that wait are sent, in the order of their making`() {
    let edits = [
      OutboxOperation.sample(1, .create(NetworkName("a"))), .sample(2), .sample(3, .delete), .sample(4, .delete, .held),
      .sample(5, .delete, .waiting(notBefore: .at(3_600))),
    ]
    let plan = planPush(edits, known: 100, approved: nil)
    #expect(plan.actions == edits)
    #expect(plan.held.isEmpty)
  }

  @Test func `no edits are no plan`() {
    let plan = planPush([], known: 0, approved: nil)
    #expect(plan.actions.isEmpty)
    #expect(plan.held.isEmpty)
  }

  @Test func `what waits for a person says for which decision`() throws {
    let doubt = Doubt(arming: Self.arming, nextLook: .at(0))
    let several = Doubt(arming: Self.arming, nextLook: .at(0), candidates: [try .sample(1), try .sample(2)])
    let rows: [(Intent, OperationState, HeldEdit.Reason)] = [
      (.rename(to: NetworkName("b")), .conflict(.bothChanged), .conflict(.bothChanged)),
      (.delete, .conflict(.deletedHere), .conflict(.deletedHere)),
      (.create(NetworkName("b")), .refused, .refused),
      (.create(NetworkName("b")), .inDoubt(doubt), .inDoubt),
      (.create(NetworkName("b")), .inDoubt(several), .undecided),
      (.create(NetworkName("b")), .sending(Self.arming), .inDoubt),
    ]
    for (intent, state, reason) in rows {
      let edit = OutboxOperation.sample(1, intent, state)
      let plan = planPush([edit], known: 100, approved: nil)
      #expect(plan.actions.isEmpty)
      #expect(plan.held.map(\.operation) == [edit])
      #expect(plan.held.map(\.reason) == [reason])
    }
  }

  @Test(arguments: [Intent.rename(to: NetworkName("b")), .delete])
  func `an edit that was on its way when the process died is sent again, unless it is a create`(_ intent: Intent) {
    let edit = OutboxOperation.sample(1, intent, .sending(nil))
    #expect(planPush([edit], known: 100, approved: nil).actions == [edit])
  }

  @Test func `an edit waits behind one of its network that is on its way or in doubt`() {
    let doubt = Doubt(arming: Self.arming, nextLook: .at(0))
    for state in [OperationState.sending(Self.arming), .inDoubt(doubt)] {
      let create = OutboxOperation.sample(1, of: 7, .create(NetworkName("a")), state)
      let rename = OutboxOperation.sample(2, of: 7)
      let other = OutboxOperation.sample(3, of: 8)
      let plan = planPush([create, rename, other], known: 100, approved: nil)
      #expect(plan.actions == [other])
      #expect(plan.held.map(\.reason) == [.inDoubt, .behind(EditNumber(rawValue: 1))])
    }
  }

  @Test(
    arguments: [
      (5, 10, nil, 5), (6, 10, nil, 0), (6, 29, nil, 0), (6, 30, nil, 6), (20, 100, nil, 20), (21, 100, nil, 0),
      (21, 100, 21, 21), (21, 100, 20, 0), (1, 100, 0, 0), (1, 0, nil, 1),
    ] as [(Int, Int, Int?, Int)]
  )
  func `too many deletes are all held, until a person has allowed as many`(
    _ deletes: Int,
    _ known: Int,
    _ approved: Int?,
    _ sent: Int
  ) {
    let edits = (1...Int64(deletes)).map { number in
      OutboxOperation.sample(number, .delete, number.isMultiple(of: 2) ? .held : .waiting(notBefore: nil))
    }
    let held = sent == 0 ? edits : []
    let rename = OutboxOperation.sample(1_000)
    let plan = planPush(edits + [rename], known: known, approved: approved)
    #expect(plan.actions.count == sent + 1)
    #expect(plan.actions.last == rename, "other edits go on")
    #expect(plan.held.map(\.operation) == held)
    #expect(plan.held.allSatisfy { $0.reason == .guarded(.tooMany) })
  }

  @Test func `deletes that are not to be sent do not count against the limit`() {
    let refused = (1...Int64(10)).map { OutboxOperation.sample($0, .delete, .refused) }
    let waiting = (11...Int64(15)).map { OutboxOperation.sample($0, .delete) }
    #expect(planPush(refused + waiting, known: 10, approved: nil).actions == waiting)
  }
}
