import FoundationEssentials
package import NetsyncModel

/// `meta` of a listing. Any of it may be missing.
package struct PageMeta: Hashable, Sendable {
  package var pageNumber: Int?
  package var totalPages: Int?
  package var totalResults: Int?

  package init(pageNumber: Int? = nil, totalPages: Int? = nil, totalResults: Int? = nil) {
    self.pageNumber = pageNumber
    self.totalPages = totalPages
    self.totalResults = totalResults
  }
}

/// One page of a listing, decoded.
package struct ListPage<Record: Sendable>: Sendable {
  package var records: [Record]
  /// Where on the page, counted from 1, records stand that cannot be understood.
  package var faults: [Int: RecordFault]
  package var meta: PageMeta

  package init(records: [Record], faults: [Int: RecordFault] = [:], meta: PageMeta) {
    self.records = records
    self.faults = faults
    self.meta = meta
  }
}

func decodeNetworkPage(_ body: [UInt8]) throws(APIFailure) -> ListPage<NetworkDocument> {
  try page(try decode(Envelope<[Listed<NetworkRecord>]>.self, body), \.document)
}

/// - Parameter network: whose interfaces were asked for; another's say nothing about it.
func decodeInterfacePage(
  _ body: [UInt8],
  of network: NetworkID
) throws(APIFailure) -> ListPage<NetworkInterfaceDocument> {
  let envelope = try decode(Envelope<[Listed<InterfaceRecord>]>.self, body)
  for case .success(let record) in envelope.data.map(\.record) {
    guard let other = record.networkID, other.lowercased() != network.text else { continue }
    throw .notUnderstood(.otherRecord(asked: network.text, answered: other))
  }
  return try page(envelope, \.document)
}

private func page<Record, Document: Sendable>(
  _ envelope: Envelope<[Listed<Record>]>,
  _ document: (Record) -> Document
) throws(APIFailure) -> ListPage<Document> {
  guard envelope.data.count <= Limits.rowsOnPage else {
    throw .notUnderstood(.implausible(reason: "a page of \(envelope.data.count) records"))
  }
  var page = ListPage<Document>(records: [], meta: envelope.meta)
  page.records.reserveCapacity(envelope.data.count)
  for (index, listed) in envelope.data.enumerated() {
    switch listed.record {
    case .success(let record): page.records.append(document(record))
    case .failure(let fault): page.faults[index + 1] = fault
    }
  }
  return page
}

func decodeNetwork(_ body: [UInt8]) throws(APIFailure) -> NetworkDocument {
  try decode(Envelope<NetworkRecord>.self, body).data.document
}

/// The first error of an API error body; nil where the body is none.
func decodeErrorDetail(_ body: [UInt8], status: Int) -> APIErrorDetail? {
  guard let errors = try? decode(ErrorEnvelope.self, body).errors, let first = errors.first else { return nil }
  return APIErrorDetail(
    status: status,
    code: first.code,
    title: first.title,
    detail: first.detail,
    pointer: first.pointer
  )
}

/// Whether a body is a JSON document, whatever it says.
func isJSON(_ body: [UInt8]) -> Bool {
  (try? decode(JSONValue.self, body)) != nil
}

/// Holds a success against a deletion: no content, the deleted record, or any document that does not say otherwise, for every field of
/// an answer may be missing (R15).
func checkDeletion(_ body: [UInt8], of id: NetworkID) throws(APIFailure) {
  // mutant: unread-delete-believed
  guard !body.isEmpty else { return }
  let deletion = try decode(Deletion.self, body)
  if let answered = deletion.id, answered.lowercased() != id.text {
    throw .notUnderstood(.otherRecord(asked: id.text, answered: answered))
  }
}

private func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws(APIFailure) -> Value {
  // JSON between systems is UTF-8 (RFC 8259, section 8.1); the decoder would take others, and mend broken ones.
  guard !body.prefix(4).contains(0), String(validating: body, as: UTF8.self) != nil else {
    throw .notUnderstood(.malformed(reason: "a body that is not UTF-8"))
  }
  let shape = shape(of: body)
  guard shape.depth <= Limits.depth else {
    throw .notUnderstood(.malformed(reason: "a body nested deeper than \(Limits.depth)"))
  }
  guard shape.values <= Limits.values else {
    throw .notUnderstood(.malformed(reason: "a body of more than \(Limits.values) values"))
  }
  do {
    return try JSONDecoder().decode(type, from: Data(body))
  } catch let error as DecodingError {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      throw .notUnderstood(.wrongType(path: path(context.codingPath)))
    case .keyNotFound(let key, let context):
      throw .notUnderstood(.wrongType(path: path(context.codingPath + [key])))
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      throw .notUnderstood(.wrongType(path: path(context.codingPath)))
    case .dataCorrupted:
      throw .notUnderstood(.malformed(reason: "\(body.count) bytes that are not JSON, or end too soon"))
    @unknown default:
      throw .notUnderstood(.malformed(reason: "a body that could not be decoded"))
    }
  } catch is RecordFault {
    throw .notUnderstood(.wrongType(path: "data.id"))
  } catch {
    throw .notUnderstood(.malformed(reason: "a body that could not be decoded"))
  }
}

/// How deep the arrays and objects of a body are nested, and about how many values it has: the decoder's time grows faster than either.
private func shape(of body: [UInt8]) -> (depth: Int, values: Int) {
  var (depth, deepest, values) = (0, 0, 1)
  var isText = false
  var isEscaped = false
  for byte in body {
    if isText {
      isText = isEscaped || byte != UInt8(ascii: "\"")
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      continue
    }
    switch byte {
    case UInt8(ascii: "\""): isText = true
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      depth += 1
      values += 1
      deepest = max(deepest, depth)
    case UInt8(ascii: ","): values += 1
    case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
    default: break
    }
  }
  return (deepest, values)
}

