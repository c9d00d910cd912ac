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

@Suite(.opensReplicas) struct PushTests {
  @Test func `edits made offline arrive, and both sides are the same`() async throws {
    let world = try World(networks: 10)
    _ = try await world.engine().pull(PullOptions())
    let names = world.namesThere
    try world.create("made here")
    try world.create("plus + and ünïcödé 🛰")
    try world.edit(names[0], .rename(to: NetworkName("renamed here")))
    try world.edit(names[1], .delete)
    let report = try await world.engine().push(PushOptions())
    #expect(report.failure == nil)
    #expect((report.created, report.renamed, report.deleted) == (2, 1, 1))
    #expect(try world.replica.operations().isEmpty)
    #expect(try world.here == world.there)
    let again = try await world.engine().push(PushOptions())
    #expect(again.requests == 0)
    let pulled = try await world.engine().pull(PullOptions())
    #expect((pulled.counts.new, pulled.counts.changed, pulled.counts.gone) == (0, 0, 0))
  }

  @Test func `a sync sends a rename and a delete upon what its own pull has just seen`() async throws {
    let world = try World(networks: 10)
    _ = try await world.engine().pull(PullOptions())
    let names = world.namesThere
    try world.edit(names[0], .rename(to: NetworkName("renamed here")))
    try world.edit(names[1], .delete)
    try world.edit(names[2], .rename(to: NetworkName("mine")))
    world.renameThere(names[2], to: "theirs")
    let sent = world.transport.requests.count
    let report = try await world.engine(policy: .hold).sync(.networksOnly)
    let requests = world.transport.requests.dropFirst(sent).map { $0.prefix { $0 != " " } }
    #expect(requests.sorted() == ["DELETE", "GET", "PATCH"])
    #expect((report.push?.renamed, report.push?.deleted, report.push?.conflicts) == (1, 1, 1))
    #expect(world.namesThere.contains("theirs"))
    #expect(try world.here.count == 9)
  }

  @Test func `a listing that leaves the name out spares no look`() async throws {
    let world = try World(networks: 1)
    _ = try await world.engine().pull(PullOptions())
    let name = world.namesThere[0]
    try world.edit(name, .rename(to: NetworkName("mine")))
    world.renameThere(name, to: "theirs")
    world.transport.withSandbox { sandbox in
      sandbox.state.quirks.missingFieldRate = 1
      sandbox.state.quirks.omissibleFields = .name
    }
    #expect(try await world.engine().sync(.networksOnly).push?.waiting == 1)
    #expect(world.namesThere == ["theirs"])
  }

  @Test func `what a pull has seen half a minute ago is looked at again`() async throws {
    let world = try World(networks: 10)
    _ = try await world.engine().pull(PullOptions())
    let name = world.namesThere[0]
    try world.edit(name, .rename(to: NetworkName("mine")))
    // The interfaces take that long.
    world.transport.decide { [clock = world.clock] request in
      if request.path?.contains("network_interfaces") == true { clock.advance(by: .seconds(4)) }
      return .arrives
    }
    let report = try await world.engine().sync(SyncOptions(pull: PullOptions(), push: PushOptions()))
    #expect(report.push?.renamed == 1)
    #expect(report.push?.requests == 2)
  }

  @Test(arguments: [0, 1, 2])
  func `a lost answer to a create makes exactly one network, whatever stood under the name`(before: Int) async throws {
    let world = try World(networks: 3)
    for _ in 0..<before { world.createThere("lab") }
    _ = try await world.engine().pull(PullOptions())
    try world.create("lab")
    world.transport.firstCreate(.answerLost)
    let report = try await world.engine().push(PushOptions())
    #expect(report.failure == nil)
    #expect(report.created == 1)
    #expect(world.namesThere.count { $0 == "lab" } == before + 1)
    #expect(try world.here == world.there)
  }

