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
    respond(to: request, SandboxCall.read(request), body: body, at: SandboxStamp(microseconds: now))
  }

  /// The same, for a request that has been read already.
  mutating func respond(
    to request: HTTPRequest,
    _ call: Result<SandboxCall, SandboxRefusal>,
    body: [UInt8],
    at now: SandboxStamp
  ) -> SandboxResponse {
    requestCount.add(call.kind)
    firstRequest = firstRequest ?? now
    latest = now
    var answer: SandboxResponse
    do throws(SandboxRefusal) {
      try authorize(request)
      answer = SandboxResponse(.ok, try document(try call.get(), body, now), at: now)
    } catch {
      answer = SandboxResponse(error, at: now)
    }
    // An answer to HEAD has no body (RFC 9110, section 9.3.2), not even where HEAD is not allowed.
    if request.method == .head { answer.body = [] }
    return answer
  }

  private mutating func document(
    _ call: SandboxCall,
    _ body: [UInt8],
    _ now: SandboxStamp
  ) throws(SandboxRefusal) -> [UInt8] {
    if body.count > Self.maximumBodyBytes { throw .bodyTooLarge }
    switch call {
    case .listNetworks(let query):
      return try listNetworks(SandboxQuery(query), now)
    case .createNetwork:
      return wrapped(insertNetwork(try freeName(body, for: nil), at: now))
    case .retrieveNetwork(let id):
      return wrapped(try existing(id))
    case .renameNetwork(let id):
      return try rename(id, body, now)
    case .deleteNetwork(let id):
      return try delete(id, now)
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

  func existing(_ id: SandboxID) throws(SandboxRefusal) -> NetworkRecord {
    guard let record = table[id] else { throw .notFound }
    return record
  }

  private mutating func rename(
    _ id: SandboxID,
    _ body: [UInt8],
    _ now: SandboxStamp
  ) throws(SandboxRefusal) -> [UInt8] {
    _ = try existing(id)
    let name = try freeName(body, for: id)
    guard let record = updateNetwork(id, name: name, at: now) else { throw .notFound }
    return wrapped(record)
  }

  private mutating func delete(_ id: SandboxID, _ now: SandboxStamp) throws(SandboxRefusal) -> [UInt8] {
    if !quirks.deletesInterfaces, !interfaces(of: try existing(id), at: now).isEmpty { throw .hasInterfaces }
    guard let removed = removeNetwork(id, at: now) else { throw .notFound }
    return wrapped(removed)
  }

  /// What the server makes of the name in the body of a write; refused if another network than `id` has it, where that matters.
  private func freeName(_ body: [UInt8], for id: SandboxID?) throws(SandboxRefusal) -> String {
    let asked = try SandboxName(body: body).text
    let name = quirks.nameChange?.applied(to: asked) ?? asked
    let refusal: SandboxNameFault
    switch quirks.takenNames {
    case .allowed: return name
    case .duplicate: refusal = .duplicate
    case .invalid: refusal = .taken
    }
    let isTaken = table.records.contains { $0.id != id && $0.name.utf8.elementsEqual(name.utf8) }
    if isTaken { throw .badName(refusal) }
    return name
  }

  /// `{"data":Network}`
  private func wrapped(_ record: NetworkRecord) -> [UInt8] {
    SandboxJSON.object { $0.member("data", rendered: json(of: record)) }
  }
}
