import HTTPTypes
import NetsyncAPI
import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncSandbox
import NetsyncTestKit
import NetsyncTestSupport
import Synchronization
import Testing

@Suite(.opensReplicas) struct PullTests {
  @Test func `a pull brings every network and its interfaces`() async throws {
    let world = try World(networks: 620)
    let report = try await world.engine().pull(PullOptions())
    #expect(report.failure == nil)
    #expect(report.isComplete)
    #expect(report.counts.listed == 620)
    #expect(report.counts.new == 620)
    #expect(try world.here == world.there)
    #expect(try world.replica.interfaces().count == report.counts.interfaces)
    #expect(try world.replica.status().isInSync)
  }

  @Test func `a second pull finds nothing new and asks for no more than the pages`() async throws {
    let world = try World(networks: 620)
    var options = PullOptions()
    options.interfaces = .none
    _ = try await world.engine().pull(options)
    let again = try await world.engine().pull(options)
    #expect(again.counts.new == 0)
    #expect(again.counts.changed == 0)
    #expect(again.counts.gone == 0)
    #expect(again.counts.requests == 3)
    #expect(try world.here == world.there)
  }

  @Test func `what changed there changes here`() async throws {
    let world = try World(networks: 20)
    _ = try await world.engine().pull(PullOptions())
    world.clock.advance(by: .seconds(5))
    let name = world.namesThere[3]
    world.renameThere(name, to: "renamed there")
    world.createThere("made there")
    let report = try await world.engine().pull(PullOptions())
    #expect(report.counts.new == 1)
    #expect(report.counts.changed == 1)
    #expect(try world.here == world.there)
  }

  @Test func `a network that is gone there is removed on the evidence of its own 404`() async throws {
    let world = try World(networks: 20)
    _ = try await world.engine().pull(PullOptions())
    world.deleteThere(world.namesThere.prefix(2))
    let report = try await world.engine().pull(PullOptions())
    #expect(report.counts.gone == 2)
    #expect(try world.here == world.there)
    let answer = try await ReplicaQuery(path: world.replica.path, timeout: .seconds(5), maximumRows: 10)
      .run("SELECT evidence ->> 'status', evidence ->> 'request' FROM changes WHERE kind = 'deleted'")
    #expect(answer.rows.count == 2)
    for row in answer.rows {
      #expect(row.first == .integer(404))
      guard case .text(let request)? = row.last else { continue }
      #expect(request.hasPrefix("GET /networks/"))
    }
  }

  @Test func `one network is asked for by itself, and nothing is said of any other`() async throws {
    let world = try World(networks: 620)
    _ = try await world.engine().pull(PullOptions())
    world.clock.advance(by: .seconds(5))
    let (one, other) = (world.namesThere[3], world.namesThere[4])
    world.renameThere(one, to: "renamed there")
    world.renameThere(other, to: "renamed as well")
    var options = PullOptions()
    options.network = try world.find(one).key
    let report = try await world.engine().pull(options)
    #expect(report.failure == nil && report.sweep == nil && !report.isComplete)
    #expect((report.counts.listed, report.counts.changed, report.counts.requests) == (1, 1, 2))
    #expect(try world.find("renamed there").key == options.network)
    #expect(try world.find(other).state == .synced)
    #expect(try world.replica.lastSweep()?.isComplete == true)
    #expect(try world.replica.status().isInSync)
    options.interfaces = .none
    #expect(try await world.engine().pull(options).counts.requests == 1)
  }

