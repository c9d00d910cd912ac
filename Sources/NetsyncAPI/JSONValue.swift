import FoundationEssentials

/// Any JSON, for the fields that this version does not know (R15).
enum JSONValue: Codable, Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else if let value = try? container.decode([String: JSONValue].self) {
      self = .object(value)
    } else {
      // A number that no type here holds, such as 1e999: an unknown field must not hide the record that it came with.
      self = .null
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// One line with sorted keys, so that equal values are equal text.
  func canonicalText() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

/// A key of any object.
struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// The fields of a record, each of which may be missing, or of a type that nobody expected: it is then kept with the unknown ones, and
/// counts as missing (R15).
struct RecordFields {
  let container: KeyedDecodingContainer<AnyKey>
  /// Of another type than expected.
  private(set) var odd: Set<String> = []

  init(_ decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: AnyKey.self)
  }

  /// A text that can be stored: SQLite's own functions end one at a NUL.
  mutating func text(_ name: String) -> String? {
    guard let text = field(name, String.self) else { return nil }
    guard text.utf8.contains(0) else { return text }
    odd.insert(name)
    return nil
  }

  mutating func field<Value: Decodable>(_ name: String, _ type: Value.Type) -> Value? {
    do {
      return try container.decodeIfPresent(type, forKey: AnyKey(stringValue: name))
    } catch {
      odd.insert(name)
      return nil
    }
  }

  /// What another field of it has is not what was expected.
  mutating func keepWhole(_ name: String) { odd.insert(name) }

  /// Everything but `known`, as canonical JSON; nil where nothing is left.
  func rest(besides known: Set<String>) throws -> String? {
    let unknown = container.allKeys.filter { !known.contains($0.stringValue) || odd.contains($0.stringValue) }
    guard !unknown.isEmpty else { return nil }
    var fields: [String: JSONValue] = [:]
    for key in unknown { fields[key.stringValue] = try container.decode(JSONValue.self, forKey: key) }
    return try JSONValue.object(fields).canonicalText()
  }
}