  @Test func `a network of that name that seems to be older is asked about, and nothing is sent again`() async throws {
    let world = try World()
    try world.create("lab")
    world.transport.firstCreate(.requestLost)
    var options = PushOptions()
    options.timeout = .seconds(1)
    _ = try await world.engine().push(options)
    // The server's machines disagree on the time by more than they should.
    let made = world.clock.wall.microseconds - 60_000_000
    world.transport.withSandbox { _ = $0.state.createNetwork(named: "lab", at: made) }
    let report = try await world.engine().push(PushOptions())
    #expect((report.created, report.inDoubt, report.undecided) == (0, 1, 1))
    #expect(world.namesThere == ["lab"])
    _ = try await world.engine().pull(PullOptions())
    #expect(try world.replica.networks().allSatisfy { $0.id == nil })
    let id = try #require(world.transport.withSandbox { $0.state.networks.first.flatMap { NetworkID($0.id) } })
    let edit = try #require(try world.replica.operations().first?.edit)
    try world.replica.adopt(edit, id)
    _ = try await world.engine().pull(PullOptions())
    #expect(try world.here == world.there)
  }

  @Test func `a look that is refused costs that edit alone`() async throws {
    let world = try World(networks: 12)
    _ = try await world.engine().pull(PullOptions())
    let names = world.namesThere
    for name in names { try world.edit(name, .rename(to: NetworkName("\(name) 2"))) }
    let id = try #require(world.transport.withSandbox { $0.state.networks.first { $0.name == names[0] }?.id })
    world.transport.decide { request in
      guard (request.path ?? "").hasSuffix(id) else { return .arrives }
      return .replaced(TransportResponse(head: .init(status: .unprocessableContent), body: []))
    }
    let report = try await world.engine().push(PushOptions())
    guard case .api(.refused, let request, _)? = report.failure else {
      Issue.record("told as \(String(describing: report.failure))")
      return
    }
    #expect(request.contains(id))
    #expect(report.isThrough)
    #expect(report.outcome == .partial)
    #expect((report.renamed, report.waiting) == (11, 1))
    #expect(world.transport.requests.count { $0 == "GET /v2/networks/\(id)" } == 1)
  }

  @Test func `a server that refuses every look is asked once for each edit`() async throws {
    let world = try World(networks: 40)
    _ = try await world.engine().pull(PullOptions())
    for name in world.namesThere { try world.edit(name, .rename(to: NetworkName("\(name) 2"))) }
    world.transport.decide { request in
      .replaced(TransportResponse(head: .init(status: .found), body: []))
    }
    let report = try await world.engine().push(PushOptions())
    #expect(report.outcome == .error)
    #expect((report.waiting, report.requests) == (40, 40))
  }

  @Test func `a rename that the server only says it did is sent again, and never lost`() async throws {
    let world = try World(networks: 1)
    _ = try await world.engine().pull(PullOptions())
    let old = try #require(world.namesThere.first)
    try world.edit(old, .rename(to: NetworkName("new")))
    let network = try #require(world.transport.withSandbox { $0.state.networks.first })
    let body = #"{"data":{"id":"\#(network.id)","name":"\#(old)"}}"#
    world.transport.decide { request in
      request.method == .patch
        ? .replaced(TransportResponse(head: .init(status: .ok), body: Array(body.utf8))) : .arrives
    }
    let report = try await world.engine().push(PushOptions())
    #expect((report.renamed, report.waiting) == (0, 1))
    world.transport.decide { _ in .arrives }
    let again = try await world.engine().push(PushOptions())
    #expect(again.renamed == 1)
    #expect(world.namesThere == ["new"])
  }

  @Test func `a create that never arrived is sent again after the settle time, once`() async throws {
    let world = try World()
    try world.create("lab")
    world.transport.firstCreate(.requestLost)
    let started = world.clock.wall
    let report = try await world.engine().push(PushOptions())
    #expect(report.failure == nil)
    #expect(report.created == 1)
    #expect(world.namesThere == ["lab"])
    #expect(world.clock.wall.since(started) >= .seconds(88))
    #expect(try world.here == world.there)
  }