  @Test func `one network that is gone is removed on its own 404, of an account that is ours alone`() async throws {
    let world = try World(networks: 20)
    _ = try await world.engine().pull(PullOptions())
    var options = PullOptions()
    options.network = try world.find(world.namesThere[0]).key
    let ours = world.transport.withSandbox { $0.state }
    world.transport.withSandbox { $0.state = SandboxState(seed: 99, networks: 5) }
    let held = try await world.engine().pull(options)
    #expect(held.failure == .held(.otherAccount, count: 20))
    #expect(held.counts.gone == 0)
    #expect(try world.here.count == 20)
    world.transport.withSandbox { $0.state = ours }
    world.deleteThere(world.namesThere.prefix(1))
    let report = try await world.engine().pull(options)
    #expect(report.counts.gone == 1 && report.counts.listed == 0)
    #expect(try world.here == world.there)
    #expect(try world.replica.changes(limit: 100).last?.evidence.status == 404)
    // It is gone: there is nothing left to ask by.
    #expect(try await world.engine().pull(options).counts.requests == 0)
  }

  @Test func `a network that was never sent is not asked for`() async throws {
    let world = try World(networks: 2)
    _ = try await world.engine().pull(PullOptions())
    try world.create("made here")
    var options = PullOptions()
    options.network = try world.find("made here").key
    let report = try await world.engine().pull(options)
    #expect(report.failure == nil && report.counts.requests == 0)
  }

  @Test func `rows that shift between pages remove no living network`() async throws {
    let world = try World(networks: 700, faults: SandboxFaults(seed: 7))
    var options = PullOptions()
    options.interfaces = .none
    // A row that slipped from page to page before it was ever seen comes with a later pull; a known one must never go.
    _ = try await world.engine().pull(options)
    world.transport.withSandbox { $0.faults.pageShiftRate = 0.7 }
    for _ in 0..<60 {
      let report = try await world.engine().pull(options)
      #expect(report.failure == nil)
      let here = Set(try world.replica.networks().compactMap { $0.id?.text })
      let there = Set(world.transport.withSandbox { $0.state.networks.map(\.id) })
      let lasting = there.filter { id in world.transport.withSandbox { $0.state.network(id: id)?.name != "scratch" } }
      #expect(lasting.isSubset(of: here))
    }
    world.transport.withSandbox { $0.faults.pageShiftRate = 0 }
    _ = try await world.engine().pull(options)
    #expect(try world.here == world.there)
  }

  @Test func `thirty percent vanished is held, and one approval carries it out`() async throws {
    let world = try World(networks: 100)
    _ = try await world.engine().pull(PullOptions())
    world.deleteThere(world.namesThere.prefix(30))
    world.createThere("new all the same")
    let held = try await world.engine().pull(PullOptions())
    #expect(held.outcome == .held)
    #expect(held.counts.held == 30)
    #expect(held.failure == .held(.tooMany, count: 30))
    #expect(try world.replica.networks().count == 101)
    #expect(try !world.replica.status().isInSync)

    var options = PullOptions()
    options.maximumDeletes = 30
    let approved = try await world.engine().pull(options)
    #expect(approved.outcome == .ok)
    #expect(approved.counts.gone == 30)
    #expect(try world.here == world.there)
  }

  @Test func `an empty listing removes nothing unasked`() async throws {
    let world = try World(networks: 3)
    _ = try await world.engine().pull(PullOptions())
    world.deleteThere(world.namesThere)
    let held = try await world.engine().pull(PullOptions())
    #expect(held.failure == .held(.emptyListing, count: 3))
    #expect(try world.replica.networks().count == 3)
  }

  @Test func `a server restored from a backup removes nothing before a person says so`() async throws {
    let world = try World(networks: 10)
    _ = try await world.engine().pull(PullOptions())
    let backup = world.transport.withSandbox { $0.state }
    world.clock.advance(by: .seconds(60))
    world.renameThere(world.namesThere[0], to: "renamed since")
    world.createThere("made since")
    _ = try await world.engine().pull(PullOptions())
    world.clock.advance(by: .seconds(60))
    world.transport.withSandbox { $0.state = backup }

    let held = try await world.engine().pull(PullOptions())
    #expect(held.failure == .held(.wentBack, count: 1))
    #expect(held.counts.wentBack == 1)
    #expect(try world.replica.networks().count == 11)
    let again = try await world.engine().pull(PullOptions())
    #expect(again.failure == .held(.wentBack, count: 1), "nobody has approved yet, though nothing went back any more")
    #expect(again.counts.wentBack == 0)

    var options = PullOptions()
    options.maximumDeletes = 1
    let approved = try await world.engine().pull(options)
    #expect(approved.counts.gone == 1)
    #expect(try world.here == world.there)
    #expect(try world.replica.status().isInSync)
  }

