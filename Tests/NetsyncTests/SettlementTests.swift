import Netsync
import NetsyncTestKit
import NetsyncTestSupport
import Testing

/// Whoever edits is told what became of it.
@Suite(.opensReplicas, .timeLimit(.minutes(10))) struct SettlementTests {
  @Test func `an edit that the server takes is told with the id and the name there`() async throws {
    let world = try World()
    let replica = try world.library()
    let created = try replica.networks.create("lab")
    async let creation = created.settlement()
    #expect(await replica.sync() == .done)
    let id = try #require(try replica.networks.find("lab")?.id)
    #expect(try await creation == .sent(id: id, name: NetworkName("lab")))
    let renamed = try replica.networks.rename("lab", to: "lab-eu")
    #expect(await replica.sync() == .done)
    #expect(try await renamed.settlement() == .sent(id: id, name: NetworkName("lab-eu")))
    let deleted = try replica.networks.delete("lab-eu")
    #expect(await replica.sync() == .done)
    #expect(try await deleted.settlement() == .sent(id: id, name: nil))
  }

  @Test
  func `a refused edit is told in the server's words, is open again when it is retried, and ends when it is discarded`()
    async throws
  {
    let world = try World()
    let replica = try world.library()
    let receipt = try replica.networks.create(String(repeating: "x", count: 400))
    #expect(await replica.sync() == .needsDecision)
    guard case .refused(let detail) = try await receipt.settlement() else {
      Issue.record("not refused")
      return
    }
    #expect(detail.status == 422)
    #expect(detail.pointer == "/name")
    let edit = try #require(receipt.edit)
    let retried = try replica.retry(edit)
    #expect(retried.edit == edit)
    let waiting = Task { try await retried.settlement() }
    waiting.cancel()
    await #expect(throws: NetsyncError.cancelled) { try await waiting.value }
    try replica.discard(edit)
    #expect(try await receipt.settlement() == .discarded)
  }

  /// Renamed here, and half a minute later there.
  private func renamedOnBothSides(_ policy: ConflictPolicy) async throws -> (World, NetworkReplica, Receipt) {
    let world = try World()
    world.createThere("lab")
    let replica = try world.library(policy)
    #expect(await replica.sync() == .done)
    world.clock.advance(by: .seconds(60))
    let receipt = try replica.networks.rename("lab", to: "mine")
    world.clock.advance(by: .seconds(30))
    world.renameThere("lab", to: "theirs")
    world.clock.advance(by: .seconds(5))
    _ = await replica.sync()
    return (world, replica, receipt)
  }

  @Test(arguments: ConflictSide.allCases)
  func `a conflict is told as one, and after a person has decided, how that ended`(side: ConflictSide) async throws {
    let (world, replica, receipt) = try await renamedOnBothSides(.hold)
    #expect(try await receipt.settlement() == .conflict(.bothChanged))
    let conflict = try #require(try replica.conflicts().first)
    #expect(conflict.edit == receipt.edit)
    let resolved = try replica.resolve(conflict.edit, taking: side)
    #expect(await replica.sync() == .done)
    #expect(world.namesThere == [side.rawValue])
    let id = try #require(try replica.networks.find(side.rawValue)?.id)
    switch side {
    case .mine:
      #expect(resolved.edit == receipt.edit)
      #expect(try await receipt.settlement() == .sent(id: id, name: NetworkName("mine")))
    case .theirs:
      #expect(resolved.effect == .tookBack(conflict.edit))
      #expect(try await receipt.settlement() == .discarded)
    }
    #expect(throws: NetsyncError.editNotFound(conflict.edit)) { try replica.resolve(conflict.edit, taking: side) }
  }

  @Test func `an edit of what was deleted there is another edit's when a person has it made anew`() async throws {
    let world = try World()
    for name in ["lab", "other"] { world.createThere(name) }
    let replica = try world.library()
    #expect(await replica.sync() == .done)
    let receipt = try replica.networks.rename("lab", to: "mine")
    world.deleteThere(["lab"])
    #expect(await replica.sync() == .needsDecision)
    #expect(try await receipt.settlement() == .conflict(.deletedThere))
    let edit = try #require(receipt.edit)
    let anew = try replica.resolve(edit, taking: .mine)
    let localID = try #require(anew.localID)
    #expect(try await receipt.settlement() == .superseded(by: nil))
    #expect(await replica.sync() == .done)
    let id = try #require(try replica.networks.find(localID.text)?.id)
    #expect(try await anew.settlement() == .sent(id: id, name: NetworkName("mine")))
  }

  @Test func `an edit that lost by the policy is told what stands`() async throws {
    let (_, _, receipt) = try await renamedOnBothSides(.server)
    #expect(try await receipt.settlement() == .yielded(to: NetworkName("theirs")))
  }

  @Test func `an edit that a later one took in is told which, and one that was undone that nothing was left`()
    async throws
  {
    let world = try World()
    world.createThere("lab")
    let replica = try world.library()
    #expect(await replica.sync() == .done)
    let first = try replica.networks.rename("lab", to: "lab-1")
    let second = try replica.networks.rename("lab-1", to: "lab-2")
    #expect(try await first.settlement() == .superseded(by: second.edit))
    let back = try replica.networks.rename("lab-2", to: "lab")
    #expect(try await second.settlement() == .superseded(by: nil))
    #expect(try await back.settlement() == .nothingToSend)
    #expect(try await replica.networks.rename("lab", to: "lab").settlement() == .nothingToSend)
  }

  @Test func `another process waits by the number, and so does a later run`() async throws {
    let world = try World()
    let replica = try world.library()
    let edit = try #require(try replica.networks.create("lab").edit)
    let stranger = try world.stranger()
    async let settlement = stranger.settlement(of: edit)
    #expect(await replica.sync() == .done)
    let id = try #require(try replica.networks.find("lab")?.id)
    #expect(try await settlement == .sent(id: id, name: NetworkName("lab")))
    #expect(try await world.stranger().settlement(of: edit) == .sent(id: id, name: NetworkName("lab")))
    let unknown = EditNumber(rawValue: 99)
    await #expect(throws: NetsyncError.editNotFound(unknown)) { try await replica.settlement(of: unknown) }
  }

  @Test func `a wait ends when its task is cancelled, and when the replica is closed`() async throws {
    let replica = try World().library()
    let receipt = try replica.networks.create("lab")
    let waits = (0..<10).map { _ in Task { try await receipt.settlement() } }
    for wait in waits.prefix(5) { wait.cancel() }
    for wait in waits.prefix(5) { await #expect(throws: NetsyncError.cancelled) { try await wait.value } }
    await replica.close()
    for wait in waits.dropFirst(5) { await #expect(throws: NetsyncError.closed) { try await wait.value } }
    await #expect(throws: NetsyncError.closed) { try await receipt.settlement() }
  }
}
