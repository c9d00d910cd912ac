import HTTPTypes
import NetsyncSandbox
import Testing

/// `GET /networks`, in process and over loopback.
struct ListingTests {
  @Test(arguments: Way.allCases)
  func `a listing holds every network once, newest first, in pages of 20`(_ way: Way) async throws {
    try await way.ask(networks: (1...45).map { "n\($0)" }) { client in
      var names: [String] = []
      for number in 1...3 {
        let page = try await client.listing("page%5Bnumber%5D=\(number)")
        #expect(page.meta == PagingMeta(page_number: number, page_size: 20, total_pages: 3, total_results: 45))
        names += page.data.map(\.name)
      }
      #expect(names == (1...45).reversed().map { "n\($0)" })
    }
  }

  @Test(arguments: Way.allCases)
  func `a page past the end is empty and echoes its number`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client in
      for number in [2, 1_000_000, Int.max] {
        let page = try await client.listing("page%5Bnumber%5D=\(number)&page%5Bsize%5D=250")
        #expect(page.data.isEmpty)
        #expect(page.meta == PagingMeta(page_number: number, page_size: 250, total_pages: 1, total_results: 1))
      }
    }
  }

  @Test(arguments: Way.allCases)
  func `an empty account lists no network on no page`(_ way: Way) async throws {
    try await way.ask { client in
      let page = try await client.listing("")
      #expect(page.data.isEmpty)
      #expect(page.meta == PagingMeta(page_number: 1, page_size: 20, total_pages: 0, total_results: 0))
    }
  }

  @Test(
    arguments: Way.allCases,
    ["0", "-1", "%2B1", "+1", "1.5", "", "ten", "99999999999999999999", "%D9%A1"].map { ("page[number]", $0) }
      + ["0", "251", "-20", "", "all"].map { ("page[size]", $0) }
  )
  func `a page that cannot be is refused with the parameter's name`(_ way: Way, _ query: (String, String)) async throws
  {
    try await way.ask(networks: ["lab"]) { client in
      let answer = try #require(try await client.send(.get, "/v2/networks?\(query.0)=\(query.1)"))
      #expect(answer.status == 422)
      #expect(try answer.error().source?.parameter == query.0)
      #expect(try answer.error().source?.pointer == nil)
    }
  }

  @Test(arguments: Way.allCases)
  func `a filter by name finds parts of names in any case`(_ way: Way) async throws {
    try await way.ask(networks: ["Lab", "fra-lab-2", "core", "ÉCOLE"]) { client async throws in
      #expect(try await client.names("filter%5Bname%5D=LAB") == ["fra-lab-2", "Lab"])
      #expect(try await client.names("filter[name]=%C3%A9cole") == ["ÉCOLE"])
      #expect(try await client.names("filter[name]=nobody") == [])
      #expect(try await client.listing("filter[name]=lab&page[size]=1").meta.total_results == 2)
    }
  }

  @Test(arguments: Way.allCases)
  func `a filter by name can be exact`(_ way: Way) async throws {
    try await way.ask(networks: ["Lab", "lab", "lab 2", "lab"]) { client async throws in
      client.server.withSandbox { $0.state.quirks.nameFilter = .exact }
      #expect(try await client.names("filter%5Bname%5D=lab") == ["lab", "lab"])
    }
  }

  @Test(arguments: Way.allCases)
  func `a plus sign in a query is a space, and an escaped one is a plus sign`(_ way: Way) async throws {
    try await way.ask(networks: ["a b", "a+b"]) { client async throws in
      #expect(try await client.names("filter%5Bname%5D=a+b") == ["a b"])
      #expect(try await client.names("filter%5Bname%5D=a%20b") == ["a b"])
      #expect(try await client.names("filter%5Bname%5D=a%2Bb") == ["a+b"])
    }
  }

  @Test(arguments: Way.allCases, [SandboxNameFilter.exact, .substring])
  func `a filter tells a composed letter from a decomposed one`(
    _ way: Way,
    _ filter: SandboxNameFilter
  ) async throws {
    try await way.ask(networks: ["caf\u{E9}", "cafe\u{301}"]) { client async throws in
      client.server.withSandbox { $0.state.quirks.nameFilter = filter }
      for wanted in ["caf%C3%A9", "cafe%CC%81"] {
        #expect(try await client.names("filter[name]=\(wanted)").count == 1)
      }
    }
  }

  @Test(arguments: Way.allCases, ["%", "%4", "%zz", "a=%ff", "%C3=1"])
  func `a query with a broken escape is refused`(_ way: Way, _ query: String) async throws {
    try await way.ask { client in
      let answer = try #require(try await client.send(.get, "/v2/networks?\(query)"))
      #expect(answer.status == 400)
      #expect(try answer.error().code == "10015")
    }
  }

  @Test(arguments: Way.allCases)
  func `unknown parameters are ignored and of a repeated one the last counts`(_ way: Way) async throws {
    try await way.ask(networks: ["a", "b"]) { client async throws in
      #expect(try await client.names("sort=name&&page[size]=0&page[size]=1&flag") == ["b"])
    }
  }
}

extension SandboxClient {
  /// One page of the networks' listing.
  func listing(_ query: String) async throws -> Listing<APINetwork> {
    let answer = try #require(try await send(.get, "/v2/networks?\(query)"))
    #expect(answer.status == 200)
    return try answer.read(Listing<APINetwork>.self)
  }

  /// The names on one page of the networks' listing.
  func names(_ query: String) async throws -> [String] {
    try await listing(query).data.map(\.name)
  }
}