private func path(_ keys: [any CodingKey]) -> String {
  keys.isEmpty ? "the body" : keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
}

private struct Envelope<Content: Decodable>: Decodable {
  let data: Content
  let meta: PageMeta

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    try container.refuseErrors()
    data = try container.decode(Content.self, forKey: AnyKey(stringValue: "data"))
    meta = (try? container.decodeIfPresent(PageMeta.self, forKey: AnyKey(stringValue: "meta"))) ?? PageMeta()
  }
}

extension PageMeta: Decodable {
  package init(from decoder: any Decoder) throws {
    var fields = try RecordFields(decoder)
    self.init(
      pageNumber: fields.wholeNumber("page_number"),
      totalPages: fields.wholeNumber("total_pages"),
      totalResults: fields.wholeNumber("total_results")
    )
  }
}

extension RecordFields {
  /// A number in a string is a number; a fraction is none.
  fileprivate mutating func wholeNumber(_ name: String) -> Int? {
    field(name, Int.self) ?? text(name).flatMap { Int($0) }
  }
}

/// A record of a listing, or what is wrong with it: one that cannot be understood stops no other.
private struct Listed<Record: Decodable & Sendable>: Decodable {
  let record: Result<Record, RecordFault>

  init(from decoder: any Decoder) throws {
    do {
      record = .success(try Record(from: decoder))
    } catch let fault as RecordFault {
      record = .failure(fault)
    } catch DecodingError.typeMismatch, DecodingError.valueNotFound {
      // Only what is no object at all has no fields.
      record = .failure(.noObject)
    }
  }
}

private struct NetworkRecord: Decodable {
  let document: NetworkDocument

  private static let known: Set<String> = ["id", "name", "created_at", "updated_at", "record_type"]

  init(from decoder: any Decoder) throws {
    var fields = try RecordFields(decoder)
    guard let text = fields.text("id") else { throw RecordFault.noID }
    guard let id = NetworkID(text) else { throw RecordFault.idNoUUID }
    document = NetworkDocument(
      id: id,
      name: fields.text("name").map(NetworkName.init(_:)),
      createdAt: fields.text("created_at").map(ServerStamp.init),
      updatedAt: fields.text("updated_at").map(ServerStamp.init),
      recordType: fields.text("record_type"),
      unknownFields: try fields.rest(besides: Self.known)
    )
  }
}

private struct InterfaceRecord: Decodable {
  let document: NetworkInterfaceDocument
  let networkID: String?

  private static let known: Set<String> = [
    "id", "name", "type", "status", "region_code", "region", "network_id", "created_at", "updated_at", "record_type",
  ]

  init(from decoder: any Decoder) throws {
    var fields = try RecordFields(decoder)
    guard let id = fields.text("id"), !id.isEmpty else { throw RecordFault.noID }
    networkID = fields.text("network_id")
    let region = fields.field("region", Region.self)
    if region?.isOdd == true { fields.keepWhole("region") }
    document = NetworkInterfaceDocument(
      id: id,
      name: fields.text("name"),
      type: fields.text("type"),
      status: fields.text("status"),
      regionCode: fields.text("region_code") ?? region?.code,
      regionName: region?.name,
      createdAt: fields.text("created_at"),
      updatedAt: fields.text("updated_at"),
      recordType: fields.text("record_type"),
      unknownFields: try fields.rest(besides: Self.known)
    )
  }

  private struct Region: Decodable {
    let code: String?
    let name: String?
    /// One of its fields is of another type than expected.
    let isOdd: Bool

    init(from decoder: any Decoder) throws {
      var fields = try RecordFields(decoder)
      code = fields.text("code")
      name = fields.text("name")
      isOdd = !fields.odd.isEmpty
    }
  }
}

/// The answer to a delete.
private struct Deletion: Decodable {
  /// Of the record that it carries, if it does.
  let id: String?

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    try container.refuseErrors()
    let record = try? container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey(stringValue: "data"))
    id = try? record?.decode(String.self, forKey: AnyKey(stringValue: "id"))
  }
}

extension KeyedDecodingContainer where Key == AnyKey {
  /// A success that tells of errors is none.
  fileprivate func refuseErrors() throws {
    let errors = AnyKey(stringValue: "errors")
    guard contains(errors), (try? decode([JSONValue].self, forKey: errors))?.isEmpty != true,
      (try? decodeNil(forKey: errors)) != true
    else { return }
    throw DecodingError.dataCorruptedError(forKey: errors, in: self, debugDescription: "a success with errors")
  }
}

private struct ErrorEnvelope: Decodable {
  let errors: [ErrorRecord]
}

/// `code` as text or integer, `source` as object or text; a field of any other shape is as good as missing.
private struct ErrorRecord: Decodable {
  let code: String?
  let title: String?
  let detail: String?
  let pointer: String?

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    let codeKey = AnyKey(stringValue: "code")
    code =
      (try? container.decode(String.self, forKey: codeKey))
      ?? (try? container.decode(Int64.self, forKey: codeKey)).map(String.init)
    title = try? container.decode(String.self, forKey: AnyKey(stringValue: "title"))
    detail = try? container.decode(String.self, forKey: AnyKey(stringValue: "detail"))
    let sourceKey = AnyKey(stringValue: "source")
    if let source = try? container.decode(Source.self, forKey: sourceKey) {
      pointer = source.pointer ?? source.parameter
    } else {
      pointer = try? container.decode(String.self, forKey: sourceKey)
    }
  }

  private struct Source: Decodable {
    let pointer: String?
    let parameter: String?
  }
}
