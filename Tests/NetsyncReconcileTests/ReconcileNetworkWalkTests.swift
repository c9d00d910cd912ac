import NetsyncModel
import NetsyncReconcile
import Testing

/// Every combination of base, local edit, remote sight, recent write and policy.
struct ReconcileNetworkWalkTests {
  @Test func `no combination loses an edit, invents a deletion, or decides twice`() throws {
    let cells = try ReconcileCell.all()
    for cell in cells {
      #expect(cell.brokenPromises == [], "\(cell)")
    }
    print("reconcile: \(cells.count * ConflictPolicy.allCases.count) combinations")
  }

  /// Rules that held everything would break few promises.
  @Test func `the combinations reach every decision`() throws {
    let decisions = try ReconcileCell.all().flatMap { cell in
      ConflictPolicy.allCases.map { policy in cell.decision(under: policy) }
    }
    let edits: Set<EditDecision> = [
      .none, .goesOn, .prevails, .yields, .satisfied,
      .conflict(.bothChanged), .conflict(.deletedHere), .conflict(.deletedThere),
    ]
    #expect(Set(decisions.map(\.edit)) == edits)
    #expect(Set(decisions.compactMap(\.change)) == Set(BaseChange.allCases))
    for base in [BaseDecision.keep, .ignoreStale, .remove] {
      #expect(decisions.contains { $0.base == base })
    }
  }
}

extension NetworkDecision {
  /// The kind of change that is accepted; nil where none is.
  fileprivate var change: BaseChange? {
    if case .accept(_, let change) = base { change } else { nil }
  }
}
