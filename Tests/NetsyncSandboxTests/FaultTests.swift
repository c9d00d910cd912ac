import HTTPTypes
import NetsyncSandbox
import Testing

/// What goes wrong on purpose, in process and over loopback.
struct FaultTests {
  @Test(arguments: Way.allCases)
  func `a lost response keeps the write`(_ way: Way) async throws {
    try await way.ask(Sandbox(faults: SandboxFaults(loseResponseRate: 1))) { client in
      #expect(try await client.send(.post, "/v2/networks", body: json(name: "lab")) == nil)
      let created = try #require(client.networks.first)
      #expect(created.name == "lab")

      #expect(try await client.send(.patch, "/v2/networks/\(created.id)", body: json(name: "lab 2")) == nil)
      #expect(client.networks.map(\.name) == ["lab 2"])

      #expect(try await client.send(.delete, "/v2/networks/\(created.id)") == nil)
      #expect(client.networks == [])
    }
  }

  @Test(arguments: Way.allCases)
  func `the answer to a read is never lost`(_ way: Way) async throws {
    let sandbox = Sandbox(SandboxState(networks: 3), faults: SandboxFaults(loseResponseRate: 1))
    try await way.ask(sandbox) { client async throws in
      let id = client.networks[0].id
      for path in ["", "/\(id)", "/\(id)/network_interfaces", "/nobody"] {
        #expect(try await client.send(.get, "/v2/networks\(path)") != nil)
      }
    }
  }

  @Test(arguments: Way.allCases)
  func `a failure strikes before or after the write, as JSON or as HTML`(_ way: Way) async throws {
    try await way.ask(Sandbox(faults: SandboxFaults(failRate: 1))) { client in
      var statuses: Set<Int> = []
      var types: Set<String> = []
      for number in 1...60 {
        let answer = try #require(try await client.send(.post, "/v2/networks", body: json(name: "n\(number)")))
        statuses.insert(answer.status)
        let type = try #require(answer["content-type"])
        types.insert(type)
        if type == "application/json" { #expect(try answer.error().code == "10007") }
        #expect(answer["date"] == "Fri, 02 Jan 2026 03:04:05 GMT")
      }
      #expect(statuses == [500, 502, 503, 504])
      #expect(types == ["application/json", "text/html"])
      // 60 tosses of a fair coin.
      #expect((15...45).contains(client.networks.count))
      #expect(client.server.withSandbox { $0.state.requestCount[.createNetwork] } == 60)
    }
  }

  @Test(arguments: Way.allCases)
  func `over the rate limit nothing is written and the answer says when to come back`(_ way: Way) async throws {
    try await way.ask(Sandbox(faults: SandboxFaults(rateLimit: 2))) { client in
      var codesAreIntegers: Set<Bool> = []
      for second in 1...8 {
        for remaining in [1, 0] {
          let answer = try #require(try await client.send(.get, "/v2/networks"))
          #expect(answer.status == 200)
          #expect(answer.rateLimit == ["2", "\(remaining)", "1"])
        }
        let refused = try #require(try await client.send(.post, "/v2/networks", body: json(name: "lab")))
        #expect(refused.status == 429)
        #expect(refused.rateLimit == ["2", "0", "1"])
        let error = try refused.error()
        #expect(error.code == "10011")
        codesAreIntegers.insert(error.codeIsInteger)
        #expect(client.networks == [])
        #expect(client.server.withSandbox { $0.state.requestCount.total } == 3 * second)
        client.time.advance(seconds: 1)
      }
      #expect(codesAreIntegers == [true, false])
    }
  }

  @Test(arguments: Way.allCases)
  func `without a rate limit no answer speaks of one`(_ way: Way) async throws {
    try await way.ask { client async throws in
      #expect(try await client.send(.get, "/v2/networks")?.rateLimit == [nil, nil, nil])
    }
  }

  @Test(arguments: Way.allCases)
  func `a page shift moves the rows by one, there and back`(_ way: Way) async throws {
    let sandbox = Sandbox(SandboxState(networks: 40), faults: SandboxFaults(pageShiftRate: 1))
    try await way.ask(sandbox) { client async throws in
      let steady = client.networks.map(\.name)
      #expect(try await client.names("page[number]=1") == ["scratch"] + steady[..<19])
      #expect(try await client.names("page[number]=2") == Array(steady[20...]))
      #expect(try await client.names("page[number]=2") == Array(steady[19..<39]))
      // Somebody else takes the scratch network away: the next shift makes another.
      #expect(try await client.send(.delete, "/v2/networks/\(client.networks[0].id)")?.status == 200)
      #expect(try await client.names("page[number]=1").first == "scratch")
    }
  }

  @Test(arguments: Way.allCases)
  func `only a listing shifts pages`(_ way: Way) async throws {
    try await way.ask(Sandbox(SandboxState(networks: 2), faults: SandboxFaults(pageShiftRate: 1))) { client in
      let id = client.networks[0].id
      _ = try await client.network(id)
      _ = try await client.interfaces("")
      _ = try await client.create("lab")
      #expect(client.networks.count == 3)
    }
  }

  @Test
  func `a seed decides every fault, and a rate changes no other fault`() throws {
    func fates(_ faults: SandboxFaults) throws -> [String] {
      var sandbox = Sandbox(faults: faults)
      let body = try json(name: "lab")
      return (0..<200).map { _ in
        switch sandbox.answer(to: post, body: body, at: ManualTime.start) {
        case .answer(let answer): "\(answer.response.status.code)"
        case .lost: "lost"
        }
      }
    }
    let failing = try fates(SandboxFaults(seed: 5, failRate: 0.3))
    #expect(try fates(SandboxFaults(seed: 5, failRate: 0.3)) == failing)
    #expect(try fates(SandboxFaults(seed: 6, failRate: 0.3)) != failing)
    #expect((30...90).contains(failing.count { $0 != "200" }))

    let losing = try fates(SandboxFaults(seed: 5, failRate: 0.3, loseResponseRate: 0.5))
    #expect(zip(failing, losing).allSatisfy { $0 == $1 || ($0 == "200" && $1 == "lost") })
    #expect(losing.contains("lost"))
  }

  @Test
  func `latency is reported and waited for by nobody in process`() {
    var sandbox = Sandbox(faults: SandboxFaults(latency: .seconds(3600)))
    #expect(sandbox.answer(to: post, body: [], at: 0) != .lost)
    #expect(sandbox.faults.latency == .seconds(3600))
  }

  private var post: HTTPRequest {
    HTTPRequest(
      method: .post,
      scheme: "http",
      authority: "127.0.0.1",
      path: "/v2/networks",
      headerFields: [.authorization: "Bearer key"]
    )
  }
}

extension Answer {
  /// Limit, remaining and reset, as the header fields say them.
  fileprivate var rateLimit: [String?] {
    ["limit", "remaining", "reset"].map { self["x-ratelimit-\($0)"] }
  }
}
