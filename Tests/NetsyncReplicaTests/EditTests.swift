import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// What is edited here is seen here at once, whatever the server knows of it.
@Suite(.opensReplicas) struct EditTests {
  @Test func `a network made here is listed at once, under a local id that finds it`() throws {
    let host = try ReplicaHost()
    let localID = try #require(try host.create("lab").localID)
    let network = try host.network("lab")
    #expect(network.id == nil)
    #expect(network.asOf == nil)
    #expect(network.state == .waiting)
    #expect(try host.replica.find(localID.text) == .found(network))
    #expect(try host.outbox == ["1 create lab waiting"])
  }

  @Test func `a rename is seen at once, and the server's name is kept beside it`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    let edit = try host.rename("lab", to: "lab-eu")
    #expect(try host.seen == ["lab-eu waiting"])
    #expect(edit.id == .sample())
    #expect(edit.base == EditBase(name: NetworkName("lab"), updatedAt: ServerStamp("2026-01-01T12:00:00Z")))
    #expect(edit.editedAt == host.now)
  }

  @Test func `a deleted network is gone from the list at once, and found where deletions are asked for`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    try host.delete("lab")
    #expect(try host.seen == ["dmz synced"])
    var filter = NetworkFilter()
    filter.state = .deleting
    #expect(try host.replica.networks(filter).map(\.id) == [.sample(1)])
    filter.state = nil
    filter.includesDeleting = true
    #expect(try host.replica.networks(filter).map(\.state) == [.synced, .deleting])
  }

  @Test func `a network that the server knows no name of can be given one`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: nil)])
    #expect(try host.seen == ["- synced"])
    guard case .found(let network) = try host.replica.find(NetworkID.sample().text) else {
      Issue.record("the network is not found by its id")
      return
    }
    _ = try host.replica.edit(network.key, .rename(to: NetworkName("lab")))
    #expect(try host.seen == ["lab waiting"])
  }

  @Test func `names that only look the same are two names`() throws {
    let composed = "Stra\u{DF}e \u{FC}ber"
    let decomposed = "Stra\u{DF}e u\u{308}ber"
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: composed), .sample(2, name: decomposed)])
    #expect(try host.network(composed).id == .sample(1))
    #expect(try host.network(decomposed).id == .sample(2))
    guard case .found(let found) = try host.replica.find(decomposed) else {
      Issue.record("one of the names answers for both")
      return
    }
    #expect(found.id == .sample(2))

    let receipt = try host.replica.edit(found.key, .rename(to: NetworkName(composed)))
    #expect(receipt == .queued(EditNumber(rawValue: 1), found.key, replacing: nil))
    #expect(try host.pull([.sample(1, name: decomposed), .sample(2, name: decomposed)]).changed == 1)
  }

  @Test func `a network whose deletion waits cannot be renamed`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    let lab = try host.network("lab")
    let deletion = try host.delete("lab")
    #expect(throws: ReplicaError.deletionWaits(deletion.edit)) {
      try host.replica.edit(lab.key, .rename(to: NetworkName("lab-eu")))
    }
    #expect(try host.outbox == ["1 delete - waiting"])
  }

  @Test func `a network that went between the look-up and the edit is not edited`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    let lab = try host.network("lab")
    try host.look(at: "lab", .gone)
    #expect(throws: ReplicaError.networkGone) {
      try host.replica.edit(lab.key, .rename(to: NetworkName("lab-eu")))
    }
    #expect(try host.outbox.isEmpty)
  }

  @Test func `edits of one network leave every other as it is`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    let dmz = try host.network("dmz")
    try host.rename("lab", to: "lab-eu")
    #expect(try host.network("dmz") == dmz)
  }

  @Test func `every edit is told in the journal, with what was before and after`() async throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    try host.create("new")
    try host.rename("lab", to: "lab-eu")
    try host.delete("lab-eu")
    let journal = try await host.journal()
    #expect(
      journal == [
        "remote created: - > lab",
        "local created: - > new",
        "local renamed: lab > lab-eu",
        "local superseded: lab-eu > -",
        "local deleted: lab-eu > -",
      ]
    )
  }
}
