import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// The journal is bounded, and what must be told for ever is.
@Suite(.opensReplicas) struct CompactionTests {
  let lab = NetworkDocument.sample(1, name: "lab")
  let month = Duration.seconds(30 * 86_400)

  @Test func `changes older than ninety days are forgotten, younger ones are not`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    host.wait(month * 2)
    try host.pull([lab.renamed("lab-eu")])
    host.wait(month + .seconds(1))
    try host.replica.compactJournal()
    #expect(try host.kinds == [.renamed])
    try host.replica.compactJournal()
    #expect(try host.kinds == [.renamed])
    #expect(try host.seen == ["lab-eu synced"])
  }

  @Test func `the edits that are still open are told whatever their age`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.rename("lab", to: "lab-eu")
    let refused = try host.create("dmz")
    try host.send(refused)
    try host.settle(refused, .deadLetter(.nameTaken), failure: .nameTaken)
    host.wait(month * 4)
    try host.replica.compactJournal()
    #expect(try host.kinds == [.renamed, .created, .refused])
    _ = try host.replica.discard(refused.edit)
    try host.replica.compactJournal()
    #expect(try host.kinds == [.renamed, .discarded])
  }

  @Test func `a removal that waits for a person keeps its evidence, though its edit was edited`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.rename("lab", to: "lab-eu")
    try host.look(at: "lab-eu", .gone)
    let edited = try host.rename("lab-eu", to: "lab-ap")
    host.wait(month * 4)
    try host.replica.compactJournal()
    _ = try host.replica.discard(edited.edit)
    let removal = try #require(try host.replica.changes(limit: 10).last)
    #expect(removal.kind == .deleted)
    #expect(removal.evidence.status == 404)
  }

  @Test func `why a network is gone is told whatever its age`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, .sample(2, name: "dmz")])
    try host.look(at: "lab", .gone)
    let deletion = try host.delete("dmz")
    try host.send(deletion)
    try host.settle(deletion, .landed(nil))
    let never = try host.create("never")
    _ = try host.replica.discard(never.edit)
    host.wait(month * 12)
    try host.replica.compactJournal()
    let kept = try host.replica.changes(limit: 10)
    #expect(kept.map(\.kind) == [.deleted, .sent, .discarded])
    #expect(kept.first?.evidence.status == 404)
    guard case .found(let trace) = try host.replica.trace("lab") else {
      Issue.record("the network that is gone is forgotten")
      return
    }
    #expect(trace.id == lab.id)
  }

  @Test func `a network that came back has no removal to be told for ever`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.look(at: "lab", .gone)
    try host.pull([lab])
    host.wait(month * 4)
    try host.replica.compactJournal()
    #expect(try host.kinds.isEmpty)
  }

  @Test func `only so many of the newest are kept, but the last day whatever their number`() throws {
    let host = try ReplicaHost()
    for hour in 0...100 {
      try host.pull([lab.renamed("lab \(hour)", at: host.stamp(in: .zero))])
      host.wait(.seconds(3_600))
    }
    try host.replica.compactJournal(changes: 10)
    #expect(try host.replica.changes(limit: 1_000).map(\.after) == (77...100).map { NetworkName("lab \($0)") })
    host.wait(.seconds(2 * 86_400))
    try host.replica.compactJournal(changes: 10)
    // The one that the limit falls on stays, with whatever was written at the same moment.
    #expect(try host.replica.changes(limit: 1_000).map(\.after) == (90...100).map { NetworkName("lab \($0)") })
  }

  @Test func `only so many of the newest sweeps are kept, and those that say how fresh the replica is`() async throws {
    let host = try ReplicaHost()
    let complete = try host.pull([lab], [.sample(2, name: "dmz")])
    let status = try host.replica.status()
    for _ in 0..<20 {
      let sweep = try host.replica.beginSweep(networksOnly: true)
      try host.replica.endSweep(sweep, .offline, isComplete: false, SweepCounts())
    }
    try host.replica.compactJournal(sweeps: 10)
    let kept = try await host.query("SELECT sync FROM syncs")
    #expect(kept == ([complete.sweep] + (12...21)).map { String($0) })
    #expect(try host.replica.status().completeAsOf == status.completeAsOf)
  }

  @Test func `a sweep that the next one has to answer for is kept, however many came after it`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let cut = try host.replica.beginSweep(networksOnly: true)
    var counts = SweepCounts()
    counts.changed = 3
    try host.replica.endSweep(cut, .partial, isComplete: false, counts)
    for _ in 0..<20 {
      let sweep = try host.replica.beginSweep(networksOnly: true)
      try host.replica.endSweep(sweep, .offline, isComplete: false, SweepCounts())
    }
    let next = try host.replica.beginSweep(networksOnly: true)
    let before = try host.replica.unsettledSweeps(before: next)
    try host.replica.compactJournal(sweeps: 5)
    #expect(before.changed == 3)
    #expect(try host.replica.unsettledSweeps(before: next) == before)
  }

  @Test func `a number that was forgotten is never given again`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    host.wait(month * 4)
    try host.replica.compactJournal()
    try host.pull([lab.renamed("lab-eu")])
    #expect(try host.replica.lastChange() == ChangeNumber(rawValue: 2))
  }
}

extension ReplicaHost {
  fileprivate var kinds: [JournalChange.Kind] {
    get throws { try replica.changes(limit: 1_000).map(\.kind) }
  }
}
