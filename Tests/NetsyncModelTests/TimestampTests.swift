import NetsyncModel
import Testing

/// Writing stamps, ordering them, and moving them.
struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"),
      (1, "1970-01-01T00:00:00.000001Z"),
      (500_000, "1970-01-01T00:00:00.500000Z"),
      (-1, "1969-12-31T23:59:59.999999Z"),
      (1_709_164_800_000_000, "2024-02-29T00:00:00Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
      (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
    ] as [(Int64, String)]
  )
  func `a stamp is written in UTC, with its fraction where it has one`(_ microseconds: Int64, _ text: String) {
    #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
  }

  @Test func `what was written is read back to the microsecond`() {
    var random = SeededRandom(seed: 2026)
    let fourDigitYears: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999
    let count = 20_000
    for _ in 0..<count {
      let stamp = Timestamp(microseconds: .random(in: fourDigitYears, using: &random))
      #expect(Timestamp(stamp.rfc3339) == stamp, "\(stamp.microseconds)")
    }
    print("timestamp: \(count) round trips")
  }

  @Test func `the far ends of time are written without a trap`() {
    #expect(Timestamp(microseconds: .max).rfc3339.hasPrefix("294247-01-10T"))
    #expect(Timestamp(microseconds: .min).rfc3339.hasPrefix("-290308-12-21T"))
  }

  @Test(
    arguments: [
      ("2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.678902Z"),
      ("2026-01-02T03:04:05.999999Z", "2026-01-02T03:04:06Z"),
      ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000001Z"),
      ("2026-01-02T03:04:05.9Z", "2026-01-02T03:04:05.91Z"),
      ("2026-01-02T03:04:05.09Z", "2026-01-02T03:04:05.9Z"),
      ("2026-01-02T05:04:05+02:00", "2026-01-02T03:04:05.000001Z"),
      ("1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z"),
      ("2025-12-31T23:59:59.999999Z", "2026-01-01T00:00:00Z"),
    ]
  )
  func `of two stamps a microsecond apart the later one is newer`(_ earlier: String, _ later: String) throws {
    let earlier = try #require(Timestamp(earlier))
    let later = try #require(Timestamp(later))
    #expect(earlier < later)
    #expect(earlier != later)
    #expect(later.since(earlier) > .zero)
    #expect(earlier.since(later) == .zero - later.since(earlier))
  }

  @Test func `a stamp moved by a duration is that far away`() {
    let stamp = Timestamp(microseconds: 1_000_000)
    #expect(stamp + .milliseconds(1_500) == Timestamp(microseconds: 2_500_000))
    #expect(stamp - .seconds(3) == Timestamp(microseconds: -2_000_000))
    #expect(stamp + .nanoseconds(999) == stamp)
    #expect((stamp + .seconds(90)).since(stamp) == .seconds(90))
  }

  @Test func `a stamp is never moved past the ends of time`() {
    let first = Timestamp(microseconds: .min)
    let last = Timestamp(microseconds: .max)
    #expect(last + .microseconds(1) == last)
    #expect(last + .seconds(Int64.max) == last)
    #expect(first - .microseconds(1) == first)
    #expect(first + .seconds(Int64.min) == first)
    #expect(last.since(first) == .microseconds(Int64.max))
    #expect(first.since(last) == .microseconds(Int64.min))
    #expect(Timestamp(microseconds: 0).since(first) == .microseconds(Int64.max))
  }
}
