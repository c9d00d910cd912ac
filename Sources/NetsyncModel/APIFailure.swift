/// What the API said of an error, in its own words. Text from outside: escape it before it meets a terminal.
///
/// Source: the Networks API's `Error`; `code` occurs as a string and as an integer, `source` as an object and as a string.
public struct APIErrorDetail: Hashable, Sendable {
  /// The HTTP status; nil where no answer came.
  public var status: Int?
  public var code: String?
  public var title: String?
  public var detail: String?
  /// A JSON pointer into the request's body, or the name of a query parameter.
  public var pointer: String?

  public init(
    status: Int? = nil,
    code: String? = nil,
    title: String? = nil,
    detail: String? = nil,
    pointer: String? = nil
  ) {
    self.status = status
    self.code = code
    self.title = title
    self.detail = detail
    self.pointer = pointer
  }
}

/// The one classification of answers that are not a success (R12). Made in one place, by HTTP status.
public enum APIFailure: Error, Hashable, Sendable {
  /// 404 for one record, with an API error body: the server does not have it.
  case gone(APIErrorDetail)
  /// 400, 404 on a collection, 409, 422: the same request will never be accepted.
  case refused(APIErrorDetail)
  /// 401, 403: stop the cycle, touch nothing.
  case credentials(APIErrorDetail)
  /// 429. `wait` is the server's own, capped; nil where it named none that makes sense.
  case slowDown(wait: Duration?, APIErrorDetail)
  /// 5xx: it may or may not have been applied.
  case serverFault(APIErrorDetail)
  /// The request cannot have arrived: no connection was made.
  case unreachable(ConnectionFailure)
  /// The request may have arrived; no complete answer did.
  case noAnswer(reason: String)
  /// An answer that this version cannot take: a redirect, a body that is not the API's, the wrong record, over a limit.
  case notUnderstood(Misunderstanding)

  /// Whether the same request may succeed later without anybody's doing.
  public var isTransient: Bool {
    switch self {
    case .slowDown, .serverFault, .noAnswer: true
    case .unreachable(let failure): failure.fault.isTransient
    case .gone, .refused, .credentials, .notUnderstood: false
    }
  }

  /// Whether it may be the trouble of the one record that was asked for, while others are answered.
  public var mayBeOfOneRecord: Bool {
    switch self {
    case .gone, .refused, .serverFault, .noAnswer, .notUnderstood: true
    case .credentials, .slowDown, .unreachable: false
    }
  }

  /// The server's words, where it had any.
  public var detail: APIErrorDetail? {
    switch self {
    case .gone(let detail), .refused(let detail), .credentials(let detail), .slowDown(_, let detail),
      .serverFault(let detail):
      detail
    case .unreachable, .noAnswer, .notUnderstood: nil
    }
  }
}

/// Why an answer was not taken.
public enum Misunderstanding: Error, Hashable, Sendable {
  /// A redirect, never followed: the key must not travel to another host.
  case redirect(status: Int)
  /// A status that the API does not document.
  case status(Int)
  /// 404 without the API's own words, or 400, 409 or 422 with a page for people: a proxy or a wrong base URL.
  case foreign(status: Int)
  /// The body is not JSON, or ends in the middle.
  case malformed(reason: String)
  /// A field of the wrong type, by its path.
  case wrongType(path: String)
  /// The answer is about another record.
  case otherRecord(asked: String, answered: String?)
  /// The answer is about another page.
  case otherPage(asked: Int, answered: Int)
  /// A listing that contradicts itself.
  case implausible(reason: String)
  /// More bytes in the body than the limit.
  case tooLarge(limit: Int)
  /// The body does not decompress: it is cut off, damaged, or something else than its head says.
  case notCompressedAsTold
  /// The body decompresses to more than so many times its bytes.
  case decompressionBomb(ratio: Int)
  /// More header fields, or longer ones, than the HTTP client takes.
  case headersTooLarge
  /// More pages than the limit.
  case tooManyPages(limit: Int)
}
