import NetsyncModel

/// A JSON text (RFC 8259), read once into a flat list of its values; what a value is worth is found out when it is asked for.
///
/// Strict in its structure. What stands in a text or a number is looked at when it is asked for, so that one field that nobody can read
/// hides none of the others.
struct JSONDocument: Sendable {
  enum Kind: UInt8, Sendable {
    case null, bool, number, text, array, object
  }

  /// One value, or the key of a member, which is a text that its value follows.
  struct Node: Sendable {
    let kind: Kind
    /// Where its bytes begin and end: of a text those between its quotes.
    let start: Int32
    fileprivate(set) var end: Int32
    /// The node after this one and all that is in it.
    fileprivate(set) var next: Int32
    /// A text whose bytes are what it says: there is no backslash and no control character in it.
    let isPlain: Bool
  }

  let bytes: [UInt8]
  let nodes: [Node]

  init(_ bytes: [UInt8]) throws(APIFailure) {
    // JSON between systems is UTF-8 (RFC 8259, section 8.1); four bytes of another form would hold a zero.
    guard !bytes.prefix(4).contains(0), (try? UTF8Span(validating: bytes.span)) != nil else {
      throw .notUnderstood(.malformed(reason: "a body that is not UTF-8"))
    }
    var reader = JSONReader(bytes: bytes)
    do {
      try reader.readDocument()
    } catch {
      throw error.failure(bytes)
    }
    self.bytes = bytes
    nodes = reader.nodes
  }
}

/// Why a body is not taken for JSON.
private enum JSONFault: Error {
  case syntax, tooDeep, tooManyValues

  func failure(_ body: [UInt8]) -> APIFailure {
    let reason =
      switch self {
      case .syntax: "\(body.count) bytes that are not JSON, or end too soon"
      case .tooDeep: "a body nested deeper than \(Limits.depth)"
      case .tooManyValues: "a body of more than \(Limits.values) values"
      }
    return .notUnderstood(.malformed(reason: reason))
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var nodes: [JSONDocument.Node] = []
  private var position = 0
  /// Values and what opens, as far as this has come.
  private var values = 1

  init(bytes: [UInt8]) {
    self.bytes = bytes
    // A byte order mark may be ignored (RFC 8259, section 8.1).
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    // About what a page of records has.
    nodes.reserveCapacity(bytes.count / 16 + 8)
  }

  mutating func readDocument() throws(JSONFault) {
    try readValue(depth: 0)
    guard next() == nil else { throw .syntax }
  }

  /// The next byte that is no white space, which is not taken.
  private mutating func next() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  private mutating func readValue(depth: Int) throws(JSONFault) {
    guard let byte = next() else { throw .syntax }
    switch byte {
    case UInt8(ascii: "\""): try readText()
    case UInt8(ascii: "{"): try readMembers(depth: depth + 1)
    case UInt8(ascii: "["): try readElements(depth: depth + 1)
    case UInt8(ascii: "t"): try readWord("true", .bool)
    case UInt8(ascii: "f"): try readWord("false", .bool)
    case UInt8(ascii: "n"): try readWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): readNumber()
    default: throw .syntax
    }
  }

  private mutating func readMembers(depth: Int) throws(JSONFault) {
    let index = try open(.object, depth)
    while next() != UInt8(ascii: "}") {
      guard next() == UInt8(ascii: "\"") else { throw .syntax }
      try readText()
      guard next() == UInt8(ascii: ":") else { throw .syntax }
      position += 1
      try readValue(depth: depth)
      try takeComma(before: UInt8(ascii: "}"))
    }
    close(index)
  }

  private mutating func readElements(depth: Int) throws(JSONFault) {
    let index = try open(.array, depth)
    while next() != UInt8(ascii: "]") {
      try readValue(depth: depth)
      try takeComma(before: UInt8(ascii: "]"))
    }
    close(index)
  }

  /// The comma after a value, also one that the end follows: JSON has none there, and it harms nobody.
  private mutating func takeComma(before end: UInt8) throws(JSONFault) {
    let byte = next()
    if byte == end { return }
    guard byte == UInt8(ascii: ",") else { throw .syntax }
    position += 1
    try count()
  }

