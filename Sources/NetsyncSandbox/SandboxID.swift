/// The id of a network or an interface: a UUID of version 4 (RFC 9562, section 5.4) in 16 bytes.
struct SandboxID: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// The next id of a seeded stream, with the version and variant bits of RFC 9562.
  init(from random: inout SandboxRandom) {
    high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x0000_0000_0000_4000
    low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
  }

  /// Reads the form `8-4-4-4-12` in hexadecimal digits of either case; nil for anything else.
  init?(_ text: some StringProtocol) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var position = 0
    for byte in text.utf8 {
      if Self.isHyphen(position) {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard let digit = byte.hexDigitValue else { return nil }
        high = high << 4 | low >> 60
        low = low << 4 | UInt64(digit)
      }
      position += 1
    }
    guard position == Self.length else { return nil }
    self.high = high
    self.low = low
  }

  /// The lower-case form, as the API writes it.
  var text: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.length)
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The number of a stream of chance that belongs to this id.
  var stream: Int { Int(truncatingIfNeeded: high ^ low) }

  /// Appends the 36 bytes of ``text``.
  func write(to bytes: inout [UInt8]) {
    var nibble = 0
    for position in 0..<Self.length {
      if Self.isHyphen(position) {
        bytes.append(UInt8(ascii: "-"))
      } else {
        let half = nibble < 16 ? high : low
        bytes.append(UInt8(hexDigit: half >> UInt64(60 - 4 * (nibble % 16))))
        nibble += 1
      }
    }
  }

  private static let length = 36

  private static func isHyphen(_ position: Int) -> Bool {
    position == 8 || position == 13 || position == 18 || position == 23
  }
}

extension UInt8 {
  /// The value of an ASCII hexadecimal digit of either case; nil for any other byte.
  var hexDigitValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The lower-case ASCII digit of the lowest four bits of `value`.
  init(hexDigit value: UInt64) {
    let nibble = UInt8(truncatingIfNeeded: value & 0xF)
    self = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
