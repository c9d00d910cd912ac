import Logging
import Netsync
import NetsyncEngine
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import ServiceLifecycle
import Testing

@Suite(.opensReplicas, .timeLimit(.minutes(10))) struct SyncServiceTests {
  @Test func `a graceful shutdown ends it, and what was edited before has been sent`() async throws {
    let world = try World(networks: 3)
    try world.create("lab")
    let service = SyncService(
      engine: try world.engine(),
      watch: try ReplicaWatch(world.replica),
      interval: .seconds(300),
      listsOfCycle: 10
    )
    let group = ServiceGroup(configuration: .init(services: [service], logger: Logger(label: "test")))
    let running = Task { try await group.run() }
    while !world.namesThere.contains("lab") { await Task.yield() }
    await group.triggerGracefulShutdown()
    try await running.value
    #expect(try world.replica.networks().count == 4)
  }

  @Test func `a service that was stopped leaves a replica that can be synced, and one that is closed ends its service`()
    async throws
  {
    let world = try World()
    let replica = try world.library()
    func running(_ service: SyncService) -> (ServiceGroup, Task<Void, any Error>) {
      let group = ServiceGroup(configuration: .init(services: [service], logger: Logger(label: "test")))
      return (group, Task { try await group.run() })
    }
    let (first, firstRun) = running(try SyncService(replica))
    await first.triggerGracefulShutdown()
    try await firstRun.value
    try replica.networks.create("lab")
    #expect(await replica.sync() == .done)
    #expect(world.namesThere == ["lab"])
    let service = try SyncService(replica)
    let secondRun = Task { try await service.run() }
    try replica.networks.create("other")
    while !world.namesThere.contains("other") { await Task.yield() }
    await replica.close()
    try await secondRun.value
  }

  @Test func `without a key it waits for the shutdown and leaves the edits be`() async throws {
    let world = try World()
    let replica = NetworkReplica(replica: world.replica, engine: nil)
    try replica.networks.create("lab")
    let group = ServiceGroup(
      configuration: .init(services: [try SyncService(replica)], logger: Logger(label: "test"))
    )
    let running = Task { try await group.run() }
    await group.triggerGracefulShutdown()
    try await running.value
    #expect(try replica.outbox().count == 1)
    #expect(world.transport.requests.isEmpty)
    await replica.close()
  }
}