  private mutating func open(_ kind: JSONDocument.Kind, _ depth: Int) throws(JSONFault) -> Int {
    guard depth <= Limits.depth else { throw .tooDeep }
    try count()
    append(kind, from: position, to: position)
    position += 1
    return nodes.count - 1
  }

  private mutating func close(_ index: Int) {
    position += 1
    nodes[index].end = Int32(position)
    nodes[index].next = Int32(nodes.count)
  }

  private mutating func count() throws(JSONFault) {
    values += 1
    guard values <= Limits.values else { throw .tooManyValues }
  }

  private mutating func readText() throws(JSONFault) {
    position += 1
    let start = position
    var isPlain = true
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        append(.text, from: start, to: position, isPlain: isPlain)
        position += 1
        return
      case UInt8(ascii: "\\"):
        isPlain = false
        guard position + 1 < bytes.count else { throw .syntax }
        let isUnit = bytes[position + 1] == UInt8(ascii: "u")
        position += 2
        // One that ends within an escape ends too soon.
        guard !isUnit || !bytes[position...].prefix(4).contains(UInt8(ascii: "\"")) else { throw .syntax }
      case 0..<0x20:
        isPlain = false
        position += 1
      default: position += 1
      }
    }
    throw .syntax
  }

  private mutating func readNumber() {
    let start = position
    while position < bytes.count, isOfNumber(bytes[position]) { position += 1 }
    append(.number, from: start, to: position)
  }

  private func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private mutating func readWord(_ word: StaticString, _ kind: JSONDocument.Kind) throws(JSONFault) {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes[position..<end].elementsEqual("\(word)".utf8) else { throw .syntax }
    append(kind, from: position, to: end)
    position = end
  }

  private mutating func append(_ kind: JSONDocument.Kind, from start: Int, to end: Int, isPlain: Bool = true) {
    nodes.append(
      JSONDocument.Node(
        kind: kind,
        start: Int32(start),
        end: Int32(end),
        next: Int32(nodes.count + 1),
        isPlain: isPlain
      )
    )
  }
}

extension JSONDocument {
  /// The whole document's value.
  static let root = 0

  /// The values of an array, or the keys of an object; nothing of anything else.
  func children(of index: Int) -> Children {
    let node = nodes[index]
    let isEmpty = node.kind != .array && node.kind != .object
    return Children(document: self, isObject: node.kind == .object, index: index + 1, end: isEmpty ? 0 : Int(node.next))
  }

  struct Children: Sequence, IteratorProtocol {
    fileprivate let document: JSONDocument
    fileprivate let isObject: Bool
    fileprivate var index: Int
    fileprivate let end: Int

    mutating func next() -> Int? {
      guard index < end else { return nil }
      defer { index = Int(document.nodes[isObject ? index + 1 : index].next) }
      return index
    }
  }

  /// The names of a record's members all have to be texts; in what nobody looks at they need not.
  func checkNames(of object: Int) throws(APIFailure) {
    for key in children(of: object) where !nodes[key].isPlain && text(key) == nil {
      throw JSONFault.syntax.failure(bytes)
    }
  }

  /// The value of an object's member, of several by one name the first.
  func member(_ name: String, of object: Int) -> Int? {
    for key in children(of: object) where isText(key, name) { return key + 1 }
    return nil
  }

  func isText(_ index: Int, anyOf texts: [String]) -> Bool {
    texts.contains { isText(index, $0) }
  }

  private func isText(_ index: Int, _ text: String) -> Bool {
    let node = nodes[index]
    guard node.isPlain else { return self.text(index) == text }
    var position = Int(node.start)
    guard Int(node.end) - position == text.utf8.count else { return false }
    for byte in text.utf8 {
      guard bytes[position] == byte else { return false }
      position += 1
    }
    return true
  }

  /// nil for anything but a text whose escapes all stand for something.
  func text(_ index: Int) -> String? {
    let node = nodes[index]
    guard node.kind == .text else { return nil }
    let content = bytes[Int(node.start)..<Int(node.end)]
    return node.isPlain ? String(decoding: content, as: UTF8.self) : unescaped(content)
  }