  @Test func `a create whose answer meets a full disk makes exactly one network`() async throws {
    let world = try World(faults: SandboxFaults(rateLimit: 2))
    let isFull = Mutex(false)
    let replica = Replica(in: try MemoryFile(), now: { [clock = world.clock] in clock.wall }) {
      access throws(ReplicaError) in
      guard access == .begin(.keepQuiet), isFull.withLock({ $0 }) else { return }
      throw .storage(path: "replica", reason: "the disk is full")
    }
    let localID = LocalID(at: world.clock.wall, random: (high: 0, low: 1))
    _ = try replica.create(NetworkName("lab"), localID: localID)
    world.transport.decide { request in
      if request.method == .post { isFull.withLock { $0 = true } }
      return .arrives
    }
    let report = try await world.engine(on: replica).push(PushOptions())
    guard case .replica? = report.failure else {
      Issue.record("the server's silence was not asked for, or not kept: \(String(describing: report.failure))")
      return
    }
    #expect(world.namesThere == ["lab"])
    isFull.withLock { $0 = false }
    #expect(try await world.engine(on: replica).push(PushOptions()).created == 1)
    #expect(world.namesThere == ["lab"])
    #expect(try replica.operations().isEmpty)
  }

  @Test func `two unanswered creates of one name become two networks`() async throws {
    let world = try World()
    try world.create("twin")
    try world.create("twin")
    let lost = Mutex(2)
    world.transport.decide { request in
      guard request.method == .post else { return .arrives }
      return lost.withLock { left in
        left -= 1
        return left >= 0 ? .answerLost : .arrives
      }
    }
    let report = try await world.engine().push(PushOptions())
    #expect(report.failure == nil)
    #expect(world.namesThere == ["twin", "twin"])
    #expect(try world.here == world.there)
  }