  @Test func `a listing where every network has changed removes nothing before a person says so`() async throws {
    let world = try World()
    for number in 1...6 { world.createThere("lab \(number)") }
    _ = try await world.engine().pull(PullOptions())
    world.clock.advance(by: .seconds(60))
    for number in 1...5 { world.renameThere("lab \(number)", to: "anew \(number)") }
    world.deleteThere(["lab 6"])

    for _ in 1...2 {
      let held = try await world.engine().pull(PullOptions())
      #expect(held.failure == .held(.allChanged, count: 1))
      #expect(held.counts.held == 1)
    }
    #expect(try world.replica.networks().count == 6)
    #expect(try world.replica.networks().count { $0.name?.text.hasPrefix("anew") == true } == 5, "the rest goes on")

    var options = PullOptions()
    options.maximumDeletes = 1
    let approved = try await world.engine().pull(options)
    #expect(approved.counts.gone == 1)
    #expect(try world.here == world.there)
  }

  @Test func `a network that was left as it is tells that not all has changed`() async throws {
    let world = try World()
    for number in 1...7 { world.createThere("lab \(number)") }
    _ = try await world.engine().pull(PullOptions())
    world.clock.advance(by: .seconds(60))
    for number in 1...5 { world.renameThere("lab \(number)", to: "anew \(number)") }
    world.deleteThere(["lab 6"])
    let report = try await world.engine().pull(PullOptions())
    #expect(report.failure == nil)
    #expect(report.counts.gone == 1)
    #expect(try world.here == world.there)
  }

  @Test func `a budget that is used up is waited for, and no 429 is provoked`() async throws {
    let world = try World(networks: 5, faults: SandboxFaults(rateLimit: 1))
    var options = PullOptions()
    options.interfaces = .none
    let started = world.clock.wall
    for _ in 1...3 {
      let report = try await world.engine().pull(options)
      #expect(report.failure == nil)
      #expect(report.counts.requests == 1)
    }
    #expect(world.clock.wall.since(started) >= .seconds(2))
  }

  @Test func `nothing of another account enters before a person says so`() async throws {
    let world = try World(networks: 4)
    _ = try await world.engine().pull(PullOptions())
    let mine = try world.here
    world.transport.withSandbox { $0.state = SandboxState(seed: 99, networks: 6) }
    let held = try await world.engine().pull(PullOptions())
    #expect(held.failure == .held(.otherAccount, count: 4))
    #expect(try world.here == mine)
    var options = PullOptions()
    options.acceptsAccount = true
    let accepted = try await world.engine().pull(options)
    #expect(accepted.failure == nil)
    #expect(try world.here == world.there)
  }

  @Test func `to accept an account is no leave to remove from one's own`() async throws {
    let world = try World(networks: 20)
    _ = try await world.engine().pull(PullOptions())
    world.deleteThere(world.namesThere.prefix(8))
    var options = PullOptions()
    options.acceptsAccount = true
    let pulled = try await world.engine().pull(options)
    #expect(pulled.failure == .held(.tooMany, count: 8))
    #expect(pulled.counts.gone == 0)
  }

