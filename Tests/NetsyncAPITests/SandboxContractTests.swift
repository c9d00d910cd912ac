import HTTPTypes
import NetsyncAPI
import NetsyncModel
import NetsyncSandbox
import NetsyncTestKit
import Testing

/// The client against a server that shares no line of code with it.
struct SandboxContractTests {
  @Test func `every network of the account is listed, in the server's words`() async throws {
    let account = try Account(Sandbox(SandboxState(networks: 600)))
    var listed: [NetworkDocument] = []
    for number in 1...4 {
      guard case .changed(let page, _) = try await account.client.networks(page: number).result.get() else { continue }
      #expect(page.meta == PageMeta(pageNumber: number, totalPages: 3, totalResults: 600))
      listed += page.records
    }
    #expect(try listed == account.networks)
  }

  @Test(arguments: [SandboxNameFilter.exact, .substring])
  func `a network is found by its name, whatever the name`(_ filter: SandboxNameFilter) async throws {
    var state = SandboxState()
    state.quirks.nameFilter = filter
    let names = ["lab", "a b+c", "50% & more=?#", "\"q\" \\ /", "caf\u{E9}", "cafe\u{301}", "東京 🛰", "tab\tnl\n"]
    for name in names { state.createNetwork(named: name, at: 1_780_000_000_000_000) }
    let account = try Account(Sandbox(state))
    for name in names.map({ NetworkName($0) }) {
      let page = try await account.client.networks(named: name, page: 1).result.get()
      #expect(page.records.filter { $0.name == name }.count == 1, "\(name)")
    }
  }

  @Test func `a network is created, read, renamed and deleted`() async throws {
    let account = try Account(Sandbox())
    let created = try await account.client.create(NetworkName("a b+c")).result.get()
    #expect(try [created] == account.networks)
    #expect(try await account.client.network(created.id).result.get() == created)

    let renamed = try await account.client.rename(created.id, to: NetworkName("cafe\u{301}")).result.get()
    #expect(renamed.name == NetworkName("cafe\u{301}"))
    #expect(renamed.createdAt == created.createdAt)
    #expect(try [renamed] == account.networks)

    #expect(await account.client.delete(created.id).failure == nil)
    #expect(try account.networks.isEmpty)
    for failure in [
      await account.client.network(created.id).failure,
      await account.client.rename(created.id, to: NetworkName("lab")).failure,
      await account.client.delete(created.id).failure,
      await account.client.interfaces(of: created.id, page: 1).failure,
    ] {
      #expect(failure?.kind == .gone)
      #expect(failure?.detail?.code == "10005")
    }
  }

  @Test func `the interfaces of every network are listed`() async throws {
    let account = try Account(Sandbox(SandboxState(networks: 40)))
    var count = 0
    for network in try account.networks {
      let page = try await account.client.interfaces(of: network.id, page: 1).result.get()
      let expected = account.interfaces(of: network.id)
      #expect(page.records.map(\.id) == expected.map(\.id))
      #expect(page.records.compactMap(\.status) == expected.map(\.status))
      #expect(page.records.compactMap(\.regionCode) == expected.map(\.regionCode))
      #expect(page.records.allSatisfy { $0.regionName != nil && $0.unknownFields == nil })
      count += page.records.count
    }
    #expect(count > 0)
  }

  @Test func `another key is a matter of credentials`() async throws {
    let account = try Account(Sandbox(SandboxState(apiKey: "another")))
    for call in Call.allCases {
      #expect(try await call.send(with: account.client).failure?.kind == .credentials)
    }
  }

  @Test func `a name that the server refuses comes back with its reason`() async throws {
    let account = try Account(Sandbox())
    let failure = await account.client.create(NetworkName(" ")).failure
    #expect(failure?.kind == .refused)
    #expect(failure?.detail?.status == 422)
    #expect(failure?.detail?.pointer == "/name")
  }

  @Test func `a server over its rate limit says how long to wait`() async throws {
    let account = try Account(Sandbox(faults: SandboxFaults(rateLimit: 0)))
    let failure = await account.client.networks(page: 1).failure
    guard case .slowDown(let wait, let detail)? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(wait == .seconds(1))
    #expect(detail.code == "10011")
  }

  @Test func `a fault of the server is one, in JSON or in HTML`() async throws {
    let account = try Account(Sandbox(faults: SandboxFaults(failRate: 1)))
    for _ in 0..<40 {
      #expect(await account.client.networks(page: 1).failure?.kind == .serverFault)
    }
  }

  @Test func `a lost answer to a create is no answer, and the network is there`() async throws {
    let account = try Account(Sandbox(faults: SandboxFaults(loseResponseRate: 1)))
    #expect(await account.client.create(NetworkName("lab")).failure?.kind == .noAnswer)
    #expect(try account.networks.map(\.name) == [NetworkName("lab")])
  }

  @Test func `the server's time is known to within its uncertainty`() async throws {
    let account = try Account(Sandbox())
    let clock = try #require(await account.client.networks(page: 1).clock)
    #expect(max(clock.offset, .zero - clock.offset) <= clock.uncertainty)
  }
}

/// A client of a sandbox in the same process.
private struct Account {
  let client: APIClient
  private let transport: SandboxTransport
  private let clock: ManualClock

  init(_ sandbox: Sandbox) throws {
    let clock = ManualClock()
    self.clock = clock
    transport = SandboxTransport(sandbox, clock: clock)
    client = APIClient(
      transport: transport,
      baseURL: .telnyx,
      key: try #require(APIKey("KEY-canary")),
      timeout: .seconds(30),
      now: { clock.wall }
    )
  }

  /// What the account holds, as a client should have learnt it.
  var networks: [NetworkDocument] {
    get throws {
      try transport.withSandbox { $0.state.networks }.map { network in
        NetworkDocument(
          id: try #require(NetworkID(network.id)),
          name: NetworkName(network.name),
          createdAt: ServerStamp(network.createdAt),
          updatedAt: ServerStamp(network.updatedAt),
          recordType: "network"
        )
      }
    }
  }

  func interfaces(of id: NetworkID) -> [SandboxInterface] {
    let now = clock.wall.microseconds
    return transport.withSandbox { $0.state.interfaces(of: id.text, at: now) }
  }
}
