import NetsyncModel
import NetsyncReplica
import NetsyncTestKit
import Synchronization
import Testing

/// Nothing is written but in a durable step with a name.
@Suite struct CommitTests {
  @Test func `a commit that no step speaks of is counted`() throws {
    let file = try AuditedFile()
    let steps = Mutex<[DurableStep]>([])
    let replica = Replica(in: file.memory, now: { Timestamp(microseconds: 1_780_000_000_000_000) }) { access in
      if case .committed(let step) = access { steps.withLock { $0.append(step) } }
    }
    _ = try replica.create(NetworkName("lab"), localID: LocalID(at: replica.now(), random: (1, 2)))
    let (commits, facts) = file.takeCommits()
    #expect(commits == 1)
    #expect(facts.edits.map(\.state) == ["waiting"])
    #expect(steps.withLock { $0 } == [.queueCreate])

    try file.tamper("UPDATE operation SET attempts = 7")
    #expect(file.takeCommits().commits == 1)
    #expect(steps.withLock { $0 } == [.queueCreate])
  }

  @Test func `a simulation notices what is written behind the replica's back`() throws {
    var options = SimulationOptions()
    options.isCanary = true
    options.faults = []
    let broken = try Simulation(seed: 3, options: options).run().violations.map(\.invariant)
    #expect(broken.contains(.namedSteps))
    #expect(broken.contains(.noEditLost))
  }

  @Test func `a step that dies before its commit leaves nothing, one that dies after it leaves all`() throws {
    let file = try AuditedFile()
    for (dying, left) in [
      (ReplicaAccess.begin(.queueCreate), 0), (.committing(.queueCreate), 0), (.committed(.queueCreate), 1),
    ] {
      let replica = Replica(in: file.memory, now: { Timestamp(microseconds: 1_780_000_000_000_000) }) {
        access throws(ReplicaError) in
        if access == dying { throw .storage(path: "", reason: "the process is dead") }
      }
      #expect(throws: ReplicaError.self) {
        try replica.create(NetworkName("lab"), localID: LocalID(at: replica.now(), random: (1, 2)))
      }
      #expect(file.takeCommits().commits == left)
      #expect(try replica.operations().count == left)
    }
  }
}