  @Test func `an account that was accepted halfway is taken whole by the next pull`() async throws {
    let world = try World(networks: 20)
    var options = PullOptions()
    options.interfaces = .none
    _ = try await world.engine().pull(options)
    world.transport.withSandbox { $0.state = SandboxState(seed: 99, networks: 600) }
    let held = try await world.engine().pull(options)
    #expect(held.failure == .held(.otherAccount, count: 20))
    options.acceptsAccount = true
    world.transport.decide { ($0.path ?? "").contains("=3&") ? .notSent : .arrives }
    #expect(try await world.engine().pull(options).isComplete == false)
    world.transport.decide { _ in .arrives }
    let accepted = try await world.engine().pull(options)
    #expect(accepted.failure == nil)
    #expect(try world.here == world.there)
  }

  @Test(arguments: [409, 500, 302, 200])
  func `an interface list that cannot be read costs that list alone`(_ status: Int) async throws {
    let world = try World(networks: 12)
    let engine = try world.engine()
    let id = try #require(world.transport.withSandbox { $0.state.networks.first?.id })
    world.transport.decide { request in
      guard (request.path ?? "").hasPrefix("/v2/networks/\(id)/network_interfaces") else { return .arrives }
      return .replaced(TransportResponse(head: .init(status: .init(code: status)), body: Array("<html>".utf8)))
    }
    for _ in 1...2 {
      let report = await engine.pull(PullOptions())
      guard case .api(_, let request, _)? = report.failure else {
        Issue.record("no failure is told")
        return
      }
      #expect(request.contains(id))
      #expect(report.outcome == .partial)
      #expect(report.isComplete)
      #expect(!endsSync(report.facts))
      let unread = try world.replica.networksToWalk(notSince: Timestamp(microseconds: 1))
      #expect(unread.map(\.id.text) == [id])
    }
    #expect(try !world.replica.status().isInSync)
    world.transport.decide { _ in .arrives }
    #expect(await engine.pull(PullOptions()).failure == nil)
    #expect(try world.replica.status().isInSync)
  }

  @Test func `lists that are never answered do not keep the others from being read`() async throws {
    let world = try World(networks: 12)
    let engine = try world.engine()
    let mute = Set(world.transport.withSandbox { $0.state.networks.prefix(Limits.failuresInARow).map(\.id) })
    world.transport.decide { request in
      let path = request.path ?? ""
      guard path.contains("network_interfaces"), mute.contains(where: { path.contains($0) }) else { return .arrives }
      return .replaced(TransportResponse(head: .init(status: .gatewayTimeout), body: []))
    }
    for _ in 1...3 { _ = await engine.pull(PullOptions()) }
    let unread = try world.replica.networksToWalk(notSince: Timestamp(microseconds: 1))
    #expect(Set(unread.map(\.id.text)) == mute)
  }

  @Test func `a pull with a budget goes on where the one before it stopped`() async throws {
    let world = try World(networks: 5)
    let engine = try world.engine()
    var options = PullOptions()
    options.interfaces = .due(atMost: 2)
    func unread() throws -> Int { try world.replica.status().unreadLists }
    var left: [Int] = []
    for _ in 1...3 {
      #expect(await engine.pull(options).failure == nil)
      left.append(try unread())
      // A list that was never read is as old as can be.
      #expect(try world.replica.status().isInSync == (left.last == 0))
    }
    #expect(left == [3, 1, 0])
    world.clock.advance(by: .seconds(86_400 + 60))
    #expect(try !world.replica.status().isInSync)
    options.interfaces = .due(atMost: 5)
    #expect(await engine.pull(options).failure == nil)
    #expect(try world.replica.status().isInSync)
  }

  @Test func `a list is read again at once where its network has changed, and not where nothing has`() async throws {
    let world = try World(networks: 3)
    let engine = try world.engine()
    // By then every interface is provisioned.
    world.clock.advance(by: .seconds(86_400))
    var options = PullOptions()
    options.interfaces = .due(atMost: 10)
    _ = await engine.pull(options)
    #expect(await engine.pull(options).counts.requests == 1)
    world.renameThere(world.namesThere[0], to: "other")
    #expect(await engine.pull(options).counts.requests == 2)
    #expect(await engine.pull(options).counts.requests == 1)
    options.interfaces = .all
    #expect(await engine.pull(options).counts.requests == 4)
  }

