import NetsyncModel
import NetsyncReconcile
import Testing

/// Every combination of known, missing, new and changed networks, of those that went back, of what stands from before, and of
/// what a person has approved.
struct NominateWalkTests {
  private struct Cell {
    var sweep: SweepSummary
    var approved: Int?
  }

  @Test func `no sweep removes more than its limit unasked, and none what it cannot be sure of`() {
    var walk = Walk("nominate")
    var reached: Set<Nomination> = []
    for known in 0...20 {
      for missing in 0...known {
        let listed = known - missing
        for new in [0, 1, 60] {
          for changed in Set([0, 4, 5, listed - 1, listed]) where (0...listed).contains(changed) {
            for wentBack in Set([0, 1, listed]) where wentBack <= listed {
              let sweep = SweepSummary(
                isComplete: true,
                known: known,
                listed: listed + new,
                missing: missing,
                changed: changed,
                wentBack: wentBack
              )
              for cell in variants(of: sweep) { reached.insert(check(cell, &walk)) }
            }
          }
        }
      }
    }
    walk.conclude()
    let guards = Guard.allCases.filter { $0 != .otherAccount }.map(Nomination.hold)
    #expect(reached == Set([.nobody, .confirmEach] + guards))
  }

  /// A sweep that is complete and one that is not, with every approval and with what may stand from before.
  private func variants(of sweep: SweepSummary) -> [Cell] {
    var cells: [Cell] = []
    for isComplete in [true, false] {
      for standing in [[], [.tooMany], [.wentBack], [.allChanged]] as [Set<Guard>] {
        var variant = sweep
        variant.isComplete = isComplete
        variant.unsettledGuards = standing
        for approved in Set([nil, 0, sweep.missing - 1, sweep.missing, 1_000]) {
          cells.append(Cell(sweep: variant, approved: approved))
        }
      }
    }
    return cells
  }

  private func check(_ cell: Cell, _ walk: inout Walk) -> Nomination {
    func expect(_ promise: String, _ holds: Bool) { walk.expect(promise, holds, in: "\(cell)") }
    walk.enter()
    let sweep = cell.sweep
    let nomination = nominateDeletions(after: sweep, approved: cell.approved)
    let isAsked = sweep.isComplete && sweep.missing > 0
    expect("an incomplete sweep nominates nobody, nor does one that misses nobody", (nomination == .nobody) == !isAsked)
    guard isAsked else { return nomination }
    if let approved = cell.approved {
      expect("an approval is for as many and no more", (nomination == .confirmEach) == (sweep.missing <= approved))
      expect(
        "what is too much for an approval is too many",
        nomination == .confirmEach || nomination == .hold(.tooMany)
      )
      return nomination
    }
    let reasons = Guard.allCases.filter { isReason($0, sweep) }
    expect("unasked, only what no guard stops is removed", (nomination == .confirmEach) == reasons.isEmpty)
    if case .hold(let reason) = nomination { expect("the reason that is given is one", reasons.contains(reason)) }
    return nomination
  }

  private func isReason(_ reason: Guard, _ sweep: SweepSummary) -> Bool {
    switch reason {
    case .otherAccount: false
    case .emptyListing: sweep.listed == 0
    case .noOverlap: sweep.missing == sweep.known
    case .tooMany: sweep.missing > 5 && sweep.missing * 5 > sweep.known
    case .allChanged:
      sweep.unsettledGuards.contains(.allChanged)
        || (sweep.changed >= 5 && sweep.changed == sweep.known - sweep.missing)
    case .wentBack: sweep.wentBack > 0 || sweep.unsettledGuards.contains(.wentBack)
    }
  }
}
