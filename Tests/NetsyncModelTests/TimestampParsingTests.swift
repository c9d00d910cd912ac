import NetsyncModel
import Testing

/// Which stamps can be ordered, and which are only text (R3).
struct TimestampParsingTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("1970-01-01T00:00:01Z", 1_000_000),
      ("1970-01-01t00:00:01z", 1_000_000),
      ("2026-01-02T03:04:05Z", 1_767_323_045_000_000),
    ] as [(String, Int64)]
  )
  func `a stamp without a fraction is read`(_ text: String, _ microseconds: Int64) {
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00.1Z", 100_000),
      ("1970-01-01T00:00:00.12Z", 120_000),
      ("1970-01-01T00:00:00.123Z", 123_000),
      ("1970-01-01T00:00:00.1234Z", 123_400),
      ("1970-01-01T00:00:00.12345Z", 123_450),
      ("1970-01-01T00:00:00.123456Z", 123_456),
      ("1970-01-01T00:00:00.0Z", 0),
      ("1970-01-01T00:00:00.000001Z", 1),
      ("1970-01-01T00:00:00.999999Z", 999_999),
      ("2026-01-02T03:04:05.678901Z", 1_767_323_045_678_901),
    ] as [(String, Int64)]
  )
  func `every digit of a fraction counts`(_ text: String, _ microseconds: Int64) {
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(
    arguments: [
      ("1970-01-01T01:00:00+01:00", 0),
      ("1969-12-31T16:00:00-08:00", 0),
      ("1970-01-01T05:45:00.000001+05:45", 1),
      ("1970-01-01T00:00:00-00:00", 0),
      ("1970-01-01T23:59:00+23:59", 0),
      ("1969-12-31T00:01:00-23:59", 0),
    ] as [(String, Int64)]
  )
  func `a stamp of another time zone is the same instant`(_ text: String, _ microseconds: Int64) {
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(
    arguments: [
      ("2024-02-29T23:59:59.120000Z", 1_709_251_199_120_000),
      ("2000-02-29T00:00:00Z", 951_782_400_000_000),
      ("1900-03-01T00:00:00Z", -2_203_891_200_000_000),
      ("1969-12-31T23:59:59.999999Z", -1),
      ("0000-01-01T00:00:00Z", -62_167_219_200_000_000),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ] as [(String, Int64)]
  )
  func `leap days and the years before 1970 are read`(_ text: String, _ microseconds: Int64) {
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(
    arguments: [
      "", "Z", "T", "now", "0", "1767323045",
      "2026-01-02", "2026-01-02T03:04Z", "03:04:05Z", "2026-01-02T03:04:05",
      "2026-01-02 03:04:05Z", "2026-01-02_03:04:05Z", "20260102T030405Z", "2026/01/02T03:04:05Z",
      "26-01-02T03:04:05Z", "02026-01-02T03:04:05Z", "+2026-01-02T03:04:05Z", "-2026-01-02T03:04:05Z",
      "2026-1-02T03:04:05Z", "2026-01-2T03:04:05Z", "2026-01-02T3:04:05Z",
      "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05.5.5Z",
      "2026-01-02T03:04:05+0100", "2026-01-02T03:04:05+01", "2026-01-02T03:04:05+1:00", "2026-01-02T03:04:05+24:00",
      "2026-01-02T03:04:05+01:60", "2026-01-02T03:04:05+01:00Z", "2026-01-02T03:04:05 Z", "2026-01-02T03:04:05UTC",
      " 2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z ", "2026-01-02T03:04:05Z\n", "2026-01-02T03:04:05Z\0",
      "2026-01-02T03:04:05Zjunk", "２０２６-01-02T03:04:05Z", "2026-01-02T03:04:05Z\u{301}",
    ]
  )
  func `a stamp of any other form is not guessed at`(_ text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test(
    arguments: [
      "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2026-04-31T00:00:00Z",
      "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
      "2026-01-02T24:00:00Z", "2026-01-02T25:00:00Z", "2026-01-02T03:60:00Z", "2026-01-02T03:04:60Z",
      "2016-12-31T23:59:60Z",
    ]
  )
  func `a day or a time that does not exist is not moved to one that does`(_ text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func `every day from 1970 to 2104 is one day after the day before`() {
    var expected: Int64 = 0
    for year in 1970...2104 {
      let isLeapYear = year % 4 == 0 && year != 2100
      let months = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      for (month, days) in zip(1..., months) {
        for day in 1...days {
          let text = "\(year)-\(twoDigits(month))-\(twoDigits(day))T00:00:00Z"
          let stamp = Timestamp(text)
          #expect(stamp?.microseconds == expected, "\(text)")
          #expect(stamp?.rfc3339 == text)
          expected += 86_400_000_000
        }
        #expect(Timestamp("\(year)-\(twoDigits(month))-\(twoDigits(days + 1))T00:00:00Z") == nil)
      }
    }
    print("timestamp: \(expected / 86_400_000_000) days")
  }

  private func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
