import HTTPTypes

/// What can become of an answer on its way that a client must not take for the API's word.
package enum SandboxMangling: Sendable, CaseIterable {
  /// The body ends too soon.
  case truncated
  /// Text that is no JSON, under the same status and content type.
  case notJSON
  /// A page for people with status 200, as a captive portal sends.
  case htmlPage
  /// A member of another type: a number where a string was, a string where anything else was.
  case wrongType
  /// The `id` of the record, or of the first one of a listing, is another.
  case otherID
  /// A listing says that it is the page before the one that was asked for, or the second instead of the first.
  case otherPage
  /// No body.
  case emptyBody
}

extension SandboxResponse {
  /// This answer, mangled. An answer that has nothing to mangle in this way is returned as it is.
  ///
  /// - Parameters:
  ///   - fraction: From 0 to 1. How much is left of a truncated body, which always lacks a byte at least; or which of the
  ///     members is of another type.
  ///   - otherID: What ``SandboxMangling/otherID`` puts in; an id that nobody has, unless given.
  package func mangled(
    _ mangling: SandboxMangling,
    fraction: Double = 0.5,
    otherID: String = "ffffffff-ffff-4fff-bfff-ffffffffffff"
  ) -> SandboxResponse {
    var answer = self
    switch mangling {
    case .truncated:
      answer.body = Array(body.prefix(Self.index(fraction, in: body.count)))
    case .notJSON:
      answer.body = Array("upstream connect error or disconnect/reset before headers\n".utf8)
    case .htmlPage:
      answer.response.status = .ok
      answer.response.headerFields[.contentType] = "text/html"
      answer.body = Self.htmlPage(titled: "Welcome")
    case .wrongType:
      let values = Self.typedMembers.compactMap { value(of: $0) }
      if !values.isEmpty { answer.retype(values[Self.index(fraction, in: values.count)]) }
    case .otherID:
      if let value = value(of: "id") { answer.body.replaceSubrange(value, with: Array("\"\(otherID)\"".utf8)) }
    case .otherPage:
      answer.turnPage()
    case .emptyBody:
      answer.body = []
    }
    return answer
  }

  /// Of these, those that an answer has can be of another type.
  private static let typedMembers = [
    "data", "id", "name", "created_at", "updated_at", "meta", "page_number", "total_pages", "total_results", "errors",
  ]

  /// The index that lies at `fraction` of a list; 0 where the list is empty.
  private static func index(_ fraction: Double, in count: Int) -> Int {
    max(0, min(Int(Double(count) * min(max(fraction, 0), 1)), count - 1))
  }

  private mutating func retype(_ value: Range<Int>) {
    let isString = body[value.lowerBound] == UInt8(ascii: "\"")
    body.replaceSubrange(value, with: Array((isString ? "7" : "\"seven\"").utf8))
  }

  private mutating func turnPage() {
    guard let value = value(of: "page_number"), let number = Int(String(decoding: body[value], as: UTF8.self)) else {
      return
    }
    body.replaceSubrange(value, with: Array(String(number == 1 ? 2 : number - 1).utf8))
  }

  /// Where the value of the first member of this name is, in the compact JSON that the sandbox writes. What looks like a member
  /// inside a string has a backslash before its quotes, and is none.
  private func value(of member: String) -> Range<Int>? {
    guard let key = body.firstRange(of: Array("\"\(member)\":".utf8)) else { return nil }
    let end = endOfValue(from: key.upperBound)
    return key.upperBound < end ? key.upperBound..<end : nil
  }

  /// The first comma or closing bracket after `start` that belongs to what is around the value.
  private func endOfValue(from start: Int) -> Int {
    var depth = 0
    var isInString = false
    var position = start
    while position < body.count {
      switch body[position] {
      case UInt8(ascii: "\\") where isInString:
        // Whatever it escapes does not end the string.
        position += 1
      case UInt8(ascii: "\""):
        isInString.toggle()
      case _ where isInString:
        break
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return position }
        depth -= 1
      case UInt8(ascii: ","):
        if depth == 0 { return position }
      default:
        break
      }
      position += 1
    }
    return body.count
  }
}
