import FoundationEssentials
import HTTPTypes
package import NetsyncModel

/// One request and what came of it. Failures are values here: they too carry bytes and the server's clock.
package struct Exchange<Value: Sendable>: Sendable {
  package var result: Result<Value, APIFailure>
  /// For evidence and messages: method and path, never the key.
  package var request: String
  /// nil where no answer came.
  package var status: Int?
  /// Bytes of the answer's body, decompressed.
  package var bytes: Int
  /// Whether the body came compressed.
  package var isCompressed = false
  /// The server's time by its `Date`, in whole seconds, cut down; nil without a usable one.
  package var date: Timestamp?
  /// What `date` tells of the server's clock.
  package var clock: ServerClock?
  /// How long the server wants no further request; nil where it does not say.
  package var silence: Duration?
  /// How many requests the server will still take before its budget is renewed; nil where it does not say.
  package var remaining: Int?

  /// The same exchange, its value made into another.
  package func map<Other: Sendable>(_ transform: (Value) -> Other) -> Exchange<Other> {
    Exchange<Other>(
      result: result.map(transform),
      request: request,
      status: status,
      bytes: bytes,
      isCompressed: isCompressed,
      date: date,
      clock: clock,
      silence: silence,
      remaining: remaining
    )
  }
}

/// A page of the listing: the one that is known already, or a new one.
package enum NetworkPageSight: Sendable {
  /// Byte for byte the known one.
  case unchanged
  case changed(ListPage<NetworkDocument>, Fingerprint)
}

/// The six operations of the Networks API, each sent exactly once: trying again is the engine's business.
///
/// Source: the Networks API, https://developers.telnyx.com/api/networking.
package struct APIClient: Sendable {
  private let transport: any Transport
  private let key: APIKey
  /// For one whole exchange.
  private let timeout: Duration
  private let now: @Sendable () -> Timestamp
  package let baseURL: BaseURL
  /// Records on one page.
  package var pageSize: Int

  package init(
    transport: any Transport,
    baseURL: BaseURL,
    key: APIKey,
    timeout: Duration,
    pageSize: Int = Limits.pageSize,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.transport = transport
    self.baseURL = baseURL
    self.key = key
    self.timeout = timeout
    self.pageSize = pageSize
    self.now = now
  }

  /// `GET /networks`, one page of ``pageSize``.
  ///
  /// - Parameter known: the fingerprint of the page as it was; the same bytes again are not decoded.
  package func networks(page: Int, unlike known: Fingerprint? = nil) async -> Exchange<NetworkPageSight> {
    await exchange("GET", "/networks", query: paging(page), about: .collection) { body throws(APIFailure) in
      let fingerprint = Fingerprint(of: body)
      guard fingerprint != known else { return .unchanged }
      return .changed(try checked(decodeNetworkPage(body), is: page), fingerprint)
    }
  }

  /// `GET /networks?filter[name]=`: one page of what the server takes the filter to mean; compare names yourself.
  package func networks(named name: NetworkName, page: Int) async -> Exchange<ListPage<NetworkDocument>> {
    let query = [(name: "filter[name]", value: name.text)] + paging(page)
    return await exchange("GET", "/networks", query: query, about: .collection) { body throws(APIFailure) in
      try checked(decodeNetworkPage(body), is: page)
    }
  }

  /// `GET /networks/{id}`. A failure `.gone` is evidence of absence.
  package func network(_ id: NetworkID) async -> Exchange<NetworkDocument> {
    await exchange("GET", "/networks/\(id)", about: .record) { body throws(APIFailure) in
      try checked(decodeNetwork(body), is: id)
    }
  }

  /// `POST /networks`. There is no idempotency key: an unanswered one must be looked for before it is sent again (R6).
  package func create(_ name: NetworkName) async -> Exchange<NetworkDocument> {
    await exchange("POST", "/networks", body: nameBody(name), about: .collection) { body throws(APIFailure) in
      try decodeNetwork(body)
    }
  }

  /// `PATCH /networks/{id}`.
  package func rename(_ id: NetworkID, to name: NetworkName) async -> Exchange<NetworkDocument> {
    await exchange("PATCH", "/networks/\(id)", body: nameBody(name), about: .record) { body throws(APIFailure) in
      try checked(decodeNetwork(body), is: id)
    }
  }

  /// `DELETE /networks/{id}`. The deleted record, a document without it, or no content is a deletion; a page of something in between,
  /// or a document that tells of errors, is not.
  package func delete(_ id: NetworkID) async -> Exchange<Void> {
    await exchange("DELETE", "/networks/\(id)", about: .record) { body throws(APIFailure) in
      try checkDeletion(body, of: id)
    }
  }

  /// `GET /networks/{id}/network_interfaces`, one page.
  package func interfaces(of id: NetworkID, page: Int) async -> Exchange<ListPage<NetworkInterfaceDocument>> {
    let path = "/networks/\(id)/network_interfaces"
    return await exchange("GET", path, query: paging(page), about: .record) { body throws(APIFailure) in
      try checked(decodeInterfacePage(body, of: id), is: page)
    }
  }
}

