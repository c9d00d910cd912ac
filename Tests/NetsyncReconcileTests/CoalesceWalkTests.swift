import Testing

/// Every combination of what is queued, what is on its way, the edit and the base.
struct CoalesceWalkTests {
  @Test func `no merge changes what the edits mean`() {
    let cells = CoalesceCell.all()
    for cell in cells {
      #expect(cell.brokenPromises == [], "\(cell)")
    }
    let reachable = cells.count { $0.isReachable }
    #expect(reachable > 0)
    print("coalesce: \(cells.count) combinations, \(reachable) of them in reach of an outbox")
  }
}
