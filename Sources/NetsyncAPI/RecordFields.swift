import NetsyncModel

/// The fields of a record, each of which may be missing, or of a type that nobody expected: it is then kept with the unknown ones, and
/// counts as missing (R15).
struct RecordFields {
  private let document: JSONDocument
  private let object: Int
  /// Of another type than expected.
  private(set) var odd: Set<String> = []

  /// - Returns: nil for what is no object.
  init?(_ document: JSONDocument, _ index: Int) throws(APIFailure) {
    guard document.nodes[index].kind == .object else { return nil }
    try document.checkNames(of: index)
    (self.document, object) = (document, index)
  }

  /// A text that can be stored: SQLite's own functions end one at a NUL.
  mutating func text(_ name: String) -> String? {
    guard let index = value(name) else { return nil }
    guard let text = document.text(index), !text.utf8.contains(0) else {
      odd.insert(name)
      return nil
    }
    return text
  }

  /// A number in a string is a number; a fraction is none.
  mutating func wholeNumber(_ name: String) -> Int? {
    guard let index = value(name) else { return nil }
    if let number = document.wholeNumber(index).flatMap({ Int(exactly: $0) }) { return number }
    odd.insert(name)
    return document.text(index).flatMap { Int($0) }
  }

  /// The fields of a record in this one.
  mutating func record(_ name: String) -> RecordFields? {
    guard let index = value(name) else { return nil }
    guard let record = try? RecordFields(document, index) else {
      odd.insert(name)
      return nil
    }
    return record
  }

  /// What another field of it has is not what was expected.
  mutating func keepWhole(_ name: String) { odd.insert(name) }

  /// Everything but `known`, as canonical JSON; nil where nothing is left.
  func rest(besides known: [String]) -> String? {
    var fields: [String: JSONValue] = [:]
    for key in document.children(of: object) where !document.isText(key, anyOf: known) || !odd.isEmpty {
      guard let name = document.text(key), fields[name] == nil else { continue }
      if !known.contains(name) || odd.contains(name) { fields[name] = document.value(key + 1) }
    }
    return fields.isEmpty ? nil : JSONValue.object(fields).canonicalText
  }

  /// Where a field stands that is there and not null.
  private func value(_ name: String) -> Int? {
    guard let index = document.member(name, of: object), document.nodes[index].kind != .null else { return nil }
    return index
  }
}
