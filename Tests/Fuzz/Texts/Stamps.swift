import NetsyncModel
import Synchronization

/// The strict parser of stamps against one that knows nothing of it: regular in form, and counted day by day.
func fuzzStamp(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  let parsed = Timestamp(text)
  promise(parsed?.microseconds == slowlyParsed(text), "\(text): \(parsed?.microseconds as Any)")
  guard let parsed else { return }
  promise(ServerStamp(text).raw == text, "a stamp is kept as it came")
  // Years of five digits and years before Christ have no form.
  if (-62_135_596_800_000_000...253_402_300_799_999_999).contains(parsed.microseconds) {
    promise(Timestamp(parsed.rfc3339) == parsed, "\(text) is written as \(parsed.rfc3339)")
  }
}

// Compiled once; a regular expression is not sendable.
private let form = Mutex(
  /([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))/
)

private func slowlyParsed(_ text: String) -> Int64? {
  guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
  guard let match = form.withLock({ text.wholeMatch(of: $0)?.output }) else { return nil }
  guard let year = Int64(match.1), let month = Int(match.2), let day = Int64(match.3), let hour = Int64(match.4),
    let minute = Int64(match.5), let second = Int64(match.6), let east = Int64(match.9 ?? "0"),
    let eastMinutes = Int64(match.10 ?? "0"),
    let fraction = Int64((match.7.map(String.init) ?? "").padding(to: 6))
  else { return nil }
  let isLeap = { (year: Int64) in year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
  let lengths: [Int64] = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  guard (1...12).contains(month), day >= 1, day <= lengths[month - 1], hour < 24, minute < 60, second < 60, east < 24,
    eastMinutes < 60
  else { return nil }
  // Leap years before this one, and before 1970, of a calendar that has always been.
  let leaps = { (year: Int64) in (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400 }
  let days = 365 * (year - 1970) + leaps(year) - leaps(1970) + lengths[..<(month - 1)].reduce(0, +) + day - 1
  let offset = (east * 60 + eastMinutes) * (match.8 == "-" ? -1 : 1)
  return ((days * 24 + hour) * 60 + minute - offset) * 60_000_000 + second * 1_000_000 + fraction
}

extension String {
  fileprivate func padding(to width: Int) -> String { self + String(repeating: "0", count: width - count) }
}
