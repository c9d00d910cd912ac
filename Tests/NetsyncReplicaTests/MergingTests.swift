import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// Edits of a network that have not been sent become the fewest of the same meaning; the last number stands for them.
@Suite(.opensReplicas) struct MergingTests {
  @Test func `a new network renamed is a new network of the later name`() throws {
    let host = try ReplicaHost()
    let lab = try host.create("lab")
    let receipt = try host.replica.edit(lab.network, .rename(to: NetworkName("lab-eu")))
    #expect(receipt == .queued(EditNumber(rawValue: 2), lab.network, replacing: lab.edit))
    #expect(try host.outbox == ["2 create lab-eu waiting"])
    #expect(try host.replica.operations().map(\.localID) == [lab.localID])
  }

  @Test func `a new network deleted leaves nothing to send and nothing to see`() throws {
    let host = try ReplicaHost()
    let lab = try host.create("lab")
    #expect(try host.replica.edit(lab.network, .delete) == .takenBack(lab.edit))
    #expect(try host.outbox.isEmpty)
    #expect(try host.seen.isEmpty)
  }

  @Test func `a network renamed twice is renamed once, from the name that it had`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    let first = try host.rename("lab", to: "lab-1")
    let receipt = try host.replica.edit(first.network, .rename(to: NetworkName("lab-2")))
    #expect(receipt == .queued(EditNumber(rawValue: 2), first.network, replacing: first.edit))
    #expect(try host.outbox == ["2 rename lab-2 waiting"])
    #expect(try host.replica.operations().map(\.base) == [first.base])
  }

  @Test func `a rename back to what the server has leaves nothing to send`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    let rename = try host.rename("lab", to: "lab-eu")
    #expect(try host.replica.edit(rename.network, .rename(to: NetworkName("lab"))) == .takenBack(rename.edit))
    #expect(try host.outbox.isEmpty)
    #expect(try host.seen == ["lab synced"])
  }

  @Test func `a network renamed and deleted is deleted, upon the name that it had`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    let rename = try host.rename("lab", to: "lab-eu")
    try host.delete("lab-eu")
    #expect(try host.outbox == ["2 delete - waiting"])
    #expect(try host.replica.operations().map(\.base) == [rename.base])
  }

  @Test func `asking for what is already so queues nothing and takes no number`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    let lab = try host.network("lab")
    #expect(try host.replica.edit(lab.key, .rename(to: NetworkName("lab"))) == .nothingToDo)
    let new = try host.create("new")
    #expect(try host.replica.edit(new.network, .rename(to: NetworkName("new"))) == .nothingToDo)
    let deletion = try host.delete("dmz")
    #expect(try host.replica.edit(deletion.network, .delete) == .nothingToDo)
    #expect(try host.outbox == ["1 create new waiting", "2 delete - waiting"])
  }

  @Test func `a number that was taken in or taken back is never given again`() throws {
    let host = try ReplicaHost()
    try host.create("lab")
    try host.rename("lab", to: "lab-eu")
    let last = try host.rename("lab-eu", to: "lab-us")
    _ = try host.replica.discard(last.edit)
    try host.restart()
    #expect(try host.create("dmz").edit == EditNumber(rawValue: 4))
    #expect(try host.replica.operation(last.edit) == nil)
  }

  @Test func `every edit that was taken in is told in the journal`() async throws {
    let host = try ReplicaHost()
    try host.create("lab")
    try host.rename("lab", to: "lab-1")
    try host.rename("lab-1", to: "lab-2")
    _ = try host.replica.edit(host.network("lab-2").key, .delete)
    let superseded = try await host.query("SELECT \"before\" FROM changes WHERE kind = 'superseded'")
    #expect(superseded == ["lab", "lab-1", "lab-2"])
  }
}
