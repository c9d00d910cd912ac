import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// An edit made while another of the same network is on its way waits behind it, and merges with it if it comes back.
@Suite(.opensReplicas) struct FollowerTests {
  let lab = NetworkDocument.sample(1, name: "lab")

  @Test func `an edit made while a create is on its way goes on upon the network that it made`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    try host.rename("lab", to: "lab-eu")
    try host.settle(create, .landed(lab))
    #expect(try host.outbox == ["2 rename lab-eu waiting"])
    let rename = try #require(try host.replica.operations().first)
    #expect(rename.id == lab.id)
    #expect(rename.localID == create.localID)
    #expect(rename.base == EditBase(name: lab.name, updatedAt: lab.updatedAt))
    #expect(try host.seen == ["lab-eu waiting"])
  }

  @Test func `a deletion made while a create is on its way deletes the network that it made`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    try host.delete("lab")
    #expect(try host.seen.isEmpty)
    try host.settle(create, .landed(lab))
    #expect(try host.outbox == ["2 delete - waiting"])
    #expect(try host.seen.isEmpty)
    #expect(try host.replica.operations().map(\.id) == [lab.id])
  }

  @Test func `the name that is on its way is nothing to ask for, and the former one is`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(rename)
    #expect(try host.replica.edit(rename.network, .rename(to: NetworkName("lab-eu"))) == .nothingToDo)
    try host.rename("lab-eu", to: "lab")
    try host.settle(rename, .landed(lab.renamed("lab-eu")))
    #expect(try host.outbox == ["2 rename lab waiting"])
    #expect(try host.seen == ["lab waiting"])
  }

  @Test func `a network whose deletion is on its way cannot be edited`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let deletion = try host.delete("lab")
    try host.send(deletion)
    #expect(throws: ReplicaError.deletionWaits(deletion.edit)) {
      try host.replica.edit(deletion.network, .rename(to: NetworkName("lab-eu")))
    }
  }

  @Test func `a rename that comes back merges with the one behind it, upon its own base`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let first = try host.rename("lab", to: "lab-1")
    try host.send(first)
    try host.rename("lab-1", to: "lab-2")
    try host.settle(first, .retry(after: nil), wait: .seconds(10))
    #expect(try host.outbox == ["2 rename lab-2 waiting"])
    let merged = try #require(try host.replica.operations().first)
    #expect(merged.base == first.base)
    #expect(merged.state == .waiting(notBefore: host.now + .seconds(10)))
  }

  @Test func `a create that never arrived merges with the rename behind it`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    try host.rename("lab", to: "lab-eu")
    try host.settle(create, .retry(after: nil))
    #expect(try host.outbox == ["2 create lab-eu waiting"])
    #expect(try host.replica.operations().map(\.localID) == [create.localID])
  }

  @Test func `a create that never arrived and a deletion behind it leave nothing`() async throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    try host.delete("lab")
    try host.settle(create, .retry(after: nil))
    #expect(try host.outbox.isEmpty)
    #expect(try host.seen.isEmpty)
    let superseded = try await host.query("SELECT count(*) FROM changes WHERE kind = 'superseded'")
    #expect(superseded == ["2"])
  }

  @Test func `a refused create is taken over by the rename behind it`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    try host.rename("lab", to: "lab-eu")
    try host.settle(create, .deadLetter(.nameTaken), failure: .nameTaken)
    #expect(try host.outbox == ["2 create lab-eu waiting"])
  }

  @Test func `a refused rename is taken over by the one behind it`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let first = try host.rename("lab", to: "dmz")
    try host.send(first)
    try host.rename("dmz", to: "lab-eu")
    try host.settle(first, .deadLetter(.nameTaken), failure: .nameTaken)
    #expect(try host.outbox == ["2 rename lab-eu waiting"])
    #expect(try host.replica.operations().map(\.base) == [first.base])
    let refused = try await host.query("SELECT \"before\" FROM changes WHERE kind = 'refused'")
    #expect(refused == ["dmz"])
  }

  @Test func `an edit behind a rename of what is no longer there waits for a person in its place`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let first = try host.rename("lab", to: "lab-1")
    try host.send(first)
    try host.rename("lab-1", to: "lab-2")
    #expect(try host.settle(first, .conflict(.deletedThere)) == .conflict)
    #expect(try host.outbox == ["2 rename lab-2 conflict"])
    #expect(try host.replica.conflicts().map(\.mine) == [NetworkName("lab-2")])
  }
}
