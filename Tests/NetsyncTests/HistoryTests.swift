import Netsync
import NetsyncTestKit
import NetsyncTestSupport
import Testing

/// What happened is told with its reasons, and can be taken back.
@Suite(.opensReplicas, .timeLimit(.minutes(10))) struct HistoryTests {
  @Test func `a rename is told, undone, and not undone over what came since`() async throws {
    let world = try World()
    let replica = try world.library()
    try replica.networks.create("lab")
    #expect(await replica.sync() == .done)
    try replica.networks.rename("lab", to: "lab-eu")
    #expect(await replica.sync() == .done)
    let log = try replica.log(of: "lab-eu")
    #expect(log.map(\.kind) == [.created, .sent, .renamed, .sent])
    #expect(try replica.log(limit: 1).map(\.kind) == [.sent])
    let rename = try #require(log.first { $0.kind == .renamed })
    let undone = try replica.undo(rename.number)
    #expect(undone.isQueued)
    #expect(try replica.names == ["lab"])
    try replica.networks.rename("lab", to: "other")
    do {
      try replica.undo(rename.number)
      Issue.record("undone over a later name")
    } catch {
      guard case .undoRefused(rename.number, .changedSince, see: let later?) = error else { throw error }
      #expect(later.after == NetworkName("other"))
    }
    #expect(throws: NetsyncError.changeUnknown(ChangeNumber(rawValue: 99))) {
      try replica.undo(ChangeNumber(rawValue: 99))
    }
  }

  @Test func `a network that is gone is told of, with the answer that its removal rests on, and comes back anew`()
    async throws
  {
    let world = try World()
    let replica = try world.library()
    try replica.networks.create("lab")
    #expect(await replica.sync() == .done)
    let id = try #require(try replica.networks.find("lab")?.id)
    try replica.networks.delete("lab")
    #expect(await replica.sync() == .done)
    let history = try replica.history(of: id.text)
    #expect(history.network.goneAt != nil && history.network.name == NetworkName("lab"))
    #expect(history.changes.last?.evidence.request == "DELETE /networks/\(id)")
    #expect(!history.isCut && history.operations.isEmpty)
    #expect(try replica.history(of: "lab", limit: 1).isCut)
    let deletion = try #require(history.changes.last { $0.kind == .deleted })
    let again = try replica.undo(deletion.number)
    #expect(again.localID != nil)
    #expect(await replica.sync() == .done)
    #expect(try replica.networks.find("lab")?.id != id)
    #expect(throws: NetsyncError.networkNotFound) { try replica.log(of: "never") }
    // The one that is there and the one that was are told apart by their ids.
    try replica.networks.delete("lab")
    #expect(await replica.sync() == .done)
    do {
      _ = try replica.history(of: "lab")
      Issue.record("one of two was chosen")
    } catch {
      guard case .historyAmbiguous(let networks) = error else { throw error }
      #expect(networks.count == 2)
    }
  }
}