  @Test(arguments: [1, 8, 40])
  func `a server that answers for no interface list is soon left alone`(_ networks: Int) async throws {
    let world = try World(networks: networks)
    world.transport.decide { request in
      guard (request.path ?? "").contains("network_interfaces") else { return .arrives }
      return .replaced(TransportResponse(head: .init(status: .serviceUnavailable), body: []))
    }
    let report = try await world.engine().pull(PullOptions())
    #expect(report.hasNetworks)
    #expect(!endsSync(report.facts))
    #expect(report.counts.requests <= 1 + 16 * 3)
  }

  @Test func `trouble that lasts is told as what it is, not as time that ran out`() async throws {
    let world = try World(networks: 300)
    world.transport.decide { request in
      (request.path ?? "").contains("=2&")
        ? .replaced(TransportResponse(head: .init(status: .badGateway), body: [])) : .arrives
    }
    var options = PullOptions()
    options.timeout = .seconds(5)
    let report = try await world.engine().pull(options)
    guard case .api(.serverFault, _, _)? = report.failure else {
      Issue.record("told as \(String(describing: report.failure))")
      return
    }
    #expect(report.outcome == .partial)
  }

  @Test(arguments: 1...3)
  func `creates in doubt with several candidates leave a pull complete`(_ candidates: Int) async throws {
    let world = try World(networks: 3)
    _ = try await world.engine().pull(PullOptions())
    try world.create("lab")
    world.transport.decide { $0.method == .post ? .requestLost : .arrives }
    var push = PushOptions()
    push.timeout = .seconds(1)
    _ = try await world.engine().push(push)
    world.clock.advance(by: .seconds(10))
    for _ in 0...candidates { world.createThere("lab") }
    let sent = world.transport.requests.count
    var pull = PullOptions()
    pull.interfaces = .none
    let report = try await world.engine().pull(pull)
    #expect(report.isComplete)
    #expect(report.outcome == .ok)
    #expect(world.transport.requests.count - sent == 1)
  }

  @Test func `a pull that is cut short keeps what it has and the next one ends it`() async throws {
    let world = try World(networks: 2_600)
    var options = PullOptions()
    options.interfaces = .none
    world.transport.decide { ($0.path ?? "").contains("=7&") ? .notSent : .arrives }
    let cut = try await world.engine().pull(options)
    #expect(!cut.isComplete)
    #expect(cut.outcome == .partial)
    let kept = try world.replica.networks().count
    #expect(kept > 0 && kept < 2_600)
    world.transport.decide { _ in .arrives }
    let rest = try await world.engine().pull(options)
    #expect(rest.isComplete)
    #expect(rest.counts.new == 2_600 - kept)
    #expect(try world.here == world.there)
  }

  @Test(arguments: ["", "<html>maintenance</html>", "{\"data\":{}}", "{\"data\":["])
  func `an answer that is not understood removes nothing`(body: String) async throws {
    let world = try World(networks: 5)
    _ = try await world.engine().pull(PullOptions())
    let before = try world.here
    world.transport.decide { _ in
      .replaced(TransportResponse(head: .init(status: .ok), body: Array(body.utf8)))
    }
    let report = try await world.engine().pull(PullOptions())
    #expect(report.outcome == .error)
    #expect(!report.isComplete)
    #expect(try world.here == before)
    #expect(try !world.replica.status().isInSync)
  }

  @Test func `a rejected key stops the pull at once`() async throws {
    let world = try World()
    world.transport.withSandbox { $0.state = SandboxState(networks: 5, apiKey: "right") }
    try world.create("lab")
    let report = try await world.engine(key: "wrong").pull(PullOptions())
    #expect(report.counts.requests <= 2)
    guard case .api(.credentials, _, _)? = report.failure else {
      Issue.record("not taken for a rejected key: \(String(describing: report.failure))")
      return
    }
    #expect(try world.replica.operations().count == 1)
  }

