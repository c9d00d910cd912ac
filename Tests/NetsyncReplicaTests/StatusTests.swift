import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// "In sync" is said only when it is so (R17).
@Suite(.opensReplicas) struct StatusTests {
  @Test func `a replica is in sync after a complete pull, and since the pull began`() throws {
    let host = try ReplicaHost()
    let start = host.now
    let sweep = try host.replica.beginSweep(networksOnly: false)
    host.wait(.seconds(30))
    try host.replica.endSweep(sweep, .ok, isComplete: true, SweepCounts())
    let status = try host.replica.status()
    #expect(status.isInSync)
    #expect(status.completeAsOf == start)
    #expect(status.lastSweep?.endedAt == host.now)
  }

  @Test(arguments: [CycleOutcome.partial, .held, .offline, .error])
  func `a replica is not in sync after a pull that fell short, though one before it did not`(
    outcome: CycleOutcome
  ) throws {
    let host = try ReplicaHost()
    let start = host.now
    try host.pull([.sample(name: "lab")])
    host.wait(.seconds(3_600))
    let sweep = try host.replica.beginSweep(networksOnly: true)
    #expect(try !host.replica.status().isInSync, "a pull that runs, or died, tells nothing")
    try host.replica.endSweep(sweep, outcome, isComplete: outcome == .held, SweepCounts())
    let status = try host.replica.status()
    #expect(!status.isInSync)
    #expect(status.completeAsOf == (outcome == .held ? start + .seconds(3_600) : start))
  }

  @Test func `a replica is not in sync while anything at all is open`() throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    try host.pull([lab])
    #expect(try host.replica.status().isInSync)
    let create = try host.create("new")
    #expect(try !host.replica.status().isInSync, "waiting")
    try host.send(create)
    #expect(try !host.replica.status().isInSync, "sending")
    try host.settle(create, .doubt)
    #expect(try !host.replica.status().isInSync, "in doubt")
    _ = try host.replica.retry(create.edit)
    try host.send(create)
    try host.settle(create, .deadLetter(.nameTaken))
    #expect(try !host.replica.status().isInSync, "refused")
    _ = try host.replica.discard(create.edit)
    #expect(try host.replica.status().isInSync)

    let deletion = try host.delete("lab")
    try host.replica.holdDeletes(true, among: [deletion.edit])
    #expect(try !host.replica.status().isInSync, "held")
    try host.pull([lab.renamed("theirs")], policy: .hold)
    #expect(try !host.replica.status().isInSync, "conflict")
    _ = try host.replica.discard(deletion.edit)
    #expect(try host.replica.status().isInSync)
  }

  @Test func `open edits are counted by their state, and networks as they are listed`() throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(1, name: "lab")
    try host.pull([lab, .sample(2, name: "dmz"), .sample(3, name: "old")])
    try host.create("new")
    try host.send(host.create("newer"))
    try host.rename("lab", to: "mine")
    try host.pull([lab.renamed("theirs"), .sample(2, name: "dmz"), .sample(3, name: "old")], policy: .hold)
    try host.delete("old")
    let status = try host.replica.status()
    #expect(status.outbox == [.waiting: 2, .sending: 1, .conflict: 1])
    #expect(status.conflicts == 1)
    #expect(status.networks == 4)
    #expect(try host.replica.knownCount() == 3)
  }

  @Test func `what a pull did is kept`() async throws {
    let host = try ReplicaHost()
    let sweep = try host.replica.beginSweep(networksOnly: false)
    host.wait(.milliseconds(1_500))
    var counts = SweepCounts()
    counts.listed = 620
    counts.interfaces = 31
    counts.new = 5
    counts.changed = 4
    counts.gone = 3
    counts.held = 2
    counts.requests = 40
    counts.bytes = 65_536
    try host.replica.endSweep(sweep, .partial, isComplete: false, counts)
    let told = try await host.query(
      """
      SELECT networks, interfaces, new, changed, gone, held, requests, bytes, duration_s, complete, outcome FROM syncs
      """
    )
    #expect(told == ["620 31 5 4 3 2 40 65536 1.5 0 partial"])
    #expect(try host.replica.lastSweep(before: sweep) == nil)
    #expect(try host.replica.lastSweep()?.outcome == .partial)
  }

  @Test func `pulls that fail are counted from the last that saw the account, and the third is an alarm`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    #expect(try host.replica.status().failing == nil)
    host.wait(.seconds(60))
    let since = host.now
    for (count, outcome) in [CycleOutcome.offline, .error, .offline].enumerated() {
      let sweep = try host.replica.beginSweep(networksOnly: true)
      try host.replica.endSweep(sweep, outcome, isComplete: false, SweepCounts())
      let status = try host.replica.status()
      #expect(status.failing?.count == count + 1)
      #expect(status.failing?.since == since)
      #expect((status.alarm != nil) == (count == 2))
      #expect(try host.replica.noticeState().isAlarming == (count == 2))
      host.wait(.seconds(60))
    }
    // One that runs, or died, says nothing; one that was cut short has seen the account.
    let cut = try host.replica.beginSweep(networksOnly: true)
    #expect(try host.replica.status().alarm?.count == 3)
    try host.replica.endSweep(cut, .partial, isComplete: false, SweepCounts())
    #expect(try host.replica.status().failing == nil)
    #expect(try !host.replica.noticeState().isAlarming)
  }

  @Test func `what somebody may want to be told of is what waits for a person`() throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    try host.pull([lab])
    #expect(try host.replica.noticeState() == NoticeState())
    var counts = SweepCounts()
    counts.held = 4
    let held = try host.replica.beginSweep(networksOnly: true)
    try host.replica.endSweep(held, .held, isComplete: true, held: .tooMany, counts)
    #expect(try host.replica.noticeState().heldNetworks == 4)
    // A pull that saw nothing has not let them go.
    let offline = try host.replica.beginSweep(networksOnly: true)
    try host.replica.endSweep(offline, .offline, isComplete: false, SweepCounts())
    #expect(try host.replica.noticeState().heldNetworks == 4)
    let next = try host.replica.beginSweep(networksOnly: true)
    try host.replica.endSweep(next, .ok, isComplete: true, SweepCounts())
    #expect(try host.replica.noticeState() == NoticeState())
  }

  @Test func `which removals are held is told as long as it is sure which they are`() throws {
    let host = try ReplicaHost()
    let (lab, office) = (NetworkDocument.sample(1, name: "lab"), NetworkDocument.sample(2, name: "office"))
    try host.pull([lab, office])
    var counts = SweepCounts()
    counts.held = 2
    let held = try host.replica.beginSweep(networksOnly: true)
    try host.replica.endSweep(held, .held, isComplete: true, held: .emptyListing, counts)
    #expect(try host.replica.heldRemovals(limit: 1)?.networks.map(\.name?.text) == ["lab"])
    #expect(try host.replica.heldRemovals(limit: 9)?.networks.count == 2)
    // One that fell short decides nothing; and where there are not as many as are held, nobody can say which they are.
    let cut = try host.replica.beginSweep(networksOnly: true)
    try host.replica.endSweep(cut, .partial, isComplete: false, SweepCounts())
    #expect(try host.replica.noticeState().heldNetworks == 2)
    counts.held = 3
    let next = try host.replica.beginSweep(networksOnly: true)
    try host.replica.endSweep(next, .held, isComplete: true, held: .tooMany, counts)
    #expect(try host.replica.heldRemovals(limit: 9) == nil)
  }
}
