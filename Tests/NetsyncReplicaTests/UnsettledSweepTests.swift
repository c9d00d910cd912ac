import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// What a sweep took in, the next one cannot see again: what it has to answer for is kept until nothing is held.
@Suite(.opensReplicas) struct UnsettledSweepTests {
  @Test func `what incomplete sweeps saw change and go back is the next one's, until one is complete`() throws {
    let host = try ReplicaHost()
    try host.sweep(.ok, isComplete: true, changed: 9, wentBack: 9)
    try host.sweep(.partial, isComplete: false, changed: 3, wentBack: 1)
    try host.sweep(.error, isComplete: false, changed: 2, wentBack: 0)
    #expect(try host.unsettled == Unsettled(changed: 5, wentBack: 1, guards: []))
    try host.sweep(.ok, isComplete: true)
    #expect(try host.unsettled == Unsettled(changed: 0, wentBack: 0, guards: []))
  }

  @Test func `a guard stands until a complete sweep is held by none`() throws {
    let host = try ReplicaHost()
    try host.sweep(.held, isComplete: true, held: .wentBack, wentBack: 2)
    #expect(try host.unsettled == Unsettled(changed: 0, wentBack: 0, guards: [.wentBack]))
    try host.sweep(.partial, isComplete: false, wentBack: 1)
    try host.sweep(.held, isComplete: true, held: .tooMany)
    #expect(try host.unsettled == Unsettled(changed: 0, wentBack: 0, guards: [.wentBack, .tooMany]))
    try host.sweep(.partial, isComplete: false, changed: 4)
    #expect(try host.unsettled == Unsettled(changed: 4, wentBack: 0, guards: [.wentBack, .tooMany]))
    try host.sweep(.ok, isComplete: true)
    #expect(try host.unsettled == Unsettled(changed: 0, wentBack: 0, guards: []))
  }

  @Test(arguments: Guard.allCases)
  func `every guard is kept with its sweep, and can be asked for`(held: Guard) async throws {
    let host = try ReplicaHost()
    try host.sweep(.held, isComplete: true, held: held, wentBack: 3)
    #expect(try await host.query("SELECT guard, went_back FROM syncs") == ["\(held.rawValue) 3"])
  }
}

fileprivate struct Unsettled: Equatable {
  var changed: Int
  var wentBack: Int
  var guards: Set<Guard>
}

extension ReplicaHost {
  fileprivate func sweep(
    _ outcome: CycleOutcome,
    isComplete: Bool,
    held: Guard? = nil,
    changed: Int = 0,
    wentBack: Int = 0
  ) throws {
    var counts = SweepCounts()
    counts.changed = changed
    counts.wentBack = wentBack
    let sweep = try replica.beginSweep(networksOnly: true)
    try replica.endSweep(sweep, outcome, isComplete: isComplete, held: held, counts)
  }

  /// What a sweep that begins now has to answer for.
  fileprivate var unsettled: Unsettled {
    get throws {
      let unsettled = try replica.unsettledSweeps(before: .max)
      return Unsettled(changed: unsettled.changed, wentBack: unsettled.wentBack, guards: unsettled.guards)
    }
  }
}