  @Test func `a silence that the server asks for outlives the process`() async throws {
    let world = try World(networks: 5, faults: SandboxFaults(rateLimit: 2))
    let report = try await world.engine().pull(PullOptions())
    #expect(report.failure == nil)
    #expect(try world.here == world.there)

    try world.replica.keepQuiet(until: world.clock.wall + .seconds(600))
    let sent = world.transport.requests.count
    let quiet = try await world.engine().pull(PullOptions())
    #expect(world.transport.requests.count == sent)
    guard case .quiet? = quiet.failure else {
      Issue.record("asked in spite of the silence")
      return
    }
  }

  @Test func `a silence from before the clock was set back hides no other`() async throws {
    let world = try World(networks: 5, faults: SandboxFaults(rateLimit: 1))
    try world.replica.keepQuiet(until: world.clock.wall + .seconds(30 * 86_400))
    var options = PullOptions()
    options.interfaces = .none
    for _ in 1...3 {
      let report = try await world.engine().pull(options)
      #expect(report.failure == nil)
      #expect(report.counts.requests == 1, "no 429 is provoked")
    }
  }

  @Test func `the walks of one pull remove no more together than one may`() async throws {
    let world = try World(networks: 20)
    let rows = world.transport.withSandbox { sandbox in
      sandbox.state.networks.map { network in
        let stamps = #""created_at":"\#(network.createdAt)","updated_at":"\#(network.updatedAt)""#
        return #"{"record_type":"network","id":"\#(network.id)","name":"\#(network.name)",\#(stamps)}"#
      }
    }
    // Before each walk more is gone, and the first after that speaks of one that it does not show.
    let listings = [(rows[...], 20), (rows.dropFirst(5), 16), (rows.dropFirst(10), 10)]
    let walks = Mutex(0)
    world.transport.decide { request in
      guard (request.path ?? "").contains("/networks?") else { return .arrives }
      let (rows, total) = walks.withLock { walk in
        defer { walk += 1 }
        return listings[min(walk, listings.count - 1)]
      }
      let body = """
        {"data":[\(rows.joined(separator: ","))],"meta":{"page_number":1,"total_pages":1,"total_results":\(total)}}
        """
      return .replaced(TransportResponse(head: .init(status: .ok), body: Array(body.utf8)))
    }
    var options = PullOptions()
    options.interfaces = .none
    #expect(try await world.engine().pull(options).outcome == .ok)
    world.transport.withSandbox { sandbox in
      for network in sandbox.state.networks.prefix(10) { _ = sandbox.state.deleteNetwork(id: network.id) }
    }
    let held = try await world.engine().pull(options)
    #expect(held.counts.gone == 5)
    #expect(held.failure == .held(.tooMany, count: 5))
    #expect(try world.replica.networks().count == 15)
  }

  @Test(arguments: [
    (9_223_372_036_854_775_807, 9_223_372_036_854_775_807), (-1, -1), (0, -9_223_372_036_854_775_808),
    (1_000_000_000, 3),
  ])
  func `absurd totals end the pull with a name, and remove nothing`(pages: Int, results: Int) async throws {
    let world = try World(networks: 5)
    _ = try await world.engine().pull(PullOptions())
    let before = try world.here
    let id = try #require(world.there.first).prefix(36)
    let body = """
      {"data":[{"id":"\(id)"}],"meta":{"page_number":1,"total_pages":\(pages),"total_results":\(results)}}
      """
    world.transport.decide { _ in
      .replaced(TransportResponse(head: .init(status: .ok), body: Array(body.utf8)))
    }
    let report = try await world.engine().pull(PullOptions())
    #expect(report.failure != nil)
    #expect(try world.here.count == before.count)
  }
}
