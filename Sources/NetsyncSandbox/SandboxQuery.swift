/// The query of a request target, decoded as a form (WHATWG URL, `application/x-www-form-urlencoded`), but strictly: a broken
/// percent escape is refused, because a client that sends one has a bug.
struct SandboxQuery: Sendable {
  /// In the order of the text; few enough to be searched from the end.
  private var parameters: [(name: String, value: String)] = []

  /// Decodes `text`, the part after the question mark. Of a repeated parameter the last counts; unknown ones are ignored.
  init(_ text: Substring) throws(SandboxRefusal) {
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard
        let name = Self.decode(parts[0]),
        let value = Self.decode(parts.count == 2 ? parts[1] : "")
      else { throw .malformedQuery }
      parameters.append((name, value))
    }
  }

  subscript(parameter: String) -> String? { parameters.last { $0.name == parameter }?.value }

  /// `+` is a space, `%2B` is a plus sign; nil for a broken escape and for bytes that are not UTF-8.
  private static func decode(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"):
        bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst()?.hexDigitValue, let low = rest.popFirst()?.hexDigitValue else { return nil }
        bytes.append(high << 4 | low)
      default:
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// The page of a listing that a request asks for.
struct SandboxPage: Sendable {
  /// 1 or more; pages past the end are empty.
  let number: Int
  /// 1 to 250.
  let size: Int

  /// Reads `page[number]` (1 unless given) and `page[size]` (20 unless given); digits only, no sign and no space.
  init(_ query: SandboxQuery) throws(SandboxRefusal) {
    number = try Self.integer(query, "page[number]", in: 1...Int.max, otherwise: 1)
    size = try Self.integer(query, "page[size]", in: 1...250, otherwise: 20)
  }

  /// `{"data":[…],"meta":{…}}`, where `rows` are the rows of all pages and `json` renders one.
  ///
  /// - Parameters:
  ///   - total: How many rows `meta` says there are.
  ///   - fields: The members of `meta`; nil for none of it.
  func json<Rows: RandomAccessCollection>(
    of rows: Rows,
    total: Int,
    metaFields fields: SandboxMetaFields?,
    _ json: (Rows.Element) -> [UInt8]
  ) -> [UInt8] {
    let (skipped, overflow) = (number - 1).multipliedReportingOverflow(by: size)
    let page = rows.dropFirst(overflow ? rows.count : skipped).prefix(size)
    return SandboxJSON.object(reserving: 256 + 256 * page.count) { document in
      document.array("data") { data in
        for row in page { data.element(rendered: json(row)) }
      }
      guard let fields else { return }
      document.object("meta") { meta in
        if fields.contains(.pageNumber) { meta.member("page_number", integer: number) }
        if fields.contains(.pageSize) { meta.member("page_size", integer: size) }
        if fields.contains(.totalPages) { meta.member("total_pages", integer: (total + size - 1) / size) }
        if fields.contains(.totalResults) { meta.member("total_results", integer: total) }
      }
    }
  }

  private static func integer(
    _ query: SandboxQuery,
    _ parameter: String,
    in range: ClosedRange<Int>,
    otherwise fallback: Int
  ) throws(SandboxRefusal) -> Int {
    guard let text = query[parameter] else { return fallback }
    // `Int` alone would take a sign.
    let isDigits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isDigits, let value = Int(text), range.contains(value) else {
      throw .badParameter(parameter)
    }
    return value
  }
}
