/// An instant as whole microseconds since 1970-01-01T00:00:00Z.
///
/// Order between two server stamps is decided on this integer (R3). Foundation's formatters are not used: they cut a
/// stamp to milliseconds and refuse one without a fraction, which makes two different stamps equal.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Microseconds since 1970, negative before it.
  public let microseconds: Int64

  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// This instant moved by `duration`, which is cut to whole microseconds. The far ends of time are sticky.
  public static func + (left: Timestamp, duration: Duration) -> Timestamp {
    let (sum, overflow) = left.microseconds.addingReportingOverflow(duration.wholeMicroseconds)
    guard overflow else { return Timestamp(microseconds: sum) }
    return Timestamp(microseconds: duration < .zero ? .min : .max)
  }

  /// This instant moved back by `duration`.
  public static func - (left: Timestamp, duration: Duration) -> Timestamp {
    left + (.zero - duration)
  }

  /// The time from `earlier` to this instant; negative where `earlier` is the later one.
  public func since(_ earlier: Timestamp) -> Duration {
    let (difference, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
    return .microseconds(overflow ? (microseconds < 0 ? Int64.min : Int64.max) : difference)
  }
}

extension Timestamp {
  /// Parses an RFC 3339 date-time strictly: four-digit year, `T` (or `t`), seconds, 0 to 6 fraction digits, and `Z` or an offset.
  ///
  /// | text                               | microseconds        |
  /// |------------------------------------|---------------------|
  /// | `1970-01-01T00:00:01Z`             | 1 000 000           |
  /// | `1970-01-01T00:00:00.5Z`           | 500 000             |
  /// | `1970-01-01T01:00:00.000001+01:00` | 1                   |
  /// | `1970-01-01 00:00:00Z`             | nil: no `T`         |
  /// | `2025-02-29T00:00:00Z`             | nil: no such day    |
  ///
  /// - Returns: nil for anything else. A stamp that cannot be ordered is kept as text by ``ServerStamp``.
  public init?(_ text: String) {
    var digits = StampReader(text)
    guard
      let year = digits.number(4), digits.skip("-"),
      let month = digits.number(2), digits.skip("-"),
      let day = digits.number(2), digits.skip("T") || digits.skip("t"),
      let hour = digits.number(2), digits.skip(":"),
      let minute = digits.number(2), digits.skip(":"),
      let second = digits.number(2),
      let fraction = digits.fraction(),
      let offset = digits.offsetMinutes(),
      digits.isAtEnd,
      (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year),
      hour <= 23, minute <= 59, second <= 59
    else { return nil }
    let days = Self.daysSince1970(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3_600 + (minute - offset) * 60 + second
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }

  /// RFC 3339 in UTC; the fraction is left out where it is zero, else six digits.
  public var rfc3339: String {
    let (seconds, fraction) = microseconds.flooredDivision(by: 1_000_000)
    let (days, secondOfDay) = seconds.flooredDivision(by: 86_400)
    let (year, month, day) = Self.civilDate(daysSince1970: days)
    let date = "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))"
    let time = "\((secondOfDay / 3_600).padded(2)):\((secondOfDay / 60 % 60).padded(2)):\((secondOfDay % 60).padded(2))"
    return fraction == 0 ? "\(date)T\(time)Z" : "\(date)T\(time).\(fraction.padded(6))Z"
  }

  private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counted in years that begin in March,
  /// so that a leap day is the last of its year.
  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = marchYear.flooredDivision(by: 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }
}

/// A stamp as the server wrote it, with its order where it has one.
///
/// "Changed" looks at `raw`, "newer" at `instant` (R3).
public struct ServerStamp: Hashable, Sendable {
  public let raw: String

  public init(_ raw: String) {
    self.raw = raw
  }

  /// nil where the text is not a strict RFC 3339 stamp. Most stamps are only compared with themselves, so it is found out when it is asked
  /// for.
  public var instant: Timestamp? { Timestamp(raw) }

  public static func == (left: ServerStamp, right: ServerStamp) -> Bool {
    left.raw.utf8.elementsEqual(right.raw.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    for byte in raw.utf8 { hasher.combine(byte) }
  }
}

extension Duration {
  /// Whole microseconds, cut toward zero, held within Int64.
  package var wholeMicroseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    return carry ? (seconds < 0 ? .min : .max) : sum
  }

  /// Seconds with a fraction, for arithmetic and reports.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}

/// Reads the fixed-width fields of a stamp, byte by byte.
private struct StampReader {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = text[...].utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let byte = rest.first, UInt32(byte) == character.value else { return false }
    rest.removeFirst()
    return true
  }

  mutating func digit() -> Int64? {
    guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
    rest.removeFirst()
    return Int64(byte - 0x30)
  }

  mutating func number(_ width: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<width {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// The fraction in microseconds: 0 without a point, nil for a bare point or more than six digits.
  mutating func fraction() -> Int64? {
    guard skip(".") else { return 0 }
    var value: Int64 = 0
    var width = 0
    while let digit = digit() {
      width += 1
      guard width <= 6 else { return nil }
      value = value * 10 + digit
    }
    guard width > 0 else { return nil }
    for _ in width..<6 { value *= 10 }
    return value
  }

  /// Minutes east of UTC: `Z` is 0.
  mutating func offsetMinutes() -> Int64? {
    if skip("Z") || skip("z") { return 0 }
    let sign: Int64
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(2), skip(":"), let minutes = number(2), hours <= 23, minutes <= 59 else { return nil }
    return sign * (hours * 60 + minutes)
  }
}

extension Int64 {
  /// Quotient and remainder with the remainder never negative, as calendars need them.
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  fileprivate func padded(_ width: Int) -> String {
    let digits = String(magnitude)
    let zeros = String(repeating: "0", count: Swift.max(0, width - digits.count))
    return (self < 0 ? "-" : "") + zeros + digits
  }
}
