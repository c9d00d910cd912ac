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
      next: "check the key at the portal; 'netsync auth status' says which one counts, and 'netsync auth login' keeps another", telnyx: detail)
    case .unreachable(let failure): unreachable(failure, tried, state)
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
      why: "\(request): \(answer.words)", state: state,
      next: "see that TELNYX_BASE_URL is the Networks API and nothing stands in between")
    }
  }

  // swift-format-ignore
  /// What is wrong with the way to the API, each with its own code and what to do about it.
  private static func unreachable(
    _ failure: ConnectionFailure,
    _ tried: TerminalText,
    _ state: TerminalText
  ) -> UserMessage {
    let why: TerminalText = "\(failure.words): \(tried.string)"
    let there = failure.proxy.map { "the proxy \($0)" } ?? failure.host
    let isThroughProxy = failure.proxy != nil
    let proxySetting = "NETSYNC_HTTP_PROXY, HTTPS_PROXY or NO_PROXY"
    return switch failure.fault {
    case .unresolved: row(.notNow, isThroughProxy ? "proxy_unresolved" : "name_unresolved", "cannot find \(there)",
      why: why, state: state,
      next: isThroughProxy ? "see that \(proxySetting) is right" : "see that TELNYX_BASE_URL and this host's DNS are right", isRetryable: true)
    case .refused: row(.notNow, isThroughProxy ? "proxy_unreachable" : "connection_refused", "cannot reach \(there)",
      why: why, state: state, next: isThroughProxy ? "see that \(proxySetting) is right, or try again later" : "try again later",
      isRetryable: true)
    case .noConnection: row(.notNow, isThroughProxy ? "proxy_unreachable" : "unreachable", "cannot reach \(there)",
      why: why, state: state, next: "try again later", isRetryable: true)
    case .untrusted: row(.notNow, "certificate_untrusted", "the certificate of \(failure.host) is not trusted",
      why: "\(why.string); a proxy in between may be reading along", state: state,
      next: "if that authority is yours, NETSYNC_HTTP_CA_FILE=FILE names its certificate; else find out who answers there")
    case .outOfDate: row(.notNow, "certificate_expired", "the certificate of \(failure.host) is out of date",
      why: why, state: state,
      next: "see that this host's clock is right; else whoever runs \(failure.host) has to renew it")
    case .otherHost: row(.notNow, "certificate_other_host", "the certificate is not that of \(failure.host)",
      why: "\(why.string); a proxy in between may be reading along", state: state,
      next: "see that TELNYX_BASE_URL names the host that the certificate is for")
    case .noTLS: row(.notNow, "no_tls", "what answers at \(failure.host) does not speak TLS",
      why: why, state: state, next: "see that TELNYX_BASE_URL has the right port, and that no proxy stands in between")
    case .brokenHandshake: row(.notNow, "tls_broken", "the TLS handshake with \(failure.host) was broken off",
      why: why, state: state, next: "try again later", isRetryable: true)
    case .proxyCredentials: row(.notNow, "proxy_credentials", "the proxy wants a user and a password",
      why: why, state: state, next: "put them into NETSYNC_HTTP_PROXY=http://USER:PASSWORD@HOST:PORT")
    case .proxyRefused: row(.notNow, "proxy_refused", "the proxy does not connect to \(failure.host)",
      why: why, state: state, next: "see that \(proxySetting) is right, or ask whoever runs the proxy", isRetryable: true)
    }
  }
}
