import NetsyncReconcile
import Testing

private let url = "https://api.telnyx.com/v2"

/// Whether a listing can be believed to be this account's, and all of it.
struct AccountSightTests {
  @Test(
    arguments: [
      (nil, 0, 0, false, false),
      (nil, 0, 9, false, false),
      (url, 9, 9, true, false),
      (url, 9, 1, true, false),
      (url, 9, 9, false, true),
      (nil, 9, 9, false, true),
      (url, 1, 1, false, true),
      (url, 9, 0, false, false),
      (url, 0, 9, false, false),
      ("https://api.telnyx.com", 9, 9, true, true),
      ("http://localhost:8080", 0, 0, false, true),
    ] as [(String?, Int, Int, Bool, Bool)]
  )
  func `another account is known by its address, or by having nothing in common`(
    _ knownBaseURL: String?,
    _ known: Int,
    _ listed: Int,
    _ overlaps: Bool,
    _ isOther: Bool
  ) {
    let sight = AccountSight(
      knownBaseURL: knownBaseURL,
      baseURL: url,
      known: known,
      listed: listed,
      overlaps: overlaps
    )
    #expect(isOtherAccount(sight) == isOther)
  }

  @Test(
    arguments: [
      (0, nil, true), (1_000, nil, true),
      (0, 0...0, true), (100, 100...100, true), (101, 100...100, true), (500, 100...100, true),
      (80, 100...100, true), (79, 100...100, false), (0, 100...100, false),
      (5, 10...10, true), (4, 10...10, false), (0, 5...5, true), (0, 6...6, false),
      (95, 100...110, true), (70, 100...110, true), (69, 100...110, false),
      (800_000, 1_000_000...1_000_000, true), (799_999, 1_000_000...1_000_000, false),
    ] as [(Int, ClosedRange<Int>?, Bool)]
  )
  func `a listing with far fewer networks than it promised is not the whole`(
    _ rows: Int,
    _ totals: ClosedRange<Int>?,
    _ expected: Bool
  ) {
    #expect(isPlausible(rows: rows, totals: totals) == expected)
  }
}