  /// A number without a fraction, however it is written.
  func wholeNumber(_ index: Int) -> Int64? {
    guard let text = number(index) else { return nil }
    if let number = Int64(text) { return number }
    let parts = text.split(whereSeparator: { $0 == "e" || $0 == "E" })
    let mantissa = parts[0].split(separator: ".")
    guard var scale = parts.count > 1 ? Int(parts[1]) : 0, scale.magnitude < 400 else { return nil }
    var digits = mantissa.joined()
    scale -= mantissa.count > 1 ? mantissa[1].count : 0
    while scale < 0, digits.last == "0" {
      digits.removeLast()
      scale += 1
    }
    return scale < 0 ? nil : Int64(digits + String(repeating: "0", count: scale))
  }

  /// The digits of a number; nil for what only looks like one.
  private func number(_ index: Int) -> String? {
    let node = nodes[index]
    guard node.kind == .number else { return nil }
    let digits = bytes[Int(node.start)..<Int(node.end)]
    return isNumber(digits) ? String(decoding: digits, as: UTF8.self) : nil
  }

  /// Any value, for the fields that this version does not know. What no type here holds, such as 1e999, is null: an unknown field must
  /// not hide the record that it came with.
  func value(_ index: Int) -> JSONValue {
    switch nodes[index].kind {
    case .null: return .null
    case .bool: return .bool(bytes[Int(nodes[index].start)] == UInt8(ascii: "t"))
    case .number:
      if let whole = wholeNumber(index) { return .integer(whole) }
      guard let number = number(index).flatMap(Double.init), number.isFinite else { return .null }
      return .number(number)
    case .text: return text(index).map(JSONValue.string) ?? .null
    case .array: return .array(children(of: index).map(value))
    case .object:
      var members: [String: JSONValue] = [:]
      for key in children(of: index) {
        guard let name = text(key) else { return .null }
        if members[name] == nil { members[name] = value(key + 1) }
      }
      return .object(members)
    }
  }
}

/// `-`, digits without a leading zero, a fraction and an exponent: RFC 8259, section 6.
private func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
  var rest = text
  func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  func take(_ bytes: UInt8...) -> Bool {
    guard let first = rest.first, bytes.contains(first) else { return false }
    rest = rest.dropFirst()
    return true
  }
  func takeDigits() -> Bool {
    let isThere = rest.first.map(isDigit) ?? false
    rest = rest.drop(while: isDigit)
    return isThere
  }
  _ = take(UInt8(ascii: "-"))
  if !take(UInt8(ascii: "0")), !takeDigits() { return false }
  if take(UInt8(ascii: ".")), !takeDigits() { return false }
  if take(UInt8(ascii: "e"), UInt8(ascii: "E")) {
    _ = take(UInt8(ascii: "-"), UInt8(ascii: "+"))
    if !takeDigits() { return false }
  }
  return rest.isEmpty
}

/// nil where an escape stands for nothing, such as a half of a surrogate pair, and where a control character is not escaped (RFC 8259,
/// section 7).
private func unescaped(_ text: ArraySlice<UInt8>) -> String? {
  var result: [UInt8] = []
  result.reserveCapacity(text.count)
  var rest = text
  func unit() -> UInt16? {
    let digits = rest.prefix(4)
    rest = rest.dropFirst(4)
    guard digits.count == 4, digits.allSatisfy({ $0.isHexadecimal }) else { return nil }
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\") else {
      guard byte >= 0x20 else { return nil }
      result.append(byte)
      continue
    }
    guard let letter = rest.popFirst() else { return nil }
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(letter)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"):
      guard let first = unit() else { return nil }
      if let scalar = Unicode.Scalar(first) {
        result += String(Character(scalar)).utf8
        continue
      }
      guard UTF16.isLeadSurrogate(first), rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"),
        let second = unit(), UTF16.isTrailSurrogate(second)
      else { return nil }
      let value = 0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF
      guard let scalar = Unicode.Scalar(value) else { return nil }
      result += String(Character(scalar)).utf8
    default: return nil
    }
  }
  return String(decoding: result, as: UTF8.self)
}

extension UInt8 {
  fileprivate var isHexadecimal: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
