import NetsyncModel
import NetsyncReconcile
import Testing

/// Every combination of base, local edit, remote sight, recent write, contests, clock and policy.
struct ReconcileNetworkWalkTests {
  @Test func `no combination loses an edit, invents a deletion, or decides twice`() async throws {
    let space = try ReconcileSpace()
    let policies = ConflictPolicy.allCases
    let verdicts = await withTaskGroup(of: (ConflictPolicy, [ReconcileSpace.Verdict]).self) { group in
      for policy in policies { group.addTask { (policy, space.verdicts(under: policy)) } }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    let held = try #require(verdicts[.hold])
    let walk = await withTaskGroup(of: Walk.self) { group in
      for (policy, verdicts) in verdicts {
        group.addTask {
          var walk = Walk("reconcile")
          ReconcilePromises(space: space, policy: policy, verdicts: verdicts, held: held).check(into: &walk)
          return walk
        }
      }
      return await group.reduce(into: Walk("reconcile")) { $0.add($1) }
    }
    walk.conclude()
    expectEveryDecision(among: Set(verdicts.values.joined()))
  }

  /// Rules that held everything would break few promises.
  private func expectEveryDecision(among verdicts: Set<ReconcileSpace.Verdict>) {
    let edits: Set<EditDecision> = [
      .none, .goesOn, .prevails, .yields, .satisfied,
      .conflict(.bothChanged), .conflict(.deletedHere), .conflict(.deletedThere),
    ]
    #expect(Set(verdicts.map(\.edit)) == edits)
    let bases = [ReconcileSpace.Verdict.Base.keep, .ignoreStale, .remove] + BaseChange.allCases.map { .accept($0) }
    #expect(Set(verdicts.map(\.base)) == Set(bases))
  }
}
