import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// A change is reversed by a new edit, in one transaction with the look at how things stand.
@Suite(.opensReplicas) struct UndoTests {
  let lab = NetworkDocument.sample(1, name: "lab")

  @Test func `a rename there is reversed by a rename here, which says what it undoes`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.pull([lab.renamed("lab-eu")])
    let change = try host.change(.renamed)
    #expect(try host.undo(change) == .edited(.queued(EditNumber(rawValue: 1), change.network, replacing: nil)))
    #expect(try host.seen == ["lab waiting"])
    #expect(try host.outbox == ["1 rename lab waiting"])
    #expect(try host.replica.operations().map(\.base?.name) == [NetworkName("lab-eu")])
    let told = try #require(try host.replica.changes(limit: 10).last)
    #expect(told.kind == .renamed)
    #expect(told.side == .local)
    #expect(told.evidence == Evidence(undoing: change.number))
  }

  @Test func `a rename that waits is taken back, and that can be undone too`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    let change = try host.change(.renamed)
    #expect(try host.undo(change) == .edited(.takenBack(rename.edit)))
    #expect(try host.seen == ["lab synced"])
    #expect(try host.outbox.isEmpty)
    let taken = try host.change(.superseded)
    #expect(taken.evidence.undoes == change.number.rawValue)
    _ = try host.undo(taken)
    #expect(try host.outbox == ["2 rename lab-eu waiting"])
  }

  @Test func `a rename that landed is renamed back`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(rename)
    try host.settle(rename, .landed(lab.renamed("lab-eu")))
    _ = try host.undo(host.change(.renamed))
    #expect(try host.outbox == ["2 rename lab waiting"])
  }

  @Test func `what changed since is left alone, and the later change is named`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.rename("lab", to: "lab-1")
    let first = try host.change(.renamed)
    try host.rename("lab-1", to: "lab-2")
    let second = try host.change(.renamed)
    let before = try host.replica.changes(limit: 100)
    #expect(try host.undo(first) == .refused(.changedSince, see: second))
    #expect(try host.outbox == ["2 rename lab-2 waiting"])
    #expect(try host.replica.changes(limit: 100) == before)
  }

  @Test func `a network made here is deleted, or its create taken back where nothing was sent`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    #expect(try host.undo(host.change(.created)) == .edited(.takenBack(create.edit)))
    #expect(try host.seen.isEmpty)
    let landed = try host.create("dmz")
    let change = try host.change(.created)
    try host.send(landed)
    try host.settle(landed, .landed(.sample(2, name: "dmz")))
    _ = try host.undo(change)
    #expect(try host.outbox == ["3 delete - waiting"])
  }

  @Test func `a create that is on its way is deleted behind it`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    _ = try host.undo(host.change(.created))
    #expect(try host.outbox == ["1 create lab sending", "2 delete - waiting"])
  }

  @Test func `a create that was taken back comes again, as a network of its own`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    _ = try host.replica.discard(create.edit)
    guard case .anew(let edit, let network) = try host.undo(host.change(.discarded)) else {
      Issue.record("not made anew")
      return
    }
    #expect(edit == EditNumber(rawValue: 2))
    #expect(network != create.network)
    #expect(try host.seen == ["lab waiting"])
  }

  @Test func `a deletion that waits is taken back`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let deletion = try host.delete("lab")
    #expect(try host.undo(host.change(.deleted)) == .edited(.takenBack(deletion.edit)))
    #expect(try host.seen == ["lab synced"])
  }

  @Test func `a deletion that is on its way is not undone before its answer`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let deletion = try host.delete("lab")
    try host.send(deletion)
    #expect(try host.undo(host.change(.deleted)) == .refused(.onItsWay(deletion.edit), see: nil))
    #expect(try host.outbox == ["1 delete - sending"])
  }

  @Test func `a network deleted here comes back as a new one, once`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let former = try host.network("lab")
    let deletion = try host.delete("lab")
    let change = try host.change(.deleted)
    try host.send(deletion)
    try host.settle(deletion, .landed(nil))
    guard case .anew(let edit, let network) = try host.undo(change) else {
      Issue.record("not made anew")
      return
    }
    #expect(network != former.key)
    #expect(try host.outbox == ["\(edit) create lab waiting"])
    #expect(try host.network("lab").id == nil)
    let made = try host.change(.created)
    #expect(made.evidence.undoes == change.number.rawValue)
    #expect(try host.undo(change) == .refused(.alreadyUndone(by: made.number), see: made))
    #expect(try host.outbox == ["\(edit) create lab waiting"])
  }

  @Test func `a network deleted there comes back as a new one`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.look(at: "lab", .gone)
    _ = try host.undo(host.change(.deleted))
    #expect(try host.outbox == ["1 create lab waiting"])
    #expect(try host.seen == ["lab waiting"])
  }

  @Test func `a rename of a network that is gone points to its removal`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.pull([lab.renamed("lab-eu")])
    let renamed = try host.change(.renamed)
    try host.look(at: "lab-eu", .gone)
    #expect(try host.undo(renamed) == .refused(.gone, see: host.change(.deleted)))
  }

  @Test func `what became of an edit points to the edit`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(rename)
    try host.settle(rename, .landed(lab.renamed("lab-eu")))
    let sent = try host.change(.sent)
    #expect(try host.undo(sent) == .refused(.outcomeOf(rename.edit), see: host.change(.renamed)))
  }

  @Test func `a refused rename is taken back`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "dmz")
    try host.send(rename)
    try host.settle(rename, .deadLetter(.nameTaken), failure: .nameTaken)
    #expect(try host.undo(host.change(.renamed)) == .edited(.takenBack(rename.edit)))
    #expect(try host.seen == ["lab synced"])
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `whoever loses a conflict can be brought back, whatever the policy`(policy: ConflictPolicy) throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.rename("lab", to: "mine")
    host.wait(.seconds(60))
    try host.pull([lab.renamed("theirs", at: host.stamp(in: .zero))], policy: policy)
    switch policy {
    case .newest, .server:
      #expect(try host.seen == ["theirs synced"])
      _ = try host.undo(host.change(.yielded))
      #expect(try host.seen == ["mine waiting"])
      #expect(try host.replica.operations().map(\.base?.name) == [NetworkName("theirs")])
    case .client:
      #expect(try host.seen == ["mine waiting"])
      _ = try host.undo(host.change(.prevailed))
      #expect(try host.seen == ["theirs synced"])
    case .hold:
      let edit = EditNumber(rawValue: 1)
      #expect(try host.undo(host.change(.renamed, .local)) == .refused(.conflictOpen(edit), see: nil))
      _ = try host.replica.resolveConflict(of: host.network("mine").key, taking: .mine, localID: host.newLocalID())
      _ = try host.undo(host.change(.resolved))
      #expect(try host.seen == ["theirs synced"])
    }
  }

  @Test func `a deletion that lost, and an edit that was dropped for theirs, can be brought back`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.delete("lab")
    try host.pull([lab.renamed("theirs")], policy: .server)
    _ = try host.undo(host.change(.yielded))
    #expect(try host.outbox == ["2 delete - waiting"])
    _ = try host.replica.discard(EditNumber(rawValue: 2))
    try host.rename("theirs", to: "mine")
    try host.pull([lab.renamed("theirs too", at: "2026-01-03T12:00:00Z")], policy: .hold)
    _ = try host.replica.resolveConflict(of: host.network("mine").key, taking: .theirs, localID: host.newLocalID())
    _ = try host.undo(host.change(.discarded))
    #expect(try host.seen == ["mine waiting"])
  }

  @Test func `a change that never was cannot be undone`() throws {
    let host = try ReplicaHost()
    let number = ChangeNumber(rawValue: 7)
    #expect(throws: ReplicaError.noChange(number)) { try host.replica.undo(number, localID: host.newLocalID()) }
  }
}

extension ReplicaHost {
  /// The newest change of a kind.
  fileprivate func change(_ kind: JournalChange.Kind, _ side: JournalChange.Side? = nil) throws -> JournalChange {
    let changes = try replica.changes(limit: 1_000)
    return try #require(changes.last { $0.kind == kind && side ?? $0.side == $0.side })
  }

  fileprivate func undo(_ change: JournalChange) throws -> UndoReceipt {
    try replica.undo(change.number, localID: newLocalID())
  }
}
