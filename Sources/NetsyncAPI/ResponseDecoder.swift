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
  try ListPage(Answer(body)) { fields throws(APIFailure) in NetworkDocument.read(&fields) }
}

/// - Parameter network: whose interfaces were asked for; another's say nothing about it.
func decodeInterfacePage(
  _ body: [UInt8],
  of network: NetworkID
) throws(APIFailure) -> ListPage<NetworkInterfaceDocument> {
  try ListPage(Answer(body)) { fields throws(APIFailure) in
    let other = fields.text("network_id")
    let interface = NetworkInterfaceDocument.read(&fields)
    if case .success = interface, let other, other.lowercased() != network.text {
      throw .notUnderstood(.otherRecord(asked: network.text, answered: other))
    }
    return interface
  }
}

func decodeNetwork(_ body: [UInt8]) throws(APIFailure) -> NetworkDocument {
  let answer = try Answer(body)
  guard var fields = try RecordFields(answer.document, answer.data) else {
    throw .notUnderstood(.wrongType(path: "data"))
  }
  guard case .success(let network) = NetworkDocument.read(&fields) else {
    throw .notUnderstood(.wrongType(path: "data.id"))
  }
  return network
}

/// The first error of an API error body; nil where the body is none. `code` is text or a whole number, `source` an object or text; a
/// field of any other shape is as good as missing.
func decodeErrorDetail(_ body: [UInt8], status: Int) -> APIErrorDetail? {
  guard let document = try? JSONDocument(body), (try? document.checkNames(of: JSONDocument.root)) != nil,
    let errors = document.member("errors", of: JSONDocument.root),
    document.nodes[errors].kind == .array,
    document.children(of: errors).allSatisfy({ (try? RecordFields(document, $0)) != nil }),
    let first = document.children(of: errors).first(where: { _ in true })
  else { return nil }
  func text(_ name: String, of object: Int) -> String? { document.member(name, of: object).flatMap(document.text) }
  let code = document.member("code", of: first)
  let source = document.member("source", of: first)
  let pointer = source.flatMap { source in
    document.text(source) ?? text("pointer", of: source) ?? text("parameter", of: source)
  }
  return APIErrorDetail(
    status: status,
    code: code.flatMap { document.text($0) ?? document.wholeNumber($0).map(String.init) },
    title: text("title", of: first),
    detail: text("detail", of: first),
    pointer: pointer
  )
}

/// Whether a body is a JSON document, whatever it says.
func isJSON(_ body: [UInt8]) -> Bool {
  (try? JSONDocument(body)) != nil
}

/// Holds a success against a deletion: no content, the deleted record, or any document that does not say otherwise, for every field of
/// an answer may be missing (R15).
func checkDeletion(_ body: [UInt8], of id: NetworkID) throws(APIFailure) {
  // mutant: unread-delete-believed
  guard !body.isEmpty else { return }
  let document = try JSONDocument(body)
  try document.refuseErrors()
  guard let record = document.member("data", of: JSONDocument.root),
    let answered = document.member("id", of: record).flatMap(document.text), answered.lowercased() != id.text
  else { return }
  throw .notUnderstood(.otherRecord(asked: id.text, answered: answered))
}

/// A success: what it carries, and what it says of a listing.
private struct Answer {
  let document: JSONDocument
  /// Where its `data` stands.
  let data: Int
  let meta: PageMeta

  init(_ body: [UInt8]) throws(APIFailure) {
    document = try JSONDocument(body)
    try document.refuseErrors()
    guard let data = document.member("data", of: JSONDocument.root) else {
      throw .notUnderstood(.wrongType(path: "data"))
    }
    self.data = data
    guard let index = document.member("meta", of: JSONDocument.root) else {
      meta = PageMeta()
      return
    }
    meta = PageMeta(try? RecordFields(document, index))
  }
}

extension PageMeta {
  fileprivate init(_ fields: RecordFields?) {
    guard var fields else {
      self.init()
      return
    }
    self.init(
      pageNumber: fields.wholeNumber("page_number"),
      totalPages: fields.wholeNumber("total_pages"),
      totalResults: fields.wholeNumber("total_results")
    )
  }
}

extension JSONDocument {
  /// A success that tells of errors is none, and neither is what is no object.
  fileprivate func refuseErrors() throws(APIFailure) {
    guard nodes[Self.root].kind == .object else { throw .notUnderstood(.wrongType(path: "the body")) }
    try checkNames(of: Self.root)
    guard let errors = member("errors", of: Self.root), nodes[errors].kind != .null else { return }
    let isEmpty = nodes[errors].kind == .array && Int(nodes[errors].next) == errors + 1
    guard isEmpty else { throw .notUnderstood(.wrongType(path: "errors")) }
  }
}

extension ListPage {
  /// A record that cannot be understood stops no other.
  fileprivate init(
    _ answer: Answer,
    _ read: (inout RecordFields) throws(APIFailure) -> Result<Record, RecordFault>
  ) throws(APIFailure) {
    let document = answer.document
    guard document.nodes[answer.data].kind == .array else { throw .notUnderstood(.wrongType(path: "data")) }
    let records = Array(document.children(of: answer.data))
    guard records.count <= Limits.rowsOnPage else {
      throw .notUnderstood(.implausible(reason: "a page of \(records.count) records"))
    }
    self.init(records: [], meta: answer.meta)
    self.records.reserveCapacity(records.count)
    for (position, index) in records.enumerated() {
      guard var fields = try RecordFields(document, index) else {
        faults[position + 1] = .noObject
        continue
      }
      switch try read(&fields) {
      case .success(let record): self.records.append(record)
      case .failure(let fault): faults[position + 1] = fault
      }
    }
  }
}

extension NetworkDocument {
  private static let known = ["id", "name", "created_at", "updated_at", "record_type"]

  fileprivate static func read(_ fields: inout RecordFields) -> Result<NetworkDocument, RecordFault> {
    guard let text = fields.text("id") else { return .failure(.noID) }
    guard let id = NetworkID(text) else { return .failure(.idNoUUID) }
    return .success(
      NetworkDocument(
        id: id,
        name: fields.text("name").map(NetworkName.init(_:)),
        createdAt: fields.text("created_at").map(ServerStamp.init),
        updatedAt: fields.text("updated_at").map(ServerStamp.init),
        recordType: fields.text("record_type"),
        unknownFields: fields.rest(besides: known)
      )
    )
  }
}

extension NetworkInterfaceDocument {
  private static let known = [
    "id", "name", "type", "status", "region_code", "region", "network_id", "created_at", "updated_at", "record_type",
  ]

  fileprivate static func read(_ fields: inout RecordFields) -> Result<NetworkInterfaceDocument, RecordFault> {
    guard let id = fields.text("id"), !id.isEmpty else { return .failure(.noID) }
    var region = fields.record("region")
    let (code, name) = (region?.text("code"), region?.text("name"))
    if region?.odd.isEmpty == false { fields.keepWhole("region") }
    return .success(
      NetworkInterfaceDocument(
        id: id,
        name: fields.text("name"),
        type: fields.text("type"),
        status: fields.text("status"),
        regionCode: fields.text("region_code") ?? code,
        regionName: name,
        createdAt: fields.text("created_at"),
        updatedAt: fields.text("updated_at"),
        recordType: fields.text("record_type"),
        unknownFields: fields.rest(besides: known)
      )
    )
  }
}
