/// An instant in microseconds since 1970 (UTC, without leap seconds), and the two ways in which the API writes one.
///
/// Written by hand because Foundation's formatters cut a fraction to milliseconds and depend on a locale's data.
struct SandboxStamp: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z, held within the years 1970 to 9999, which have four digits.
  let microseconds: Int64

  init(microseconds: Int64) {
    self.microseconds = min(max(microseconds, 0), 253_402_300_799_999_999)
  }

  static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

  /// This instant moved by whole or part `seconds`.
  func advanced(bySeconds seconds: Int) -> Self {
    Self(microseconds: microseconds + Int64(seconds) * 1_000_000)
  }

  /// RFC 3339 with microseconds: `2025-03-01T09:12:45.123456Z`.
  var text: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the 27 bytes of ``text``.
  func write(to bytes: inout [UInt8]) {
    let calendar = CalendarTime(self)
    bytes.append(decimal: calendar.year, digits: 4)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(decimal: calendar.month, digits: 2)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(decimal: calendar.day, digits: 2)
    bytes.append(UInt8(ascii: "T"))
    calendar.writeTime(to: &bytes)
    bytes.append(UInt8(ascii: "."))
    bytes.append(decimal: Int(microseconds % 1_000_000), digits: 6)
    bytes.append(UInt8(ascii: "Z"))
  }

  /// The value of a `Date` header, whole seconds: `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110, section 5.6.7).
  var httpDate: String {
    let calendar = CalendarTime(self)
    var bytes = Array("\(Self.weekdays[calendar.weekday]), ".utf8)
    bytes.append(decimal: calendar.day, digits: 2)
    bytes.append(contentsOf: " \(Self.months[calendar.month - 1]) ".utf8)
    bytes.append(decimal: calendar.year, digits: 4)
    bytes.append(UInt8(ascii: " "))
    calendar.writeTime(to: &bytes)
    bytes.append(contentsOf: " GMT".utf8)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}

/// A stamp in the proleptic Gregorian calendar, in UTC.
private struct CalendarTime {
  let year: Int
  /// 1 to 12.
  let month: Int
  /// 1 to 31.
  let day: Int
  /// 0 is Sunday.
  let weekday: Int
  /// 0 to 86,399.
  let secondOfDay: Int

  /// Days to year, month and day by counting from 0000-03-01, so that a leap day is the last of its year
  /// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
  init(_ stamp: SandboxStamp) {
    let seconds = Int(stamp.microseconds / 1_000_000)
    let days = seconds / 86_400
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153

    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    weekday = (days + 4) % 7  // 1970-01-01 was a Thursday.
    secondOfDay = seconds % 86_400
  }

  /// Appends `HH:MM:SS`.
  func writeTime(to bytes: inout [UInt8]) {
    bytes.append(decimal: secondOfDay / 3_600, digits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(decimal: secondOfDay / 60 % 60, digits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(decimal: secondOfDay % 60, digits: 2)
  }
}

extension [UInt8] {
  /// Appends the lowest `digits` decimal digits of a `value` that is not negative, with leading zeros.
  fileprivate mutating func append(decimal value: Int, digits: Int) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }
}
