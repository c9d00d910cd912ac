import FoundationEssentials
import NetsyncModel

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
  package var meta: PageMeta

  package init(records: [Record], meta: PageMeta) {
    self.records = records
    self.meta = meta
  }
}

func decodeNetworkPage(_ body: [UInt8]) throws(APIFailure) -> ListPage<NetworkDocument> {
  let envelope = try decode(Envelope<[NetworkRecord]>.self, body)
  return ListPage(records: envelope.data.map(\.document), meta: envelope.meta)
}

/// - Parameter network: whose interfaces were asked for; another's say nothing about it.
func decodeInterfacePage(
  _ body: [UInt8],
  of network: NetworkID
) throws(APIFailure) -> ListPage<NetworkInterfaceDocument> {
  let envelope = try decode(Envelope<[InterfaceRecord]>.self, body)
  for record in envelope.data {
    guard let other = record.networkID, other.lowercased() != network.text else { continue }
    throw .notUnderstood(.otherRecord(asked: network.text, answered: other))
  }
  return ListPage(records: envelope.data.map(\.document), meta: envelope.meta)
}

func decodeNetwork(_ body: [UInt8]) throws(APIFailure) -> NetworkDocument {
  try decode(Envelope<NetworkRecord>.self, body).data.document
}

/// The first error of an API error body; nil where the body is none.
func decodeErrorDetail(_ body: [UInt8], status: Int) -> APIErrorDetail? {
  guard let errors = try? decode(ErrorEnvelope.self, body).errors, let first = errors.first else { return nil }
  return APIErrorDetail(
    status: status,
    code: first.code.map(cut),
    title: first.title.map(cut),
    detail: first.detail.map(cut),
    pointer: first.pointer.map(cut)
  )
}

/// The server's words go into the replica and onto terminals.
private func cut(_ text: String) -> String { String(text.prefix(Limits.errorText)) }

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
  guard depth(of: body) <= Limits.depth else {
    throw .notUnderstood(.malformed(reason: "a body nested deeper than \(Limits.depth)"))
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
  } catch {
    throw .notUnderstood(.malformed(reason: "a body that could not be decoded"))
  }
}

/// How deep the arrays and objects of a body are nested: the decoder's time grows faster than that.
private func depth(of body: [UInt8]) -> Int {
  var (depth, deepest) = (0, 0)
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
      deepest = max(deepest, depth)
    case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
    default: break
    }
  }
  return deepest
}

private func path(_ keys: [any CodingKey]) -> String {
  keys.isEmpty ? "the body" : keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
}

private struct Envelope<Content: Decodable>: Decodable {
  let data: Content
  let meta: PageMeta

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    data = try container.decode(Content.self, forKey: AnyKey(stringValue: "data"))
    meta = try container.decodeIfPresent(PageMeta.self, forKey: AnyKey(stringValue: "meta")) ?? PageMeta()
  }
}

extension PageMeta: Decodable {
  private enum CodingKeys: String, CodingKey {
    case pageNumber = "page_number"
    case totalPages = "total_pages"
    case totalResults = "total_results"
  }
}

private struct NetworkRecord: Decodable {
  let document: NetworkDocument

  private static let known: Set<String> = ["id", "name", "created_at", "updated_at", "record_type"]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    guard let id = try container.text("id").flatMap(NetworkID.init) else {
      throw DecodingError.valueNotFound(
        NetworkID.self,
        .init(codingPath: container.codingPath + [AnyKey(stringValue: "id")], debugDescription: "no UUID")
      )
    }
    document = NetworkDocument(
      id: id,
      name: try container.text("name").map(NetworkName.init(_:)),
      createdAt: try container.text("created_at").map(ServerStamp.init),
      updatedAt: try container.text("updated_at").map(ServerStamp.init),
      recordType: try container.text("record_type"),
      unknownFields: try container.rest(besides: Self.known)
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
    let container = try decoder.container(keyedBy: AnyKey.self)
    networkID = try container.text("network_id")
    let region = try container.decodeIfPresent(Region.self, forKey: AnyKey(stringValue: "region"))
    document = NetworkInterfaceDocument(
      id: try container.decode(String.self, forKey: AnyKey(stringValue: "id")),
      name: try container.text("name"),
      type: try container.text("type"),
      status: try container.text("status"),
      regionCode: try container.text("region_code") ?? region?.code,
      regionName: region?.name,
      createdAt: try container.text("created_at"),
      updatedAt: try container.text("updated_at"),
      recordType: try container.text("record_type"),
      unknownFields: try container.rest(besides: Self.known)
    )
  }

  private struct Region: Decodable {
    let code: String?
    let name: String?
  }
}

/// The answer to a delete.
private struct Deletion: Decodable {
  /// Of the record that it carries, if it does.
  let id: String?

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    let errors = AnyKey(stringValue: "errors")
    if container.contains(errors), (try? container.decode([JSONValue].self, forKey: errors))?.isEmpty != true {
      throw DecodingError.dataCorruptedError(forKey: errors, in: container, debugDescription: "a success with errors")
    }
    let record = try? container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey(stringValue: "data"))
    id = (try? record?.text("id")) ?? nil
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
