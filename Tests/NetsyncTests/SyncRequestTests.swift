import Netsync
import NetsyncTestKit
import NetsyncTestSupport
import Testing

/// A sync does what it was asked to, and no more.
@Suite(.opensReplicas, .timeLimit(.minutes(10))) struct SyncRequestTests {
  @Test func `a pull sends nothing, a push asks for no list, and each says what it did`() async throws {
    let world = try World(networks: 3)
    let replica = try world.library()
    try replica.networks.create("lab")
    let (steps, progress) = AsyncStream.makeStream(of: SyncProgress.self)
    let pulled = try await replica.sync(.pull, progress: progress)
    #expect(pulled.outcome == .done && pulled.push == nil)
    #expect(pulled.pull?.counts.new == 3 && pulled.pull?.isComplete == true)
    #expect(!world.namesThere.contains("lab"))
    var last: SyncProgress?
    for await step in steps { last = step }
    #expect(last == .interfaces(done: 3, total: 3))
    let pushed = try await replica.sync(.push)
    #expect(pushed.pull == nil && pushed.push?.created == 1 && pushed.push?.waiting == 0)
    #expect(world.namesThere.contains("lab"))
    var quick = SyncRequest.pull
    quick.interfaces = .none
    #expect(try await replica.sync(quick).pull?.counts.requests == 1)
  }

  @Test func `a plan is sent as it was shown, and what has changed since stays`() async throws {
    let world = try World()
    let replica = try world.library()
    try replica.networks.create("one")
    try replica.networks.create("two")
    var request = SyncRequest.push
    let plan = try replica.plan()
    #expect(plan.actions.map(\.intent.name?.text) == ["one", "two"] && plan.held.isEmpty)
    #expect(try replica.plan(.pull).actions.isEmpty)
    try replica.networks.create("three")
    try replica.networks.rename("two", to: "two and a half")
    request.plan = plan
    let push = try #require(try await replica.sync(request).push)
    #expect(push.created == 1 && push.moved == 1)
    #expect(try replica.outbox().map(\.intent.name?.text) == ["three", "two and a half"])
    request = .push
    request.network = "three"
    #expect(try await replica.sync(request).push?.created == 1)
    #expect(world.namesThere.sorted() == ["one", "three"])
    request.network = "nobody"
    await #expect(throws: NetsyncError.networkNotFound) { try await replica.sync(request) }
  }

  @Test func `what a guard holds is told, and goes on with a person's word`() async throws {
    let world = try World(networks: 12)
    let replica = try world.library()
    #expect(await replica.sync() == .done)
    for network in try replica.networks.list(limit: 7) { try replica.networks.delete(network.id?.text ?? "") }
    #expect(try replica.plan().held.map(\.reason) == Array(repeating: .guarded(.tooMany), count: 7))
    var request = SyncRequest.push
    let held = try await replica.sync(request)
    #expect(held.outcome == .held && held.push?.held == 7)
    request.maximumDeletes = 7
    #expect(try replica.plan(request).actions.count == 7)
    #expect(try await replica.sync(request).push?.deleted == 7)
    #expect(world.namesThere.count == 5)
  }

  @Test func `without a key a plan is made, and nothing is asked`() async throws {
    let world = try World()
    let replica = try world.stranger()
    try replica.networks.create("lab")
    #expect(try replica.plan().actions.count == 1)
    #expect(try await replica.sync(.pull).outcome == .noKey)
    await replica.close()
    #expect(world.transport.requests.isEmpty)
  }
}
