/// A JSON value on its way out. Objects keep the order of their keys, so that output can be compared line by line.
///
/// It is built with literals and with initializers that take optionals and turn `nil` into `null`:
///
///     let answer: JSONText = ["schema": "netsync.pull/1", "networks": JSONText(count), "outcome": JSONText(outcome)]
enum JSONText: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A number with a fraction. Durations are seconds, rounded to milliseconds by whoever makes the value.
  case number(Double)
  case string(String)
  case array([JSONText])
  /// Keys must differ from one another (RFC 8259, section 4: other software may keep only one of two).
  case object([Member])

  /// One key of an object, with its value.
  struct Member: Sendable, Hashable {
    /// The name of the member, in snake_case.
    let key: String
    /// What stands under that name.
    let value: JSONText

    /// Pairs a key with its value.
    init(_ key: String, _ value: JSONText) {
      self.key = key
      self.value = value
    }
  }

  /// Whether this is `null`.
  var isNull: Bool {
    self == .null
  }

  /// The value as the text of one cell: a string as it is, `nil` for null, everything else as compact JSON.
  var cellText: String? {
    switch self {
    case .null: nil
    case .string(let text): text
    case .bool, .integer, .number, .array, .object: rendered(pretty: false)
    }
  }
}

extension JSONText {
  /// The text, or null.
  init(_ text: String?) {
    self = text.map(JSONText.string) ?? .null
  }

  /// The truth value, or null.
  init(_ truth: Bool?) {
    self = truth.map(JSONText.bool) ?? .null
  }

  /// The whole number, or null.
  init(_ number: Int64?) {
    self = number.map(JSONText.integer) ?? .null
  }

  /// The whole number, or null.
  init(_ number: Int?) {
    self = number.map { .integer(Int64($0)) } ?? .null
  }

  /// The number, or null.
  init(_ number: Double?) {
    self = number.map(JSONText.number) ?? .null
  }

  /// The values as an array, or null.
  init(_ elements: [JSONText]?) {
    self = elements.map(JSONText.array) ?? .null
  }
}

extension JSONText: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// Null.
  init(nilLiteral: ()) {
    self = .null
  }

  /// A truth value.
  init(booleanLiteral value: Bool) {
    self = .bool(value)
  }

  /// A whole number.
  init(integerLiteral value: Int64) {
    self = .integer(value)
  }

  /// A number with a fraction.
  init(floatLiteral value: Double) {
    self = .number(value)
  }

  /// A text.
  init(stringLiteral value: String) {
    self = .string(value)
  }

  /// The values in their order.
  init(arrayLiteral elements: JSONText...) {
    self = .array(elements)
  }

  /// Keeps the order in which the literal was written.
  init(dictionaryLiteral elements: (String, JSONText)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}