extension APIClient {
  private func exchange<Value: Sendable>(
    _ method: String,
    _ path: String,
    query: [(name: String, value: String)] = [],
    body: [UInt8] = [],
    about subject: Subject,
    decode: ([UInt8]) throws(APIFailure) -> Value
  ) async -> Exchange<Value> {
    let target = query.isEmpty ? path : "\(path)?\(formEncoded(query))"
    let described = "\(method) \(target)"
    let sent = now()
    let response: TransportResponse
    do {
      response = try await transport.send(transportRequest(method, target, body))
    } catch {
      return Exchange(result: .failure(APIFailure(error)), request: described, status: nil, bytes: 0)
    }
    let received = now()
    let date = response.head.headerFields[.date].flatMap { Timestamp(httpDate: $0) }
    let clock = date.flatMap { ServerClock(date: $0, sent: sent, received: received) }
    let serverNow = (clock ?? .unknown).serverTime(received)
    var result: Result<Value, APIFailure>
    if (200...299).contains(response.head.status.code) {
      result = Result { () throws(APIFailure) in try decode(response.body) }
    } else {
      result = .failure(classify(response.head, response.body, about: subject, now: serverNow))
    }
    // The server's words go into the replica and onto terminals: without the key, even where the cut would leave part of it.
    result = result.mapError { $0.mapWords { String(key.redacted(from: $0).prefix(Limits.errorText)) } }
    return Exchange(
      result: result,
      request: described,
      status: response.head.status.code,
      bytes: response.body.count,
      isCompressed: response.head.headerFields[.contentEncoding] != nil,
      date: date,
      clock: clock,
      silence: requestedSilence(response.head, now: serverNow),
      remaining: remainingRequests(response.head)
    )
  }

  private func transportRequest(_ method: String, _ target: String, _ body: [UInt8]) -> TransportRequest {
    var head = HTTPRequest(
      method: HTTPRequest.Method(method) ?? .get,
      scheme: baseURL.scheme,
      authority: baseURL.authority,
      path: baseURL.path + target
    )
    head.headerFields[.authorization] = key.authorization
    head.headerFields[.accept] = "application/json"
    head.headerFields[.userAgent] = "netsync"
    if !body.isEmpty { head.headerFields[.contentType] = "application/json" }
    return TransportRequest(head: head, body: body, timeout: timeout, bodyLimit: Limits.bodyBytes)
  }

  private func paging(_ page: Int) -> [(name: String, value: String)] {
    [("page[number]", String(page)), ("page[size]", String(pageSize))]
  }

  private func nameBody(_ name: NetworkName) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // A dictionary of text always encodes; an empty body would be refused by the server, not sent as something else.
    return (try? encoder.encode(["name": name.text])).map(Array.init) ?? []
  }
}

/// An answer for another page says nothing about this one.
private func checked<Record>(_ page: ListPage<Record>, is asked: Int) throws(APIFailure) -> ListPage<Record> {
  if let answered = page.meta.pageNumber, answered != asked {
    throw .notUnderstood(.otherPage(asked: asked, answered: answered))
  }
  return page
}

/// An answer for another record says nothing about this one.
private func checked(_ network: NetworkDocument, is asked: NetworkID) throws(APIFailure) -> NetworkDocument {
  // mutant: answer-for-another-believed
  guard network.id == asked else {
    throw .notUnderstood(.otherRecord(asked: asked.text, answered: network.id.text))
  }
  return network
}
