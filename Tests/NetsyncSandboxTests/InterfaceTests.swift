import HTTPTypes
import NetsyncSandbox
import Testing

/// `GET /networks/{id}/network_interfaces`, in process and over loopback.
struct InterfaceTests {
  @Test(arguments: Way.allCases)
  func `an attached interface is listed with its region`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client in
      let attached = try #require(
        client.attach("wg \"1\"", region: SandboxRegion(code: "frankfurt-de", name: "Frankfurt"))
      )
      let listing = try await client.interfaces("")
      let row = try #require(listing.data.first)
      #expect(listing.meta == PagingMeta(page_number: 1, page_size: 20, total_pages: 1, total_results: 1))
      #expect(row.id == attached.id)
      #expect(row.record_type == "network_interface")
      #expect(row.name == "wg \"1\"")
      #expect(row.network_id == client.networks[0].id)
      #expect(row.type == "wireguard_interface")
      #expect(row.region_code == "frankfurt-de")
      #expect(row.region.code == "frankfurt-de")
      #expect(row.region.name == "Frankfurt")
      #expect(row.region.record_type == "region")
      #expect(row.created_at == attached.createdAt)
    }
  }

  @Test(arguments: Way.allCases)
  func `provisioning moves an interface's updated_at and not its network's`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client in
      let network = client.networks[0]
      _ = client.attach("wg")
      var seen: [String] = []
      var stamps: [String] = []
      for _ in 0..<4 {
        let row = try #require(try await client.interfaces("").data.first)
        seen.append(row.status)
        stamps.append(row.updated_at)
        client.time.advance(seconds: 15)
      }
      #expect(seen == ["created", "provisioning", "provisioned", "provisioned"])
      #expect(
        stamps == [
          "2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:15.678901Z",
          "2026-01-02T03:04:35.678901Z", "2026-01-02T03:04:35.678901Z",
        ]
      )
      #expect(client.networks == [network])
    }
  }

  @Test(arguments: Way.allCases)
  func `filters of interfaces are joined by and`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client async throws in
      _ = client.attach("wg-old")
      client.time.advance(seconds: 60)
      _ = client.attach("wg-new")
      _ = client.attach("gateway", type: "public_internet_gateway")
      let found: [(query: String, names: [String])] = [
        ("filter[name]=WG", ["wg-old", "wg-new"]),
        ("filter[type]=public_internet_gateway", ["gateway"]),
        ("filter[status]=provisioned", ["wg-old"]),
        ("filter[status]=created&filter[type]=wireguard_interface", ["wg-new"]),
        ("filter[status]=deleting", []),
        ("page[size]=1&page[number]=2", ["wg-new"]),
        ("page[size]=1&page[number]=4", []),
      ]
      for (query, names) in found {
        #expect(try await client.interfaces(query).data.map(\.name) == names)
      }
    }
  }

  @Test(arguments: Way.allCases)
  func `a detached interface is gone and the others stay`(_ way: Way) async throws {
    try await way.ask(Sandbox(SandboxState(seed: 3, networks: 50))) { client in
      let now = ManualTime.start
      let network = try #require(client.networks.first { client.interfaces(of: $0).count == 3 })
      let before = client.interfaces(of: network)
      let detached = client.server.withSandbox { sandbox in
        sandbox.state.detachInterface(id: before[1].id, from: network.id, at: now)
      }
      #expect(detached)
      #expect(client.interfaces(of: network) == [before[0], before[2]])
      let again = client.server.withSandbox { $0.state.detachInterface(id: before[1].id, from: network.id, at: now) }
      #expect(!again)
    }
  }

  @Test(arguments: Way.allCases)
  func `interfaces of a made-up account in progress are provisioned after the first request`(_ way: Way) async throws {
    try await way.ask(Sandbox(SandboxState(seed: 3, networks: 200))) { client in
      let networks = client.networks
      _ = try await client.listing("")
      let statuses = networks.flatMap { client.interfaces(of: $0).map(\.status) }
      #expect(statuses.count { $0 == "created" } > 0)
      #expect(statuses.count { $0 == "provisioned" } > statuses.count * 3 / 4)
      client.time.advance(seconds: 600)
      let later = networks.flatMap { client.interfaces(of: $0).map(\.status) }
      #expect(later == Array(repeating: "provisioned", count: statuses.count))
      #expect(client.networks == networks)
    }
  }
}

extension SandboxClient {
  /// Somebody attaches an interface to the newest network.
  func attach(
    _ name: String,
    type: String = "wireguard_interface",
    region: SandboxRegion = .ashburn
  ) -> SandboxInterface? {
    let id = networks[0].id
    let now = time.now
    return server.withSandbox { $0.state.attachInterface(to: id, named: name, type: type, region: region, at: now) }
  }

  /// One page of the newest network's interfaces.
  func interfaces(_ query: String) async throws -> Listing<APIInterface> {
    let answer = try #require(try await send(.get, "/v2/networks/\(networks[0].id)/network_interfaces?\(query)"))
    #expect(answer.status == 200)
    return try answer.read(Listing<APIInterface>.self)
  }

  /// A network's interfaces, seen from behind.
  func interfaces(of network: SandboxNetwork) -> [SandboxInterface] {
    let now = time.now
    return server.withSandbox { $0.state.interfaces(of: network.id, at: now) }
  }
}
