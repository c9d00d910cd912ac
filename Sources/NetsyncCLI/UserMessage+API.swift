import Foundation
import NetsyncModel

extension UserMessage {
  // swift-format-ignore
  /// What the API said that is not a success, or that it said nothing, in words.
  static func api(_ failure: APIFailure, request: String, tries: Int, state: TerminalText) -> UserMessage {
    let request = request.removingPercentEncoding ?? request
    let tried: TerminalText = tries == 1 ? "\(request)" : "\(request), tried \(String(tries)) times"
    return switch failure {
    case .credentials(let detail): row(.credentials, "key_rejected", "the API does not accept the key",
      why: "\(request) was answered \(String(detail.status ?? 401)) \(detail.title ?? "")", state: state,
      next: "check the key at the portal, then export TELNYX_API_KEY=…", telnyx: detail)
    case .unreachable(let reason): row(.notNow, "unreachable", "cannot reach the API",
      why: "\(reason): \(tried.string)", state: state,
      next: "try again later", isRetryable: true)
    case .noAnswer(let reason): row(.notNow, "no_answer", "the API does not answer",
      why: "\(reason): \(tried.string)", state: state,
      next: "try again later", isRetryable: true)
    case .serverFault(let detail): row(.notNow, "server_fault", "the API is in trouble",
      why: "\(tried.string): \(String(detail.status ?? 500)) \(detail.title ?? "")", state: state,
      next: "try again later", isRetryable: true, telnyx: detail)
    case .slowDown(let wait, let detail): row(.notNow, "throttled", "the API asks for fewer requests",
      why: tried, state: state,
      next: "try again later", isRetryable: true, retryAfter: wait, telnyx: detail)
    case .gone(let detail), .refused(let detail): row(.failed, "refused", "the API refused a request",
      why: "\(request): \(String(detail.status ?? 0)) \(detail.title ?? "") \(detail.detail ?? "")", state: state,
      next: "see that TELNYX_BASE_URL is right", telnyx: detail)
    case .notUnderstood(let answer): row(.failed, "not_understood", "an answer of the API was not understood",
      why: "\(request): \(words(answer))", state: state,
      next: "see that TELNYX_BASE_URL is the Networks API and nothing stands in between")
    }
  }

  private static func words(_ misunderstanding: Misunderstanding) -> String {
    switch misunderstanding {
    case .redirect(let status): "a redirect (\(status)); redirects are never followed, the key must not travel"
    case .status(let status): "a status that the API does not document (\(status))"
    case .foreignNotFound: "a 404 that is not the API's own"
    case .malformed(let reason): reason
    case .wrongType(let path): "\(path) is missing or of the wrong type"
    case .otherRecord(let asked, let answered): "asked for \(asked), answered \(answered ?? "nothing")"
    case .otherPage(let asked, let answered): "asked for page \(asked), answered page \(answered)"
    case .implausible(let reason): reason
    case .tooLarge(let limit): "a body over the limit of \(limit) bytes"
    case .headersTooLarge: "more header fields, or longer ones, than are taken"
    case .tooManyPages(let limit): "more than \(limit) pages"
    }
  }
}
