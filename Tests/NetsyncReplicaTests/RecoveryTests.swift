import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// The process died between two steps; the next one carries on (R13).
@Suite(.opensReplicas) struct RecoveryTests {
  let lab = NetworkDocument.sample(1, name: "lab")

  @Test func `a create that was on its way is in doubt, and is not sent again unasked`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create, known: [.sample(2)])
    let arming = Arming(notBefore: host.now, known: [.sample(2)])
    host.wait(.seconds(60))
    try host.restart()
    try host.replica.recover()
    #expect(try host.seen == ["lab in_doubt"])
    let doubt = Doubt(arming: arming, looks: 0, nextLook: arming.notBefore)
    #expect(try host.replica.operation(create.edit)?.state == .inDoubt(doubt))
    #expect(try !host.replica.arm(create, arming))
  }

  @Test(arguments: [Intent.rename(to: NetworkName("lab-eu")), .delete])
  func `a rename or a deletion that was on its way waits to be sent again`(intent: Intent) throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    _ = try host.replica.edit(host.network("lab").key, intent)
    let edit = try #require(try host.replica.operations().first)
    try host.send(edit)
    try host.restart()
    try host.replica.recover()
    let waiting = try #require(try host.replica.operation(edit.edit))
    #expect(waiting.state == .waiting(notBefore: nil))
    #expect(waiting.intent == intent)
    #expect(waiting.base == edit.base)
    #expect(waiting.attempts == 1)
  }

  @Test func `what was not on its way is left as it is`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz"), .sample(3, name: "old")])
    let later = try host.create("later")
    try host.send(later)
    try host.settle(later, .retry(after: nil), wait: .seconds(60))
    let doubted = try host.create("doubted")
    try host.send(doubted)
    try host.settle(doubted, .doubt)
    let refused = try host.create("refused")
    try host.send(refused)
    try host.settle(refused, .deadLetter(.nameTaken))
    try host.rename("lab", to: "mine")
    try host.pull(
      [.sample(1, name: "theirs"), .sample(2, name: "dmz"), .sample(3, name: "old")],
      policy: .hold
    )
    try host.replica.holdDeletes(true, among: [host.delete("old").edit])

    let before = try host.replica.operations()
    try host.restart()
    try host.replica.recover()
    try host.replica.recover()
    #expect(try host.replica.operations() == before)
    #expect(before.map(\.state.word.rawValue) == ["waiting", "in_doubt", "refused", "conflict", "held"])
  }

  @Test func `an edit behind a create in doubt waits for it`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    let behind = try host.rename("lab", to: "lab-eu")
    try host.restart()
    try host.replica.recover()
    #expect(try host.outbox == ["1 create lab in_doubt", "2 rename lab-eu waiting"])
    #expect(try !host.replica.arm(behind, nil))
    #expect(try host.seen == ["lab-eu in_doubt"])
  }

  @Test func `an edit behind a rename merges with it`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.send(host.rename("lab", to: "lab-1"))
    try host.rename("lab-1", to: "lab-2")
    try host.restart()
    try host.replica.recover()
    #expect(try host.outbox == ["2 rename lab-2 waiting"])
  }

  @Test func `a rename back is still sent where the rename before it may have arrived`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.send(host.rename("lab", to: "lab-eu"))
    try host.rename("lab-eu", to: "lab")
    try host.restart()
    try host.replica.recover()
    // The rename had arrived: the wish to have the old name must not be gone.
    try host.pull([lab.renamed("lab-eu")], policy: .client)
    #expect(try host.seen == ["lab waiting"])
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `our own rename that arrived unanswered is not taken for somebody's change`(policy: ConflictPolicy) throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.send(host.rename("lab", to: "lab-1"))
    try host.rename("lab-1", to: "lab-2")
    try host.restart()
    try host.replica.recover()
    try host.pull([lab.renamed("lab-1", at: host.stamp(in: .seconds(60)))], policy: policy)
    #expect(try host.outbox == ["2 rename lab-2 waiting"])
    #expect(try host.seen == ["lab-2 waiting"])
  }

  @Test func `a step that is not finished leaves nothing of itself`() throws {
    let host = try ReplicaHost()
    let create = try host.doubtedCreate("new", candidates: [lab.id, .sample(2)])
    try host.pull([lab])
    let before = try host.replica.operations()
    #expect(throws: ReplicaError.idTaken(lab.id)) { try host.replica.adopt(create.edit, lab.id) }
    try host.restart()
    #expect(try host.replica.operations() == before)
    #expect(try host.replica.meta().acknowledgements == 0)
  }
}
