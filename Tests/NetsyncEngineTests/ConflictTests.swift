import NetsyncEngine
import NetsyncModel
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Testing

@Suite(.opensReplicas) struct ConflictTests {
  /// A network renamed here, then renamed there after `pause`.
  private func bothRenamed(pause: Duration) async throws -> World {
    let world = try World()
    world.createThere("lab")
    _ = try await world.engine().pull(PullOptions())
    world.clock.advance(by: .seconds(60))
    try world.edit("lab", .rename(to: NetworkName("mine")))
    world.clock.advance(by: pause)
    world.renameThere("lab", to: "theirs")
    world.clock.advance(by: .seconds(5))
    return world
  }

  @Test(arguments: [
    (ConflictPolicy.server, "theirs"), (.client, "mine"), (.newest, "theirs"),
  ])
  func `renamed on both sides goes by the policy`(policy: ConflictPolicy, name: String) async throws {
    let world = try await bothRenamed(pause: .seconds(30))
    _ = try await world.engine(policy: policy).push(PushOptions())
    #expect(world.namesThere == [name])
    #expect(try world.here == world.there)
  }

  @Test func `a later edit here stands by newest`() async throws {
    let world = try World()
    world.createThere("lab")
    _ = try await world.engine().pull(PullOptions())
    world.renameThere("lab", to: "theirs")
    world.clock.advance(by: .seconds(30))
    try world.edit("lab", .rename(to: NetworkName("mine")))
    _ = try await world.engine().push(PushOptions())
    #expect(world.namesThere == ["mine"])
  }

  @Test(arguments: [(ConflictPolicy.hold, Duration.seconds(30)), (.newest, .milliseconds(100))])
  func `what is held or too close to call keeps both sides until a person decides`(
    policy: ConflictPolicy,
    pause: Duration
  ) async throws {
    for side in ConflictSide.allCases {
      let world = try await bothRenamed(pause: pause)
      let report = try await world.engine(policy: policy).push(PushOptions())
      #expect(report.conflicts == 1)
      let conflict = try #require(try world.replica.conflicts().first)
      #expect(conflict.kind == .bothChanged)
      #expect(conflict.baseName?.text == "lab")
      #expect(conflict.mine?.text == "mine")
      #expect(conflict.theirs?.text == "theirs")
      let network = try #require(try world.replica.networks().first)
      #expect(network.state == .conflict)
      _ = try world.replica.resolveConflict(
        of: network.key,
        taking: side,
        localID: LocalID(at: world.clock.wall, random: (1, 2))
      )
      _ = try await world.engine(policy: policy).push(PushOptions())
      #expect(world.namesThere == [side.rawValue])
      #expect(try world.here == world.there)
    }
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `edited here and deleted there is held whatever the policy`(policy: ConflictPolicy) async throws {
    let world = try World()
    world.createThere("other")
    world.createThere("lab")
    _ = try await world.engine().pull(PullOptions())
    try world.edit("lab", .rename(to: NetworkName("mine")))
    world.deleteThere(["lab"])
    let pulled = try await world.engine(policy: policy).pull(PullOptions())
    #expect(pulled.conflicts == 1)
    let conflict = try #require(try world.replica.conflicts().first)
    #expect(conflict.kind == .deletedThere)
    guard case .found(let network) = try world.replica.find("mine") else {
      Issue.record("the edited network is not shown")
      return
    }
    let resolution = try world.replica.resolveConflict(
      of: network.key,
      taking: .mine,
      localID: LocalID(at: world.clock.wall, random: (1, 2))
    )
    guard case .mineAnew = resolution else {
      Issue.record("not made anew")
      return
    }
    _ = try await world.engine(policy: policy).push(PushOptions())
    #expect(world.namesThere == ["mine", "other"])
    #expect(try world.here == world.there)
  }

  @Test(arguments: [(ConflictPolicy.server, true), (.client, false), (.newest, true)])
  func `deleted here and renamed there goes by the policy`(policy: ConflictPolicy, lives: Bool) async throws {
    let world = try World()
    world.createThere("lab")
    _ = try await world.engine().pull(PullOptions())
    try world.edit("lab", .delete)
    world.clock.advance(by: .seconds(30))
    world.renameThere("lab", to: "theirs")
    _ = try await world.engine(policy: policy).push(PushOptions())
    #expect(world.namesThere == (lives ? ["theirs"] : []))
    #expect(try world.here == world.there)
  }

  @Test func `deleted on both sides is done`() async throws {
    let world = try World()
    world.createThere("other")
    world.createThere("lab")
    _ = try await world.engine().pull(PullOptions())
    try world.edit("lab", .delete)
    world.deleteThere(["lab"])
    let report = try await world.engine().push(PushOptions())
    #expect(report.failure == nil)
    #expect(try world.replica.operations().isEmpty)
    #expect(try world.here == world.there)
  }
}
