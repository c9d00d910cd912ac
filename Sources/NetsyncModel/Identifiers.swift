/// The server's id of a network: a UUID, in lower case whatever the server's way of spelling it is (RFC 9562, 4).
///
/// A value that exists is safe in a URL path: it holds hexadecimal digits and hyphens only.
public struct NetworkID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let text: String

  /// - Returns: nil for anything but the 8-4-4-4-12 form of RFC 9562. Nothing is repaired.
  public init?(_ text: String) {
    guard isUUID(text.utf8) else { return nil }
    self.text = text.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) } ? text.lowercased() : text
  }

  public var description: String { text }

  public static func < (left: NetworkID, right: NetworkID) -> Bool { left.text < right.text }
}

/// The id of a network that was made here: a UUIDv7, given at once and valid for ever, also after the server named it (R2).
public struct LocalID: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  /// - Returns: nil for anything but the 8-4-4-4-12 form of RFC 9562.
  public init?(_ text: String) {
    guard isUUID(text.utf8) else { return nil }
    self.text = text
  }

  /// Makes a UUIDv7 (RFC 9562, 5.7) from a time and 74 random bits.
  package init(at time: Timestamp, random: (high: UInt64, low: UInt64)) {
    let milliseconds = UInt64(max(0, time.microseconds / 1_000)) & 0xFFFF_FFFF_FFFF
    let high = milliseconds << 16 | 0x7000 | random.high & 0x0FFF
    let low = 0x8000_0000_0000_0000 | random.low & 0x3FFF_FFFF_FFFF_FFFF
    let digits = Array(high.hexadecimal + low.hexadecimal)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text.append("-") }
      text.append(digit)
    }
    self.text = text
  }

  package static func random(at time: Timestamp) -> LocalID {
    LocalID(at: time, random: (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)))
  }

  public var description: String { text }
}

/// The replica's own key of a network: it never changes and never leaves the replica (R2).
package struct NetworkKey: Hashable, Comparable, Sendable {
  package let rawValue: Int64

  package init(rawValue: Int64) { self.rawValue = rawValue }

  package static func < (left: NetworkKey, right: NetworkKey) -> Bool { left.rawValue < right.rawValue }
}

/// The number of an edit, as printed to its user and taken by `outbox` commands. Numbers are never used twice.
///
/// It can be kept: it is encoded as a whole number, and its text is the number's digits.
public struct EditNumber: RawRepresentable, Hashable, Comparable, Codable, Sendable, LosslessStringConvertible {
  public let rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// - Returns: nil for anything but what ``description`` gives.
  public init?(_ description: String) {
    guard let rawValue = number(description) else { return nil }
    self.rawValue = rawValue
  }

  public var description: String { String(rawValue) }

  public static func < (left: EditNumber, right: EditNumber) -> Bool { left.rawValue < right.rawValue }
}

/// The number of an entry of the journal, as `log` prints it and `undo` takes it. Numbers are never used twice.
///
/// It is the cursor of those who follow the journal, and can be kept: it is encoded as a whole number, and its text is the number's
/// digits.
public struct ChangeNumber: RawRepresentable, Hashable, Comparable, Codable, Sendable, LosslessStringConvertible {
  public let rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// - Returns: nil for anything but what ``description`` gives.
  public init?(_ description: String) {
    guard let rawValue = number(description) else { return nil }
    self.rawValue = rawValue
  }

  public var description: String { String(rawValue) }

  public static func < (left: ChangeNumber, right: ChangeNumber) -> Bool { left.rawValue < right.rawValue }
}

/// A whole number from 0 on, in the one way of writing it.
private func number(_ text: String) -> Int64? {
  guard let number = Int64(text), number >= 0, String(number) == text else { return nil }
  return number
}

/// The 8-4-4-4-12 form, either case, any version.
private func isUUID(_ bytes: String.UTF8View) -> Bool {
  guard bytes.count == 36 else { return false }
  for (index, byte) in bytes.enumerated() {
    switch index {
    case 8, 13, 18, 23:
      guard byte == UInt8(ascii: "-") else { return false }
    default:
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"):
        continue
      default: return false
      }
    }
  }
  return true
}

extension UInt64 {
  fileprivate var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
