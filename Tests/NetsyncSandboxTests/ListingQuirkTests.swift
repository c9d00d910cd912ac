import HTTPTypes
import NetsyncSandbox
import Testing

/// Listings as odd as the API allows, in process and over loopback.
struct ListingQuirkTests {
  @Test(
    arguments: Way.allCases,
    [
      (.newestFirst, ["c", "b", "a", "b"]), (.oldestFirst, ["b", "a", "b", "c"]), (.byName, ["a", "b", "b", "c"]),
    ] as [(SandboxOrder, [String])]
  )
  func `a listing has the order that was asked for`(_ way: Way, _ expected: (SandboxOrder, [String])) async throws {
    try await way.ask(networks: ["b", "a", "b", "c"]) { client async throws in
      client.set { $0.order = expected.0 }
      #expect(try await client.names("") == expected.1)
      #expect(try await client.names("page[size]=3&page[number]=2") == [expected.1[3]])
      #expect(try await client.names("filter[name]=b") == ["b", "b"])
    }
  }

  @Test(arguments: Way.allCases)
  func `in an order by name a rename moves a network to another page`(_ way: Way) async throws {
    try await way.ask(networks: ["b", "c", "d"]) { client async throws in
      client.set { $0.order = .byName }
      _ = try await client.rename(client.networks[0].id, "a")
      #expect(try await client.names("page[size]=1&page[number]=1") == ["a"])
      #expect(try await client.names("page[size]=1&page[number]=3") == ["c"])
    }
  }

  @Test(arguments: Way.allCases)
  func `an unstable order is another for every request and the same for every run`(_ way: Way) async throws {
    func orders(seed: UInt64) async throws -> [[String]] {
      var orders: [[String]] = []
      var quirks = SandboxQuirks()
      quirks.order = .unstable
      try await way.ask(Sandbox(SandboxState(seed: seed, networks: 10, quirks: quirks))) { client async throws in
        let names = client.networks.map(\.name).sorted()
        for _ in 0..<5 { orders.append(try await client.names("")) }
        #expect(orders.allSatisfy { $0.sorted() == names })
      }
      return orders
    }
    let first = try await orders(seed: 3)
    #expect(Set(first).count == 5)
    #expect(try await orders(seed: 3) == first)
  }

  @Test(
    arguments: Way.allCases,
    [(.honest, 10...10), (.tooHigh, 11...13), (.tooLow, 7...9), (.changing, 8...12)]
      as [(SandboxTotals, ClosedRange<Int>)]
  )
  func `totals are wrong by a little, while the rows are all there`(
    _ way: Way,
    _ expected: (totals: SandboxTotals, range: ClosedRange<Int>)
  ) async throws {
    try await way.ask(networks: (1...10).map { "n\($0)" }) { client async throws in
      client.set { $0.totals = expected.totals }
      var seen: Set<Int> = []
      for _ in 0..<5 {
        var names: [String] = []
        for number in 1...4 {
          let page = try await client.listing("page[size]=3&page[number]=\(number)")
          #expect(page.meta.page_number == number)
          #expect(page.meta.total_pages == (page.meta.total_results + 2) / 3)
          seen.insert(page.meta.total_results)
          names += page.data.map(\.name)
        }
        #expect(names == client.networks.map(\.name))
      }
      #expect(seen.allSatisfy { expected.range.contains($0) })
      #expect((seen.count == 1) == (expected.totals != .changing))
    }
  }

  @Test(arguments: Way.allCases)
  func `a total never falls below nothing`(_ way: Way) async throws {
    try await way.ask { client async throws in
      client.set { $0.totals = .tooLow }
      #expect(try await client.listing("").meta.total_results == 0)
    }
  }

