import Testing

/// Every combination of what is queued, what is on its way, the edit and the base.
struct CoalesceWalkTests {
  @Test func `no merge changes what the edits mean`() {
    var walk = Walk("coalesce")
    let cells = CoalesceCell.all()
    for cell in cells {
      walk.enter()
      for promise in cell.brokenPromises { walk.expect(promise, false, in: "\(cell)") }
    }
    walk.conclude()
    #expect(cells.contains { $0.isReachable })
  }
}