  @Test func `several candidates wait for a person`() async throws {
    let world = try World()
    try world.create("lab")
    let engine = try world.engine()
    // Somebody else makes one of the same name before the look.
    let isSent = Mutex(false)
    world.transport.decide { request in
      if request.method == .post {
        isSent.withLock { $0 = true }
        return .answerLost
      }
      return isSent.withLock { $0 } ? .notSent : .arrives
    }
    _ = await engine.push(PushOptions())
    world.createThere("lab")
    world.transport.decide { _ in .arrives }
    let asked = await engine.push(PushOptions())
    #expect(asked.undecided == 1)
    #expect(world.namesThere == ["lab", "lab"])
    let operation = try #require(try world.replica.operations().first)
    guard case .inDoubt(let doubt) = operation.state else {
      Issue.record("not in doubt")
      return
    }
    #expect(doubt.candidates.count == 2)
    try world.replica.adopt(operation.edit, try #require(doubt.candidates.first))
    _ = await engine.pull(PullOptions())
    #expect(try world.here == world.there)
  }

  @Test func `an API that cannot be reached loses nothing and counts no try`() async throws {
    let world = try World(networks: 2)
    _ = try await world.engine().pull(PullOptions())
    try world.create("lab")
    try world.edit(world.namesThere[0], .delete)
    world.transport.decide { _ in .notSent }
    let report = try await world.engine().push(PushOptions())
    guard case .api(.unreachable, _, _)? = report.failure else {
      Issue.record("not taken for unreachable")
      return
    }
    #expect(report.waiting == 2)
    #expect(try world.replica.operations().allSatisfy { $0.attempts == 0 })
  }

  @Test func `a refused edit keeps the server's words and blocks nothing else`() async throws {
    let world = try World(networks: 2)
    _ = try await world.engine().pull(PullOptions())
    try world.create(String(repeating: "x", count: 400))
    try world.create("fine")
    let report = try await world.engine().push(PushOptions())
    #expect((report.created, report.refused) == (1, 1))
    let refused = try #require(try world.replica.operations().first)
    #expect(refused.state == .refused)
    #expect(refused.failure?.status == 422)
    #expect(refused.failure?.pointer == "/name")
    #expect(try world.replica.networks().contains { $0.state == .refused })
  }

  @Test func `a rejected key touches nothing`() async throws {
    let world = try World()
    world.transport.withSandbox { $0.state = SandboxState(networks: 2, apiKey: "right") }
    try world.create("lab")
    let report = try await world.engine(key: "wrong").push(PushOptions())
    #expect(report.requests <= 2)
    #expect(try world.replica.operations().first?.state == .waiting(notBefore: nil))
  }

  @Test func `another account's key deletes nothing`() async throws {
    let world = try World(networks: 4)
    _ = try await world.engine().pull(PullOptions())
    try world.edit(world.namesThere[0], .delete)
    world.transport.withSandbox { $0.state = SandboxState(seed: 99, networks: 4) }
    let before = world.there
    let report = try await world.engine().push(PushOptions())
    #expect(report.failure == .held(.otherAccount, count: 4))
    #expect(world.there == before)
    #expect(try world.replica.operations().count == 1)
  }

  @Test func `a first page of strangers is no other account where a later page knows us`() async throws {
    let world = try World(networks: 1)
    _ = try await world.engine().pull(PullOptions())
    for number in 0..<300 { world.createThere("made there \(number)") }
    try world.create("made here")
    let before = world.transport.requests.count
    let report = try await world.engine().push(PushOptions())
    #expect(report.failure == nil)
    #expect(report.created == 1)
    #expect(world.transport.requests[before...].count { $0.hasPrefix("GET /v2/networks?page") } == 2)
  }

  @Test func `too many deletions are held until they are approved`() async throws {
    let world = try World(networks: 20)
    _ = try await world.engine().pull(PullOptions())
    for name in world.namesThere.prefix(8) { try world.edit(name, .delete) }
    let held = try await world.engine().push(PushOptions())
    #expect(held.failure == .held(.tooMany, count: 8))
    #expect(world.there.count == 20)
    #expect(try world.replica.status().outbox[.held] == 8)
    var options = PushOptions()
    options.maximumDeletes = 8
    let approved = try await world.engine().push(options)
    #expect(approved.deleted == 8)
    #expect(try world.here == world.there)
  }

  @Test func `a push of one network is guarded by its own deletion alone`() async throws {
    let world = try World(networks: 20)
    _ = try await world.engine().pull(PullOptions())
    let names = world.namesThere
    let keys = try world.replica.networks().filter { names.prefix(2).contains($0.name?.text ?? "") }.map(\.key)
    for name in names.prefix(8) { try world.edit(name, .delete) }
    var options = PushOptions()
    options.only = keys.first
    let one = try await world.engine().push(options)
    #expect(one.failure == nil)
    #expect(one.deleted == 1)
    #expect((one.waiting, one.outcome) == (0, .ok), "the others wait, but it is not about them")
    #expect(try world.replica.status().outbox == [.waiting: 7])

    let all = try await world.engine().push(PushOptions())
    #expect(all.failure == .held(.tooMany, count: 7))
    options.only = keys.last
    let another = try await world.engine().push(options)
    #expect(another.failure == nil)
    #expect(another.deleted == 1)
    #expect(try world.replica.status().outbox == [.held: 6])
    #expect(world.there.count == 18)
  }

  @Test func `a push of a plan is guarded by the deletions that were planned alone`() async throws {
    let world = try World(networks: 20)
    _ = try await world.engine().pull(PullOptions())
    for name in world.namesThere.prefix(8) { try world.edit(name, .delete) }
    let planned = try world.replica.operations().prefix(5).map { operation in
      PlannedEdit(edit: operation.edit, intent: operation.intent, baseName: operation.base?.name)
    }
    var options = PushOptions()
    options.planned = planned
    let report = try await world.engine().push(options)
    #expect(report.failure == nil)
    #expect((report.deleted, report.moved) == (5, 0))
    #expect((report.waiting, report.outcome) == (0, .ok), "the others wait, but it is not about them")
    #expect(try world.replica.status().outbox == [.waiting: 3])
  }

  @Test func `a planned edit that meets a conflict is counted as one`() async throws {
    let world = try World(networks: 3)
    _ = try await world.engine().pull(PullOptions())
    let name = world.namesThere[0]
    try world.edit(name, .rename(to: NetworkName("mine")))
    let planned = try world.replica.operations().map { operation in
      PlannedEdit(edit: operation.edit, intent: operation.intent, baseName: operation.base?.name)
    }
    world.renameThere(name, to: "theirs")
    var options = PushOptions()
    options.planned = planned
    let report = try await world.engine(policy: .hold).push(options)
    #expect((report.conflicts, report.moved, report.outcome) == (1, 0, .partial))
  }

  @Test func `a rename of what is gone there is agreed upon where a deletion waits behind it`() async throws {
    let world = try World()
    for name in ["lab", "other"] { world.createThere(name) }
    _ = try await world.engine().pull(PullOptions())
    try world.edit("lab", .rename(to: NetworkName("lab-eu")))
    world.transport.decide { [replica = world.replica] request in
      guard request.method == .patch else { return .arrives }
      if case .found(let network)? = try? replica.find("lab-eu") { _ = try? replica.edit(network.key, .delete) }
      let body = #"{"errors":[{"code":"10005","title":"Resource not found"}]}"#
      return .replaced(TransportResponse(head: .init(status: .notFound), body: Array(body.utf8)))
    }
    let report = try await world.engine().push(PushOptions())
    #expect(report.failure == nil)
    #expect((report.renamed, report.deleted, report.conflicts) == (0, 1, 0))
    #expect(try world.replica.operations().isEmpty)
    #expect(try world.replica.networks().map { $0.name?.text } == ["other"])
  }

  @Test func `deletions that are queued while a push runs are guarded too`() async throws {
    let world = try World(networks: 20)
    _ = try await world.engine().pull(PullOptions())
    try world.create("lab")
    let names = world.namesThere
    world.transport.decide { [replica = world.replica] request in
      guard request.method == .post else { return .arrives }
      for name in names.prefix(8) {
        guard case .found(let network)? = try? replica.find(name) else { continue }
        _ = try? replica.edit(network.key, .delete)
      }
      return .arrives
    }
    let report = try await world.engine().push(PushOptions())
    #expect(report.created == 1)
    #expect(report.deleted == 0)
    #expect(report.failure == .held(.tooMany, count: 8))
    #expect(world.there.count == 21)
  }

  @Test func `faults of every kind lose no edit and make no duplicate`() async throws {
    for seed in 0..<20 as Range<UInt64> {
      let world = try World(networks: 12, faults: SandboxFaults(seed: seed))
      _ = try await world.engine().pull(PullOptions())
      world.transport.withSandbox {
        $0.faults = SandboxFaults(seed: seed, failRate: 0.3, loseResponseRate: 0.3, rateLimit: 20)
      }
      let names = world.namesThere
      for index in 0..<4 { try world.create("made \(seed) \(index)") }
      try world.edit(names[0], .rename(to: NetworkName("renamed \(seed)")))
      try world.edit(names[1], .delete)
      var options = PushOptions()
      options.timeout = .seconds(3_600)
      for _ in 0..<3 { _ = try await world.engine().push(options) }
      world.transport.withSandbox { $0.faults = SandboxFaults() }
      _ = try await world.engine().push(options)
      _ = try await world.engine().pull(PullOptions())
      #expect(try world.replica.operations().isEmpty, "seed \(seed)")
      #expect(try world.here == world.there, "seed \(seed)")
      for index in 0..<4 { #expect(world.namesThere.count { $0 == "made \(seed) \(index)" } == 1, "seed \(seed)") }
    }
  }
}

extension SandboxTransport {
  /// The first create has this fate; everything else arrives.
  fileprivate func firstCreate(_ fate: Fate) {
    let isFirst = Mutex(true)
    decide { request in
      guard request.method == .post else { return .arrives }
      return isFirst.withLock { first in
        defer { first = false }
        return first ? fate : .arrives
      }
    }
  }
}

extension SyncOptions {
  /// A pull of the networks alone, and a push.
  fileprivate static var networksOnly: SyncOptions {
    var pull = PullOptions()
    pull.interfaces = .none
    return SyncOptions(pull: pull, push: PushOptions())
  }
}
