import HTTPTypes
import NetsyncEngine
import NetsyncModel
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Testing

/// What a cycle writes down of what it saw, and how long that is kept.
@Suite(.opensReplicas) struct JournalTests {
  @Test func `a removal is told with the sweep that missed the network and the API's own 404`() async throws {
    let world = try World(networks: 8)
    _ = try await world.engine().pull(PullOptions())
    let name = world.namesThere[0]
    world.deleteThere([name])
    _ = try await world.engine().pull(PullOptions())
    let removal = try #require(try world.replica.changes(limit: 100).last)
    let id = try #require(removal.id)
    #expect(removal.kind == .deleted)
    #expect(removal.side == .remote)
    #expect(removal.before == NetworkName(name))
    #expect(removal.evidence.sweep == 2)
    #expect(removal.evidence.page == nil)
    #expect(removal.evidence.request == "GET /networks/\(id)")
    #expect(removal.evidence.status == 404)
    #expect(removal.evidence.code != nil)
    #expect(removal.evidence.title != nil)
  }

  @Test func `an adoption is told with the look that found the network`() async throws {
    let world = try World()
    try world.create("lab")
    world.transport.decide { $0.method == .post ? .answerLost : .arrives }
    _ = try await world.engine().push(PushOptions())
    let adoption = try #require(try world.replica.changes(limit: 100).last)
    #expect(adoption.kind == .adopted)
    #expect(adoption.evidence.request?.hasPrefix("GET /networks?") == true)
    #expect(adoption.evidence.status == 200)
  }

  @Test func `a delete that finds the network gone is told by what the look was answered`() async throws {
    let world = try World(networks: 3)
    _ = try await world.engine().pull(PullOptions())
    let name = world.namesThere[0]
    try world.edit(name, .delete)
    world.deleteThere([name])
    _ = try await world.engine().push(PushOptions())
    let told = try world.replica.changes(limit: 100).suffix(2)
    #expect(told.map(\.kind) == [.satisfied, .deleted])
    #expect(told.map(\.evidence.status) == [404, 404])
  }

  @Test func `a cycle ends with a journal within its bounds, and a second one has nothing to do`() async throws {
    let world = try World(networks: 5)
    _ = try await world.engine().pull(PullOptions())
    #expect(try world.replica.changes(limit: 100).count == 5)
    world.clock.advance(by: .seconds(91 * 86_400))
    world.createThere("new")
    for _ in 0..<2 {
      let report = try await world.engine().pull(PullOptions())
      #expect(report.failure == nil)
      #expect(try world.replica.changes(limit: 100).map(\.after) == [NetworkName("new")])
    }
    #expect(try world.here == world.there)
  }
}