  @Test(arguments: Way.allCases)
  func `any member of meta may be missing from either listing`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client async throws in
      let id = client.networks[0].id
      for fields in (0...15).map(SandboxMetaFields.init(rawValue:)) {
        client.set { $0.metaFields = fields }
        for path in ["/v2/networks", "/v2/networks/\(id)/network_interfaces"] {
          let answer = try #require(try await client.send(.get, path))
          #expect(try answer.read(OddListing.self).meta?.fields == fields)
        }
      }
    }
  }

  @Test(arguments: Way.allCases)
  func `a listing may have no meta at all`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client async throws in
      client.set { $0.metaFields = nil }
      let listing = try #require(try await client.send(.get, "/v2/networks")).read(OddListing.self)
      #expect(listing.meta == nil)
      #expect(listing.data.count == 1)
    }
  }

  @Test(arguments: Way.allCases)
  func `a lagging listing shows what was, while a network by its id is as it is`(_ way: Way) async throws {
    try await way.ask(networks: ["a", "b"]) { client async throws in
      client.set { $0.listLagMicroseconds = 60_000_000 }
      let created = try await client.create("c")
      #expect(try await client.names("") == ["b", "a"])
      #expect(try await client.listing("").meta.total_results == 2)
      #expect(try await client.names("filter[name]=c") == [])
      #expect(try await client.network(created.id) == created)
      client.time.advance(seconds: 59)
      #expect(try await client.names("") == ["b", "a"])
      client.time.advance(seconds: 1)
      #expect(try await client.names("") == ["c", "b", "a"])
      #expect(try await client.names("filter[name]=c") == ["c"])
    }
  }

  @Test(arguments: Way.allCases)
  func `a lagging listing shows one write after the other`(_ way: Way) async throws {
    try await way.ask(networks: ["a", "b"]) { client async throws in
      client.set { $0.listLagMicroseconds = 60_000_000 }
      let (newer, older) = (client.networks[0].id, client.networks[1].id)
      _ = try await client.rename(newer, "z")
      client.time.advance(seconds: 30)
      #expect(try await client.send(.delete, "/v2/networks/\(older)")?.status == 200)
      #expect(try await client.names("") == ["b", "a"])
      #expect(try await client.network(newer).name == "z")
      #expect(try await client.send(.get, "/v2/networks/\(older)")?.status == 404)
      client.time.advance(seconds: 30)
      #expect(try await client.names("") == ["z", "a"])
      client.time.advance(seconds: 30)
      #expect(try await client.names("") == ["z"])
    }
  }

  @Test(arguments: Way.allCases)
  func `a lag shows at once what was written without one, and ends at once`(_ way: Way) async throws {
    try await way.ask(networks: ["a"]) { client async throws in
      client.set { $0.listLagMicroseconds = 60_000_000 }
      #expect(try await client.names("") == ["a"])
      client.server.withSandbox { _ = $0.state.deleteNetwork(id: $0.state.networks[0].id) }
      #expect(try await client.names("") == ["a"])
      client.set { $0.listLagMicroseconds = 0 }
      #expect(try await client.names("") == [])
      client.set { $0.listLagMicroseconds = 60_000_000 }
      #expect(try await client.names("") == [])
    }
  }
}

/// A listing of which any part may be missing.
private struct OddListing: Decodable {
  struct Row: Decodable {
    var id: String
  }

  struct Meta: Decodable {
    var page_number: Int?
    var page_size: Int?
    var total_pages: Int?
    var total_results: Int?

    /// Which members there are.
    var fields: SandboxMetaFields {
      var fields: SandboxMetaFields = []
      if page_number != nil { fields.insert(.pageNumber) }
      if page_size != nil { fields.insert(.pageSize) }
      if total_pages != nil { fields.insert(.totalPages) }
      if total_results != nil { fields.insert(.totalResults) }
      return fields
    }
  }

  var data: [Row]
  var meta: Meta?
}

extension SandboxClient {
  /// Changes how the account settles what the API leaves open, from the next request on.
  func set(_ change: @Sendable (inout SandboxQuirks) -> Void) {
    server.withSandbox { change(&$0.state.quirks) }
  }
}
