import Testing

@testable import NetsyncModel

struct RelativeTimeTests {
  /// 2025-03-31T12:00:00Z, in microseconds.
  private static let now: Int64 = 1_743_422_400_000_000

  @Test(
    arguments: [
      (0, "just now"), (9, "just now"), (10, "10 s ago"), (42, "42 s ago"), (59, "59 s ago"), (60, "1 min ago"),
      (5 * 60, "5 min ago"), (2 * 3_600, "2 h ago"), (86_400, "1 d ago"), (3 * 86_400, "3 d ago"),
      (30 * 86_400, "30 d ago"), (30 * 86_400 + 1, "2025-03-01"), (-60, "just now"), (-61, "2025-03-31"),
      (-86_400, "2025-04-01"),
    ] as [(Int64, String)]
  )
  func `a moment is told by its age and an old one by its day`(ageInSeconds: Int64, text: String) {
    #expect(RelativeTime.text(of: Self.now - ageInSeconds * 1_000_000, now: Self.now) == text)
  }

  @Test(
    arguments: [
      (0, "1970-01-01"), (-1, "1969-12-31"), (951_825_599_999_999, "2000-02-29"), (951_825_600_000_000, "2000-02-29"),
      (951_868_799_999_999, "2000-02-29"), (951_868_800_000_000, "2000-03-01"),
    ] as [(Int64, String)]
  )
  func `a day begins and ends in UTC`(moment: Int64, day: String) {
    #expect(RelativeTime.text(of: moment, now: Self.now) == day)
  }

  @Test(arguments: [Int64.min, .max], [Int64.min, 0, .max])
  func `moments at the ends of time are told as well`(moment: Int64, now: Int64) {
    #expect(!RelativeTime.text(of: moment, now: now).isEmpty)
  }
}
