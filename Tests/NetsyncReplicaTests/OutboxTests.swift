import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// The outbox as a workbench: nothing leaves it unsaid.
@Suite(.opensReplicas) struct OutboxTests {
  @Test func `a discarded rename shows the server's name again`() async throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    let rename = try host.rename("lab", to: "lab-eu")
    #expect(try host.replica.discard(rename.edit) == rename)
    #expect(try host.seen == ["lab synced"])
    #expect(try host.outbox.isEmpty)
    let last = try await host.journal().last
    #expect(last == "local discarded: lab-eu > lab")
  }

  @Test func `a discarded deletion brings the network back to the list`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    _ = try host.replica.discard(host.delete("lab").edit)
    #expect(try host.seen == ["lab synced"])
  }

  @Test func `a discarded create takes its network with it`() throws {
    let host = try ReplicaHost()
    _ = try host.replica.discard(host.create("lab").edit)
    #expect(try host.seen.isEmpty)
    #expect(try host.replica.knownCount() == 0)
  }

  @Test func `an edit that may have reached the server cannot be discarded`() throws {
    let host = try ReplicaHost()
    let lab = try host.create("lab")
    try host.send(lab)
    #expect(throws: ReplicaError.notPossible(lab.edit, state: .sending)) { try host.replica.discard(lab.edit) }
    try host.settle(lab, .doubt)
    #expect(throws: ReplicaError.notPossible(lab.edit, state: .inDoubt)) { try host.replica.discard(lab.edit) }
    #expect(try host.seen == ["lab in_doubt"])
  }

  @Test func `a number that no open edit has is said to be none`() throws {
    let host = try ReplicaHost()
    let none = EditNumber(rawValue: 7)
    #expect(throws: ReplicaError.noEdit(none)) { try host.replica.discard(none) }
    #expect(throws: ReplicaError.noEdit(none)) { try host.replica.retry(none) }
    #expect(try host.replica.operation(none) == nil)
  }

  @Test func `a refused rename is listed with the server's words, and the list shows the server's name`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    let rename = try host.rename("lab", to: "dmz")
    try host.refuse(rename)
    #expect(try host.seen == ["lab refused"])
    let refused = try #require(try host.replica.operation(rename.edit))
    #expect(refused.state == .refused)
    #expect(refused.failure == .nameTaken)
    #expect(refused.attempts == 1)
    #expect(refused.base == rename.base)
  }

  @Test func `a refused create stays listed under its name`() throws {
    let host = try ReplicaHost()
    try host.refuse(host.create("lab"))
    #expect(try host.seen == ["lab refused"])
  }

  @Test func `a refused deletion leaves the network listed`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    try host.refuse(host.delete("lab"))
    #expect(try host.seen == ["lab refused"])
  }

  @Test func `a refused rename of a nameless network shows no name that the server does not have`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: nil)])
    guard case .found(let network) = try host.replica.find(NetworkID.sample().text) else {
      Issue.record("the network is not found by its id")
      return
    }
    _ = try host.replica.edit(network.key, .rename(to: NetworkName("dmz")))
    let rename = try #require(try host.replica.operations().first)
    try host.refuse(rename)
    #expect(try host.seen == ["- refused"])
  }

  @Test(arguments: [Intent.rename(to: NetworkName("lab-eu")), .delete])
  func `a refused edit that is retried waits again, under its number`(intent: Intent) throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    _ = try host.replica.edit(host.network("lab").key, intent)
    let edit = try #require(try host.replica.operations().first)
    try host.refuse(edit)
    #expect(try host.replica.retry(edit.edit)?.edit == edit.edit)
    let waiting = try #require(try host.replica.operation(edit.edit))
    #expect(waiting.state == .waiting(notBefore: nil))
    #expect(waiting.intent == intent)
    #expect(waiting.base == edit.base)
    #expect(waiting.editedAt == edit.editedAt)
  }

  @Test func `a new edit takes the place of a refused one`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "old")])
    try host.refuse(host.create("new"))
    try host.refuse(host.rename("lab", to: "dmz"))
    try host.refuse(host.delete("old"))
    try host.rename("new", to: "new-eu")
    try host.rename("lab", to: "lab-eu")
    try host.rename("old", to: "old-eu")
    #expect(
      try host.outbox == ["4 create new-eu waiting", "5 rename lab-eu waiting", "6 rename old-eu waiting"]
    )
  }

  @Test func `a refused create under another name waits again`() throws {
    let host = try ReplicaHost()
    let lab = try host.create("lab")
    try host.refuse(lab)
    let receipt = try host.replica.edit(lab.network, .rename(to: NetworkName("lab-eu")))
    #expect(receipt == .queued(EditNumber(rawValue: 2), lab.network, replacing: lab.edit))
    #expect(try host.outbox == ["2 create lab-eu waiting"])
    #expect(try host.seen == ["lab-eu waiting"])
  }

  @Test func `a refused rename under another name waits again, upon the name that the server has by now`() throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    let theirs = lab.renamed("theirs")
    try host.pull([lab])
    let rename = try host.rename("lab", to: "dmz")
    try host.refuse(rename)
    try host.pull([theirs])
    #expect(try host.seen == ["theirs refused"])
    let receipt = try host.replica.edit(rename.network, .rename(to: NetworkName("dmz-eu")))
    #expect(receipt == .queued(EditNumber(rawValue: 2), rename.network, replacing: rename.edit))
    #expect(try host.replica.operations().map(\.base) == [EditBase(name: theirs.name, updatedAt: theirs.updatedAt)])
    try host.look(at: "dmz-eu", .read(theirs), policy: .hold)
    #expect(try host.outbox == ["2 rename dmz-eu waiting"], "its user has seen their name")
  }

  @Test func `a refused create that is discarded is gone`() throws {
    let host = try ReplicaHost()
    let lab = try host.create("lab")
    try host.refuse(lab)
    _ = try host.replica.discard(lab.edit)
    #expect(try host.seen.isEmpty)
    #expect(try host.outbox.isEmpty)
  }

  @Test func `a waiting edit that is retried is due at once`() throws {
    let host = try ReplicaHost()
    let lab = try host.create("lab")
    try host.send(lab)
    try host.settle(lab, .retry(after: nil), wait: .seconds(60))
    _ = try host.replica.retry(lab.edit)
    #expect(try host.replica.operation(lab.edit)?.state == .waiting(notBefore: nil))
  }

  @Test func `a create in doubt that is retried waits to be sent again`() throws {
    let host = try ReplicaHost()
    let lab = try host.create("lab")
    try host.send(lab)
    try host.settle(lab, .doubt)
    _ = try host.replica.retry(lab.edit)
    #expect(try host.outbox == ["1 create lab waiting"])
  }

  @Test func `an edit on its way cannot be retried`() throws {
    let host = try ReplicaHost()
    let lab = try host.create("lab")
    try host.send(lab)
    #expect(throws: ReplicaError.notPossible(lab.edit, state: .sending)) { try host.replica.retry(lab.edit) }
  }

  @Test func `deletions that a push is not about are neither held nor let go by it`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    let lab = try host.delete("lab")
    let dmz = try host.delete("dmz")
    try host.replica.holdDeletes(true, among: [dmz.edit])
    #expect(try host.outbox == ["1 delete - waiting", "2 delete - held"])
    try host.replica.holdDeletes(false, among: [lab.edit])
    #expect(try host.outbox == ["1 delete - waiting", "2 delete - held"])
  }

  @Test func `held deletions are listed and not sent, and nothing else is held`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    let deletion = try host.delete("lab")
    try host.rename("dmz", to: "dmz-eu")
    try host.create("new")
    let edits = try host.replica.operations().map(\.edit)
    try host.replica.holdDeletes(true, among: edits)
    #expect(try host.outbox == ["1 delete - held", "2 rename dmz-eu waiting", "3 create new waiting"])
    #expect(try host.seen == ["dmz-eu waiting", "lab held", "new waiting"])
    #expect(try !host.replica.arm(deletion, nil))

    try host.replica.holdDeletes(false, among: edits)
    #expect(try host.outbox.first == "1 delete - waiting")
    #expect(try host.seen == ["dmz-eu waiting", "new waiting"])
  }
}

extension ReplicaHost {
  fileprivate func refuse(_ operation: OutboxOperation) throws {
    try send(operation)
    #expect(try settle(operation, .deadLetter(.nameTaken), failure: .nameTaken) == .refused)
  }
}
