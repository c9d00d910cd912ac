/// An instant in microseconds since 1970 (UTC, without leap seconds), and the ways in which the API writes one.
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

  /// RFC 3339 in this form: `2025-03-01T09:12:45.123456Z`.
  func text(_ form: SandboxStampForm = .microseconds) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    write(form, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the 20 to 32 bytes of ``text(_:)``.
  func write(_ form: SandboxStampForm = .microseconds, to bytes: inout [UInt8]) {
    switch form {
    case .microseconds:
      writeDateAndTime(to: &bytes)
      writeMicroseconds(to: &bytes)
      bytes.append(UInt8(ascii: "Z"))
    case .milliseconds:
      writeDateAndTime(to: &bytes)
      let milliseconds = Int(microseconds / 1_000 % 1_000)
      bytes.append(UInt8(ascii: "."))
      bytes.append(twoDigits: milliseconds / 10)
      bytes.append(digit: milliseconds % 10)
      bytes.append(UInt8(ascii: "Z"))
    case .seconds:
      writeDateAndTime(to: &bytes)
      bytes.append(UInt8(ascii: "Z"))
    case .offset:
      let local = advanced(bySeconds: (5 * 60 + 30) * 60)
      local.writeDateAndTime(to: &bytes)
      local.writeMicroseconds(to: &bytes)
      bytes.append(contentsOf: "+05:30".utf8)
    }
  }

  /// Appends `2025-03-01T09:12:45`.
  private func writeDateAndTime(to bytes: inout [UInt8]) {
    let calendar = CalendarTime(self)
    calendar.writeYear(to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(twoDigits: calendar.month)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(twoDigits: calendar.day)
    bytes.append(UInt8(ascii: "T"))
    calendar.writeTime(to: &bytes)
  }

  /// Appends `.123456`.
  private func writeMicroseconds(to bytes: inout [UInt8]) {
    let fraction = Int(microseconds % 1_000_000)
    bytes.append(UInt8(ascii: "."))
    bytes.append(twoDigits: fraction / 10_000)
    bytes.append(twoDigits: fraction / 100 % 100)
    bytes.append(twoDigits: fraction % 100)
  }

  /// The value of a `Date` header, whole seconds: `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110, section 5.6.7).
  var httpDate: String {
    let calendar = CalendarTime(self)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(29)
    bytes.append(contentsOf: Self.weekdays[calendar.weekday].utf8)
    bytes.append(contentsOf: ", ".utf8)
    bytes.append(twoDigits: calendar.day)
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: Self.months[calendar.month - 1].utf8)
    bytes.append(UInt8(ascii: " "))
    calendar.writeYear(to: &bytes)
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

  /// Appends `YYYY`.
  func writeYear(to bytes: inout [UInt8]) {
    bytes.append(twoDigits: year / 100)
    bytes.append(twoDigits: year % 100)
  }

  /// Appends `HH:MM:SS`.
  func writeTime(to bytes: inout [UInt8]) {
    bytes.append(twoDigits: secondOfDay / 3_600)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(twoDigits: secondOfDay / 60 % 60)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(twoDigits: secondOfDay % 60)
  }
}

extension [UInt8] {
  /// Appends the two decimal digits of a `value` from 0 to 99.
  fileprivate mutating func append(twoDigits value: Int) {
    append(digit: value / 10)
    append(digit: value % 10)
  }

  /// Appends the decimal digit of a `value` from 0 to 9.
  fileprivate mutating func append(digit value: Int) {
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
  }
}
