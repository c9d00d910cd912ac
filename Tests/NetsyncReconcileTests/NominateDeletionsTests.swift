import NetsyncModel
import NetsyncReconcile
import Testing

/// Absence is not deletion (R4), and much of it is an accident (R5).
struct NominateDeletionsTests {
  @Test(arguments: [nil, 0, 1_000])
  func `a sweep that is not complete proves nothing`(_ approved: Int?) {
    let sweep = SweepSummary(isComplete: false, known: 100, listed: 40, missing: 60)
    #expect(nominateDeletions(after: sweep, approved: approved) == .nobody)
  }

  @Test(arguments: [nil, 0, 1_000])
  func `where nothing is missing nothing is removed`(_ approved: Int?) {
    for (known, listed) in [(0, 0), (0, 5), (100, 100), (100, 120)] {
      let sweep = SweepSummary(isComplete: true, known: known, listed: listed, missing: 0)
      #expect(nominateDeletions(after: sweep, approved: approved) == .nobody)
    }
  }

  @Test(
    arguments: [
      (100, 99, 1, .confirmEach), (100, 80, 20, .confirmEach), (100, 79, 21, .hold(.tooMany)),
      (10, 5, 5, .confirmEach), (10, 4, 6, .hold(.tooMany)), (29, 23, 6, .hold(.tooMany)), (30, 24, 6, .confirmEach),
      (3, 0, 3, .hold(.emptyListing)), (1, 0, 1, .hold(.emptyListing)), (1_000_000, 0, 1_000_000, .hold(.emptyListing)),
      (3, 3, 3, .hold(.noOverlap)), (1, 1, 1, .hold(.noOverlap)), (100, 100, 100, .hold(.noOverlap)),
      (100, 200, 5, .confirmEach),
    ] as [(Int, Int, Int, Nomination)]
  )
  func `a few missing networks are asked for one by one, many wait for a person`(
    _ known: Int,
    _ listed: Int,
    _ missing: Int,
    _ expected: Nomination
  ) {
    let sweep = SweepSummary(isComplete: true, known: known, listed: listed, missing: missing)
    #expect(nominateDeletions(after: sweep, approved: nil) == expected)
  }

  @Test(
    arguments: [
      (100, 79, 21, 21, .confirmEach), (100, 79, 21, 22, .confirmEach), (100, 79, 21, 20, .hold(.tooMany)),
      (100, 99, 1, 0, .hold(.tooMany)), (3, 0, 3, 3, .confirmEach), (3, 3, 3, 3, .confirmEach),
      (3, 0, 3, 2, .hold(.tooMany)),
    ] as [(Int, Int, Int, Int, Nomination)]
  )
  func `a person allows as many removals as were shown, and no more`(
    _ known: Int,
    _ listed: Int,
    _ missing: Int,
    _ approved: Int,
    _ expected: Nomination
  ) {
    let sweep = SweepSummary(isComplete: true, known: known, listed: listed, missing: missing)
    #expect(nominateDeletions(after: sweep, approved: approved) == expected)
  }

  @Test(
    arguments: [
      (SweepSummary(isComplete: true, known: 100, listed: 99, missing: 1, changed: 98), .confirmEach),
      (SweepSummary(isComplete: true, known: 100, listed: 99, missing: 1, changed: 99), .hold(.allChanged)),
      (SweepSummary(isComplete: true, known: 6, listed: 5, missing: 1, changed: 5), .hold(.allChanged)),
      (SweepSummary(isComplete: true, known: 5, listed: 4, missing: 1, changed: 4), .confirmEach),
      (SweepSummary(isComplete: true, known: 100, listed: 99, missing: 1, wentBack: 1), .hold(.wentBack)),
      (SweepSummary(isComplete: true, known: 100, listed: 79, missing: 21, wentBack: 1), .hold(.wentBack)),
      (
        SweepSummary(isComplete: true, known: 100, listed: 99, missing: 1, unsettledGuards: [.wentBack]),
        .hold(.wentBack)
      ),
      (
        SweepSummary(isComplete: true, known: 100, listed: 99, missing: 1, unsettledGuards: [.allChanged]),
        .hold(.allChanged)
      ),
      (SweepSummary(isComplete: true, known: 100, listed: 99, missing: 1, unsettledGuards: [.tooMany]), .confirmEach),
      (SweepSummary(isComplete: true, known: 100, listed: 100, missing: 0, wentBack: 1), .nobody),
    ] as [(SweepSummary, Nomination)]
  )
  func `a listing that cannot be believed removes nothing unasked`(_ sweep: SweepSummary, _ expected: Nomination) {
    #expect(nominateDeletions(after: sweep, approved: nil) == expected)
    #expect(nominateDeletions(after: sweep, approved: 1_000) == (sweep.missing == 0 ? .nobody : .confirmEach))
  }

  @Test(arguments: [(0, 5), (1, 5), (25, 5), (29, 5), (30, 6), (100, 20), (1_000_000, 200_000)])
  func `five deletions, or a fifth of the known, go unasked`(_ known: Int, _ limit: Int) {
    #expect(defaultDeletionLimit(known: known) == limit)
    #expect(guardPushedDeletes(limit, known: known, approved: nil) == nil)
    #expect(guardPushedDeletes(limit + 1, known: known, approved: nil) == .tooMany)
    #expect(guardPushedDeletes(limit + 1, known: known, approved: limit + 1) == nil)
    #expect(guardPushedDeletes(1, known: known, approved: 0) == .tooMany)
    #expect(guardPushedDeletes(0, known: known, approved: 0) == nil)
  }
}
