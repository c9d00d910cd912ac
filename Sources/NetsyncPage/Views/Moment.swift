import NetsyncModel

/// A time as a page shows it: how long ago, and in full.
struct Moment: Sendable {
  let full: String
  let words: String

  init(_ time: Timestamp, now: Timestamp) {
    full = time.rfc3339
    words = RelativeTime.text(of: time.microseconds, now: now.microseconds)
  }

  /// - Parameter server: its own string, which need not be a time.
  init(server: String, now: Timestamp) {
    full = server.madeVisible
    words = Timestamp(server).map { RelativeTime.text(of: $0.microseconds, now: now.microseconds) } ?? full
  }
}

extension Optional<NetworkName> {
  /// A name as a page shows it.
  func words(or none: String) -> String { self?.text.madeVisible ?? none }
}

extension Int {
  /// `1 network`, `2 networks`, `1,000 networks`.
  func counted(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }

  /// `1,234,567`.
  var grouped: String {
    var digits = ""
    for (index, digit) in String(magnitude).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { digits.append(",") }
      digits.append(digit)
    }
    return (self < 0 ? "-" : "") + String(digits.reversed())
  }
}

extension String {
  /// As a value in the query of an address (RFC 3986, 2.3).
  var percentEncoded: String {
    utf8.map { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        String(UnicodeScalar(byte))
      default:
        (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }
}
