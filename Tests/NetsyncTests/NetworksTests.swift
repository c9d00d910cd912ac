import HTTPTypes
import Netsync
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Testing

/// What is read and edited through the library, without a server.
@Suite(.opensReplicas) struct NetworksTests {
  @Test func `reads and edits wait on threads of their own, and throw what they throw`() async throws {
    let replica = try World().library()
    let receipt = try await replica.offload { replica throws(NetsyncError) in try replica.networks.create("lab") }
    #expect(receipt.isQueued)
    let networks = try await replica.offload { try $0.networks.list() }
    #expect(networks.names == ["lab"])
    await #expect(throws: NetsyncError.networkNotFound) {
      try await replica.offload { try $0.networks.delete("nobody") }
    }
  }

  @Test func `an edit is seen at once, and its receipt says what it did`() throws {
    let replica = try World().library()
    let created = try replica.networks.create("lab")
    let localID = try #require(created.localID)
    #expect(created.effect == .queued(EditNumber(rawValue: 1), replacing: nil))
    #expect(created.isQueued)
    let renamed = try replica.networks.rename(localID.text, to: "lab-eu")
    #expect(renamed.effect == .queued(EditNumber(rawValue: 2), replacing: created.edit))
    #expect(renamed.localID == nil)
    #expect(try replica.names == ["lab-eu"])
    #expect(try replica.outbox().map(\.intent) == [.create(NetworkName("lab-eu"))])
    let again = try replica.networks.rename("lab-eu", to: "lab-eu")
    #expect(again.effect == .nothingToDo)
    #expect(!again.isQueued)
    let deleted = try replica.networks.delete("lab-eu")
    #expect(deleted.effect == .tookBack(EditNumber(rawValue: 2)))
    #expect(deleted.edit == nil)
    #expect(try replica.names == [])
    #expect(try replica.outbox() == [])
  }

  @Test func `a list is of what was asked for, in the order that was asked for`() async throws {
    let world = try World()
    for name in ["b", "A", "ab"] { world.createThere(name) }
    let replica = try world.library()
    #expect(await replica.sync() == .done)
    try replica.networks.create("c")
    try replica.networks.delete("b")
    #expect(try replica.names == ["A", "ab", "c"])
    #expect(try replica.networks.list(named: "a").names == ["A", "ab"])
    #expect(try replica.networks.list(state: .waiting).names == ["c"])
    #expect(try replica.networks.list(state: .deleting).names == ["b"])
    #expect(try replica.networks.list(includingDeleting: true).names == ["A", "ab", "b", "c"])
    #expect(try replica.networks.list(limit: 2).names == ["A", "ab"])
    for order in Networks.Order.allCases {
      #expect(try replica.networks.list(orderedBy: order).count == 3, "\(order)")
    }
    let ids = try replica.networks.list(orderedBy: .id).compactMap(\.id)
    #expect(ids == ids.sorted())
  }

  @Test func `a network is found by its name and its ids, and several of one name are said to be several`() async throws
  {
    let world = try World()
    for name in ["lab", "twin", "twin"] { world.createThere(name) }
    let replica = try world.library()
    #expect(await replica.sync() == .done)
    let lab = try #require(try replica.networks.find("lab"))
    let id = try #require(lab.id)
    #expect(try replica.networks.find(id.text) == lab)
    #expect(try replica.networks.find("nobody") == nil)
    let twins = try replica.networks.list(named: "twin")
    #expect(throws: NetsyncError.networkAmbiguous(twins)) { try replica.networks.find("twin") }
    #expect(throws: NetsyncError.networkAmbiguous(twins)) { try replica.networks.delete("twin") }
    #expect(throws: NetsyncError.networkNotFound) { try replica.networks.rename("nobody", to: "somebody") }
  }

  @Test func `what cannot be meant is refused with a name, and nothing is queued`() throws {
    let world = try World()
    let replica = try world.library()
    #expect(throws: NetsyncError.nameRefused(.blank)) { try replica.networks.create(" ") }
    #expect(throws: NetsyncError.nameRefused(.holdsNUL)) { try replica.networks.create("a\0b") }
    #expect(throws: NetsyncError.editNotFound(EditNumber(rawValue: 7))) {
      try replica.discard(EditNumber(rawValue: 7))
    }
    #expect(try replica.outbox() == [])
    let path = "\(world.replica.path)-2"
    #expect(throws: NetsyncError.baseURLRefused) {
      try NetworkReplica(path: path, apiKey: nil, baseURL: "http://example.com")
    }
    #expect(throws: NetsyncError.keyMalformed) { try NetworkReplica(path: path, apiKey: "two words") }
    #expect(throws: NetsyncError.notAReplica(path: #filePath)) { try NetworkReplica(path: #filePath, apiKey: nil) }
  }

  @Test func `a network whose deletion waits cannot be edited before that is discarded`() async throws {
    let world = try World()
    world.createThere("lab")
    let replica = try world.library()
    #expect(await replica.sync() == .done)
    let id = try #require(try replica.networks.find("lab")?.id)
    let deletion = try #require(try replica.networks.delete("lab").edit)
    #expect(throws: NetsyncError.deletionWaits(deletion)) { try replica.networks.rename(id.text, to: "lab-eu") }
    #expect(try replica.discard(deletion).intent == .delete)
    #expect(try replica.names == ["lab"])
  }

  @Test func `interfaces are those of the last pull, of every network or of one`() async throws {
    let world = try World(networks: 20)
    let replica = try world.library()
    #expect(await replica.sync() == .done)
    let all = try replica.interfaces.list()
    let first = try #require(all.first)
    #expect(try replica.status().interfaces == all.count)
    let own = try replica.interfaces.list(of: first.networkID.text)
    #expect(own == all.filter { $0.networkID == first.networkID })
    let region = try #require(first.document.regionCode)
    #expect(try replica.interfaces.list(region: region) == all.filter { $0.document.regionCode == region })
    #expect(try replica.interfaces.list(type: "no such type") == [])
    #expect(throws: NetsyncError.networkNotFound) { try replica.interfaces.list(of: "nobody") }
  }

  @Test func `a sync without a key says so, and one that is closed asks for nothing more`() async throws {
    let world = try World(networks: 300)
    #expect(await (try world.stranger()).sync() == .noKey)
    let replica = try world.library()
    let sync = Task { await replica.sync() }
    while world.transport.requests.isEmpty { await Task.yield() }
    await replica.close()
    let requests = world.transport.requests.count
    _ = await sync.value
    #expect(await replica.sync() == .notNow)
    #expect(world.transport.requests.count == requests)
  }

  @Test func `a sync that leaves an edit behind is not done`() async throws {
    let world = try World()
    world.createThere("lab")
    let replica = try world.library()
    #expect(await replica.sync() == .done)
    try replica.networks.rename("lab", to: "lab-eu")
    world.transport.decide { $0.method == .patch ? .notSent : .arrives }
    #expect(await replica.sync() == .notNow)
    #expect(try replica.status().outbox.waiting == 1)
    world.transport.decide { _ in .arrives }
    #expect(await replica.sync() == .done)
  }
}
