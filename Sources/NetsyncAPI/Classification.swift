import HTTPTypes
import NetsyncModel

/// What a request was about: a 404 means something else for each.
enum Subject: Sendable {
  /// One network by its id.
  case record
  /// A list, or a create.
  case collection
}

/// Classifies an answer that is not a success (R12). By status alone, for the same API code means different things on
/// different services.
func classify(_ head: HTTPResponse, _ body: [UInt8], about subject: Subject, now: Timestamp) -> APIFailure {
  let status = head.status.code
  let detail = decodeErrorDetail(body, status: status)
  switch status {
  case 400, 409, 422:
    // A page for people is a proxy's: the API has not read what was sent.
    guard detail != nil || body.isEmpty || isJSON(body) else { return .notUnderstood(.foreign(status: status)) }
    return .refused(detail ?? APIErrorDetail(status: status))
  case 401, 403:
    // mutant: credentials-taken-for-refusal
    return .credentials(detail ?? APIErrorDetail(status: status))
  case 404:
    // A proxy or a wrong base URL answers 404 too. Only the API's own words are evidence.
    guard let detail, detail.code != nil || detail.title != nil else { return .notUnderstood(.foreign(status: status)) }
    return subject == .record ? .gone(detail) : .refused(detail)
  case 408:
    return .noAnswer(reason: "the server gave up waiting for the request (408)")
  case 429:
    return .slowDown(wait: requestedWait(head.headerFields, now: now), detail ?? APIErrorDetail(status: status))
  case 500...599:
    return .serverFault(detail ?? APIErrorDetail(status: status))
  case 300...399:
    return .notUnderstood(.redirect(status: status))
  default:
    return .notUnderstood(.status(status))
  }
}

extension APIErrorDetail {
  fileprivate func mapWords(_ change: (String) -> String) -> APIErrorDetail {
    APIErrorDetail(
      status: status,
      code: code.map(change),
      title: title.map(change),
      detail: detail.map(change),
      pointer: pointer.map(change)
    )
  }
}

extension APIFailure {
  /// The same, each text in it that comes from the server changed.
  func mapWords(_ change: (String) -> String) -> APIFailure {
    switch self {
    case .gone(let detail): .gone(detail.mapWords(change))
    case .refused(let detail): .refused(detail.mapWords(change))
    case .credentials(let detail): .credentials(detail.mapWords(change))
    case .slowDown(let wait, let detail): .slowDown(wait: wait, detail.mapWords(change))
    case .serverFault(let detail): .serverFault(detail.mapWords(change))
    case .notUnderstood(.otherRecord(let asked, let answered)):
      .notUnderstood(.otherRecord(asked: asked, answered: answered.map(change)))
    case .unreachable, .noAnswer, .notUnderstood: self
    }
  }

  /// A failure of the transport, as the API's classification.
  init(_ failure: TransportFailure) {
    switch failure {
    case .notSent(let failure): self = .unreachable(failure)
    case .noAnswer(let reason): self = .noAnswer(reason: reason)
    case .bodyTooLarge(let limit): self = .notUnderstood(.tooLarge(limit: limit))
    case .notCompressedAsTold: self = .notUnderstood(.notCompressedAsTold)
    case .decompressionBomb(let ratio): self = .notUnderstood(.decompressionBomb(ratio: ratio))
    case .headersTooLarge: self = .notUnderstood(.headersTooLarge)
    }
  }
}
