import FoundationEssentials

/// A name that a network may have: written in the body of `POST /networks` and `PATCH /networks/{id}`.
struct SandboxName: Sendable {
  /// In Unicode code points, as a `varchar(255)` counts. Not documented by the API.
  static let maximumLength = 255

  /// Byte for byte as it was sent.
  let text: String

  /// Reads `{"name": …}`; other members are ignored.
  init(body: [UInt8]) throws(SandboxRefusal) {
    // JSON between systems is UTF-8 (RFC 8259, section 8.1); `JSONDecoder` would take UTF-16 as well, and mend broken UTF-8.
    guard String(validating: body, as: UTF8.self) != nil else { throw .malformedBody }
    if let plain = Self.plainName(in: body) {
      text = try Self.checked(.string(plain))
      return
    }
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: Data(body))
    } catch {
      throw .malformedBody
    }
    text = try Self.checked(document.name)
  }

  /// The name in `{"name":"…"}` without white space and escapes, which is how most clients write it; nil for every other body,
  /// and those are `JSONDecoder`'s, which takes many times as long.
  private static func plainName(in body: [UInt8]) -> String? {
    let (start, end) = (#"{"name":""#.utf8, #""}"#.utf8)
    guard body.count >= start.count + end.count, body.starts(with: start), body.suffix(end.count).elementsEqual(end)
    else { return nil }
    let name = body.dropFirst(start.count).dropLast(end.count)
    let isPlain = name.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    return isPlain ? String(decoding: name, as: UTF8.self) : nil
  }

  private static func checked(_ member: Member) throws(SandboxRefusal) -> String {
    switch member {
    case .missing: throw .badName(.missing)
    case .notString: throw .badName(.notString)
    case .string(let text):
      if text.allSatisfy(\.isWhitespace) { throw .badName(.blank) }
      if text.unicodeScalars.count > maximumLength { throw .badName(.tooLong) }
      return text
    }
  }

  private enum Member {
    case missing
    case notString
    case string(String)
  }

  private struct Document: Decodable {
    let name: Member

    private enum CodingKeys: CodingKey {
      case name
    }

    init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      guard members.contains(.name), try !members.decodeNil(forKey: .name) else {
        name = .missing
        return
      }
      do {
        name = .string(try members.decode(String.self, forKey: .name))
      } catch DecodingError.typeMismatch {
        // Everything else that `decode` throws means a string that is not well-formed, and goes on up.
        name = .notString
      }
    }
  }
}
