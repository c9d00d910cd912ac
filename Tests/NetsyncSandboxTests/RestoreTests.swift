import HTTPTypes
import NetsyncSandbox
import Testing

/// An account that goes back to an earlier value, and how an observer learns that anything happened.
struct RestoreTests {
  @Test
  func `a restored account has the networks and interfaces of the backup`() throws {
    var state = SandboxState(seed: 7, networks: 4)
    let (renamed, deleted) = (state.networks[0].id, state.networks[1].id)
    let attached = state.attachInterface(to: renamed, named: "wg", at: ManualTime.start)
    let interface = try #require(attached)
    let backup = state

    state.renameNetwork(id: renamed, to: "renamed", at: ManualTime.start)
    state.deleteNetwork(id: deleted, at: ManualTime.start)
    let created = state.createNetwork(named: "lab", at: ManualTime.start)
    #expect(state.detachInterface(id: interface.id, from: renamed, at: ManualTime.start) == true)
    state.restore(from: backup, at: ManualTime.start)

    #expect(state.networks == backup.networks)
    #expect(state.network(id: created.id) == nil)
    for network in backup.networks {
      #expect(state.network(id: network.id) == network)
      #expect(
        state.interfaces(of: network.id, at: ManualTime.start)
          == backup.interfaces(of: network.id, at: ManualTime.start)
      )
    }
  }

  @Test
  func `an id that was given out after the backup is never given out again`() {
    var state = SandboxState(seed: 7, networks: 2)
    let backup = state
    var ids = Set(state.networks.map(\.id))
    for round in 1...5 {
      ids.insert(state.createNetwork(named: "lab \(round)", at: ManualTime.start).id)
      state.restore(from: backup)
    }
    #expect(ids.count == 7)
    let last = state.createNetwork(named: "last", at: ManualTime.start)
    #expect(!ids.contains(last.id))
    #expect(state.networks.first == last)
    #expect(state.networkCount == 3)
  }

  @Test(arguments: Way.allCases)
  func `a restore is seen by clients, and leaves counts and quirks alone`(_ way: Way) async throws {
    try await way.ask(networks: ["a", "b"]) { client async throws in
      let backup = client.server.withSandbox { $0.state }
      client.set { $0.order = .oldestFirst }
      let created = try await client.create("c")
      client.server.withSandbox { $0.state.restore(from: backup) }
      #expect(try await client.names("") == ["a", "b"])
      #expect(try await client.send(.get, "/v2/networks/\(created.id)")?.status == 404)
      #expect(client.server.withSandbox { $0.state.requestCount.total } == 3)
      #expect(client.server.withSandbox { $0.state.requestCount[.createNetwork] } == 1)
    }
  }

  @Test(arguments: Way.allCases)
  func `a listing that lags shows a restore later`(_ way: Way) async throws {
    try await way.ask(networks: ["a"]) { client async throws in
      let backup = client.server.withSandbox { $0.state }
      _ = try await client.create("b")
      client.set { $0.listLagMicroseconds = 60_000_000 }
      client.server.withSandbox { $0.state.restore(from: backup) }
      #expect(try await client.names("") == ["b", "a"])
      client.time.advance(seconds: 60)
      #expect(try await client.names("") == ["a"])
    }
  }

  @Test
  func `every write at the portal moves the revision by one`() throws {
    var state = SandboxState(seed: 7, networks: 3)
    let backup = state
    #expect(state.revision == 0)
    let id = state.createNetwork(named: "lab", at: ManualTime.start).id
    #expect(state.revision == 1)
    #expect(state.renameNetwork(id: id, to: "lab 2", at: ManualTime.start) != nil)
    #expect(state.revision == 2)
    #expect(state.touchNetwork(id: id, at: ManualTime.start) != nil)
    #expect(state.revision == 3)
    let attached = state.attachInterface(to: id, named: "wg", at: ManualTime.start)
    let interface = try #require(attached)
    #expect(state.revision == 4)
    #expect(state.detachInterface(id: interface.id, from: id, at: ManualTime.start) == true)
    #expect(state.revision == 5)
    #expect(state.deleteNetwork(id: id) != nil)
    #expect(state.revision == 6)
    state.restore(from: backup)
    #expect(state.revision == 7)

    #expect(state.renameNetwork(id: id, to: "x", at: ManualTime.start) == nil)
    #expect(state.touchNetwork(id: id, at: ManualTime.start) == nil)
    #expect(state.deleteNetwork(id: id) == nil)
    #expect(state.detachInterface(id: interface.id, from: id, at: ManualTime.start) == false)
    #expect(state.revision == 7)
  }

  @Test(arguments: Way.allCases)
  func `the revision moves with writes that are made, not with requests`(_ way: Way) async throws {
    try await way.ask { client async throws in
      let id = try await client.create("lab").id
      _ = try await client.rename(id, "lab 2")
      #expect(client.revision == 2)
      _ = try await client.network(id)
      _ = try await client.names("")
      #expect(try await client.send(.post, "/v2/networks", body: json(name: ""))?.status == 422)
      #expect(try await client.send(.patch, "/v2/networks/\(id)", body: [])?.status == 400)
      #expect(client.revision == 2)
      #expect(try await client.send(.delete, "/v2/networks/\(id)")?.status == 200)
      #expect(try await client.send(.delete, "/v2/networks/\(id)")?.status == 404)
      #expect(client.revision == 3)
      client.server.withSandbox { $0.faults.loseResponseRate = 1 }
      #expect(try await client.send(.post, "/v2/networks", body: json(name: "lab")) == nil)
      #expect(client.revision == 4)
    }
  }
}

extension SandboxClient {
  fileprivate var revision: Int { server.withSandbox { $0.state.revision } }
}
