package import HTTPTypes

/// A complete answer: head and body, without what belongs to the connection (`Content-Length`, `Connection`).
package struct SandboxResponse: Sendable, Equatable {
  /// Status and header fields; `Content-Type` and `Date` are always among them.
  package var response: HTTPResponse
  /// JSON, save for some failures and for what is mangled.
  package var body: [UInt8]

  /// An answer of this content type, dated `now`.
  init(_ status: HTTPResponse.Status, contentType: String = "application/json", _ body: [UInt8], at now: SandboxStamp) {
    response = HTTPResponse(
      status: status,
      headerFields: [.contentType: contentType, .date: now.httpDate]
    )
    self.body = body
  }

  /// The API's error body, with the status that belongs to it.
  init(_ refusal: SandboxRefusal, at now: SandboxStamp) {
    self.init(refusal.status, refusal.json, at: now)
    if case .methodNotAllowed(let allowed) = refusal {
      response.headerFields[.allow] = allowed
    }
  }

  /// Sets a header field that HTTPTypes has no constant for; a name that is no token is left out.
  mutating func set(_ field: String, to value: String) {
    guard let name = HTTPField.Name(field) else { return }
    response.headerFields[name] = value
  }
}
