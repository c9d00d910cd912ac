package import HTTPTypes

/// One request, one answer. Checks go from the outside in: key, path and method, size, record, body.
extension SandboxState {
  /// Answers one request, and counts it.
  ///
  /// - Parameters:
  ///   - request: Method, path with query (`/v2/networks?…`) and header fields.
  ///   - body: The whole body.
  ///   - now: The server's time, in microseconds since 1970.
  package mutating func respond(to request: HTTPRequest, body: [UInt8], at now: Int64) -> SandboxResponse {
    let now = SandboxStamp(microseconds: now)
    requestCount.add(SandboxRequestKind(of: request))
    firstRequest = firstRequest ?? now
    var answer: SandboxResponse
    do throws(SandboxRefusal) {
      answer = SandboxResponse(.ok, try document(request, body, now), at: now)
    } catch {
      answer = SandboxResponse(error, at: now)
    }
    // An answer to HEAD has no body (RFC 9110, section 9.3.2), not even where HEAD is not allowed.
    if request.method == .head { answer.body = [] }
    return answer
  }

  private mutating func document(
    _ request: HTTPRequest,
    _ body: [UInt8],
    _ now: SandboxStamp
  ) throws(SandboxRefusal) -> [UInt8] {
    try authorize(request)
    let call = try SandboxCall(request)
    if body.count > Self.maximumBodyBytes { throw .bodyTooLarge }
    switch call {
    case .listNetworks(let query):
      return try listNetworks(SandboxQuery(query))
    case .createNetwork:
      return Self.wrapped(insertNetwork(try SandboxName(body: body).text, at: now))
    case .retrieveNetwork(let id):
      return Self.wrapped(try existing(id))
    case .renameNetwork(let id):
      return try rename(id, body, now)
    case .deleteNetwork(let id):
      guard let removed = removeNetwork(id) else { throw .notFound }
      return Self.wrapped(removed)
    case .listInterfaces(let id, let query):
      return try listInterfaces(of: id, SandboxQuery(query), now)
    }
  }

  /// `Authorization: Bearer KEY` (RFC 6750, section 2.1; the scheme's case does not matter: RFC 9110, section 11.1).
  private func authorize(_ request: HTTPRequest) throws(SandboxRefusal) {
    let parts = (request.headerFields[.authorization] ?? "").split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .unauthorized }
    guard let apiKey else { return }
    guard parts[1].utf8.elementsEqual(apiKey.utf8) else { throw .unauthorized }
  }

  private func existing(_ id: SandboxID) throws(SandboxRefusal) -> NetworkRecord {
    guard let record = table[id] else { throw .notFound }
    return record
  }

  private mutating func rename(
    _ id: SandboxID,
    _ body: [UInt8],
    _ now: SandboxStamp
  ) throws(SandboxRefusal) -> [UInt8] {
    _ = try existing(id)
    let name = try SandboxName(body: body).text
    guard let record = table.rename(id, to: name, at: now) else { throw .notFound }
    return Self.wrapped(record)
  }

  private func listNetworks(_ query: SandboxQuery) throws(SandboxRefusal) -> [UInt8] {
    let page = try SandboxPage(query)
    guard let wanted = query["filter[name]"] else { return page.json(of: table.listing, \.json) }
    let matcher = SandboxNameMatcher(nameFilter, wanted: wanted)
    return page.json(of: table.listing.filter { matcher.matches($0.name) }, \.json)
  }

  /// The filters are joined by "and"; `filter[type]` and `filter[status]` are exact, and a value that nothing has finds nothing.
  private func listInterfaces(
    of id: SandboxID,
    _ query: SandboxQuery,
    _ now: SandboxStamp
  ) throws(SandboxRefusal) -> [UInt8] {
    let page = try SandboxPage(query)
    var rows = interfaces(of: try existing(id), at: now)
    if let wanted = query["filter[name]"] {
      let matcher = SandboxNameMatcher(nameFilter, wanted: wanted)
      rows.removeAll { !matcher.matches($0.name) }
    }
    if let type = query["filter[type]"] { rows.removeAll { $0.type != type } }
    if let status = query["filter[status]"] { rows.removeAll { $0.status(at: now) != status } }
    return page.json(of: rows) { $0.json(at: now) }
  }

  /// `{"data":Network}`
  private static func wrapped(_ record: NetworkRecord) -> [UInt8] {
    SandboxJSON.object { $0.member("data", rendered: record.json) }
  }
}
