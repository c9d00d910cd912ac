/// Writes compact JSON (RFC 8259) into bytes: raw UTF-8, members in the order of the calls.
///
/// Strings are written byte for byte: no normalisation, and no escape but those that the RFC demands.
struct SandboxJSON {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// Writes one object, and starts with room for `capacity` bytes.
  static func object(reserving capacity: Int = 256, _ members: (inout SandboxJSON) -> Void) -> [UInt8] {
    var json = SandboxJSON()
    json.bytes.reserveCapacity(capacity)
    json.nest(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    return json.bytes
  }

  mutating func member(_ key: String, string value: String) {
    write(key: key)
    write(string: value)
  }

  mutating func member(_ key: String, integer value: Int) {
    write(key: key)
    bytes.append(contentsOf: String(value).utf8)
  }

  mutating func member(_ key: String, id value: SandboxID) {
    write(key: key)
    bytes.append(UInt8(ascii: "\""))
    value.write(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func member(_ key: String, stamp value: SandboxStamp, _ form: SandboxStampForm = .microseconds) {
    write(key: key)
    bytes.append(UInt8(ascii: "\""))
    value.write(form, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A member whose value is JSON already.
  mutating func member(_ key: String, rendered value: [UInt8]) {
    write(key: key)
    bytes.append(contentsOf: value)
  }

  /// A member whose value is an object.
  mutating func object(_ key: String, _ members: (inout SandboxJSON) -> Void) {
    write(key: key)
    nest(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
  }

  /// A member whose value is an array.
  mutating func array(_ key: String, _ elements: (inout SandboxJSON) -> Void) {
    write(key: key)
    nest(UInt8(ascii: "["), UInt8(ascii: "]"), elements)
  }

  /// An element that is JSON already.
  mutating func element(rendered value: [UInt8]) {
    separate()
    bytes.append(contentsOf: value)
  }

  private mutating func nest(_ open: UInt8, _ close: UInt8, _ content: (inout SandboxJSON) -> Void) {
    bytes.append(open)
    needsComma = false
    content(&self)
    bytes.append(close)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Keys are the sandbox's own words, and have nothing in them to escape.
  private mutating func write(key: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: key.utf8)
    bytes.append(contentsOf: "\":".utf8)
  }

  private mutating func write(string value: String) {
    bytes.append(UInt8(ascii: "\""))
    if value.utf8.contains(where: Self.mustEscape) {
      for byte in value.utf8 { write(escaped: byte) }
    } else {
      bytes.append(contentsOf: value.utf8)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func write(escaped byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case 0..<0x20:
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(UInt8(hexDigit: UInt64(byte >> 4)))
      bytes.append(UInt8(hexDigit: UInt64(byte)))
    default:
      bytes.append(byte)
    }
  }

  private static func mustEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }
}
