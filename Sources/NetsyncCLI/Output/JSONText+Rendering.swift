import Netsync

extension JSONText {
  /// The value as JSON text, RFC 8259, without a newline at its end.
  ///
  /// | value | text |
  /// |---|---|
  /// | `.integer(12)` | `12` |
  /// | `.number(12)` | `12.0` |
  /// | `.number(1.234)` | `1.234`: the shortest digits that read back as the same number |
  /// | `.number(.nan)`, `.number(.infinity)` | `null`: JSON has no such numbers |
  /// | `.string("a\u{1B}\n")` | `"a\u001b\n"` |
  ///
  /// - Parameters:
  ///   - pretty: Whether to break lines and indent by two spaces.
  ///   - onTerminal: Whether to escape what could deceive the reader of a terminal too: a bidirectional control is then
  ///     `\u202e`. Who parses the text gets the same value either way.
  func rendered(pretty: Bool, onTerminal: Bool = false) -> String {
    var writer = JSONWriter(pretty: pretty, onTerminal: onTerminal)
    writer.write(self, depth: 0)
    return writer.text
  }
}

/// Collects JSON text.
private struct JSONWriter {
  private(set) var text = ""
  private let pretty: Bool
  private let onTerminal: Bool

  init(pretty: Bool, onTerminal: Bool) {
    self.pretty = pretty
    self.onTerminal = onTerminal
  }

  mutating func write(_ value: JSONText, depth: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let truth): text += truth ? "true" : "false"
    case .integer(let number): text += String(number)
    case .number(let number): text += number.isFinite ? String(number) : "null"
    case .string(let string): write(string)
    case .array(let elements): write(elements, depth: depth)
    case .object(let members): write(members, depth: depth)
    }
  }

  private mutating func write(_ elements: [JSONText], depth: Int) {
    text += "["
    for (index, element) in elements.enumerated() {
      separate(isFirst: index == 0, depth: depth + 1)
      write(element, depth: depth + 1)
    }
    close("]", isEmpty: elements.isEmpty, depth: depth)
  }

  private mutating func write(_ members: [JSONText.Member], depth: Int) {
    text += "{"
    for (index, member) in members.enumerated() {
      separate(isFirst: index == 0, depth: depth + 1)
      write(member.key)
      text += pretty ? ": " : ":"
      write(member.value, depth: depth + 1)
    }
    close("}", isEmpty: members.isEmpty, depth: depth)
  }

  private mutating func separate(isFirst: Bool, depth: Int) {
    if !isFirst { text += "," }
    breakLine(depth: depth)
  }

  private mutating func close(_ bracket: String, isEmpty: Bool, depth: Int) {
    if !isEmpty { breakLine(depth: depth) }
    text += bracket
  }

  private mutating func breakLine(depth: Int) {
    guard pretty else { return }
    text += "\n" + String(repeating: "  ", count: depth)
  }

  private mutating func write(_ string: String) {
    text += "\""
    // Most strings are ids and plain names: look once at the bytes and copy them whole.
    if string.utf8.allSatisfy(Self.isPlain) {
      text += string
    } else {
      for scalar in string.unicodeScalars { write(scalar) }
    }
    text += "\""
  }

  private mutating func write(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    // The RFC demands this of C0 only. DEL and C1 are controls too, and some terminals obey them.
    case _ where scalar.properties.generalCategory == .control: writeEscape(of: scalar)
    case _ where onTerminal && scalar.isInvisible: writeEscape(of: scalar)
    default: text.unicodeScalars.append(scalar)
    }
  }

  private mutating func writeEscape(of scalar: Unicode.Scalar) {
    for unit in scalar.utf16 {
      let digits = String(unit, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }
}
