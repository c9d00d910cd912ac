import HTTPTypes

/// How a 429 says when to come back. Only `x-ratelimit-reset` in seconds is documented; clients must survive the others.
package enum SandboxWaitForm: Sendable, CaseIterable {
  /// `Retry-After` in seconds (RFC 9110, section 10.2.3).
  case retryAfterSeconds
  /// `Retry-After` as an HTTP date.
  case retryAfterDate
  /// `x-ratelimit-reset` in seconds.
  case resetSeconds
  /// `x-ratelimit-reset` in seconds since 1970.
  case resetEpoch
  /// Not at all.
  case absent
  /// Both fields, and neither is a number or a date.
  case malformed
  /// Both fields, as negative seconds.
  case negative
  /// Both fields, as instants in the past.
  case past
  /// Both fields: more seconds than 64 bits hold, and ten years of them.
  case absurd

  /// The header fields for a wait of so many seconds from `now`.
  fileprivate func fields(seconds: Int, now: SandboxStamp) -> [(name: String, value: String)] {
    let epoch = Int(now.microseconds / 1_000_000)
    return switch self {
    case .retryAfterSeconds: [("retry-after", String(seconds))]
    case .retryAfterDate: [("retry-after", now.advanced(bySeconds: seconds).httpDate)]
    case .resetSeconds: [("x-ratelimit-reset", String(seconds))]
    case .resetEpoch: [("x-ratelimit-reset", String(epoch + seconds))]
    case .absent: []
    case .malformed: [("retry-after", "soon"), ("x-ratelimit-reset", "\(seconds).5s")]
    case .negative: [("retry-after", "-\(seconds)"), ("x-ratelimit-reset", "-\(seconds)")]
    case .past:
      [
        ("retry-after", now.advanced(bySeconds: -seconds).httpDate),
        ("x-ratelimit-reset", String(epoch - seconds)),
      ]
    case .absurd: [("retry-after", "99999999999999999999"), ("x-ratelimit-reset", "315360000")]
    }
  }
}

/// Answers that speak of no network, for whoever decides the fate of requests without ``SandboxFaults``.
extension SandboxResponse {
  /// 429, at `now` in microseconds since 1970.
  ///
  /// - Parameters:
  ///   - form: How it says when to come back.
  ///   - seconds: When to come back, 1 or more.
  ///   - codeIsInteger: Codes occur as strings and as integers.
  package static func tooMany(
    _ form: SandboxWaitForm,
    seconds: Int = 5,
    codeIsInteger: Bool = false,
    at now: Int64
  ) -> SandboxResponse {
    let now = SandboxStamp(microseconds: now)
    let document = SandboxErrorDocument(
      code: codeIsInteger ? .integer(10011) : .text("10011"),
      title: "Too many requests",
      detail: "You have exceeded the maximum number of allowed requests."
    )
    var answer = SandboxResponse(.tooManyRequests, document.json, at: now)
    for field in form.fields(seconds: seconds, now: now) { answer.set(field.name, to: field.value) }
    return answer
  }

  /// A failure of the server, or of a proxy in front of it, at `now` in microseconds since 1970.
  ///
  /// - Parameters:
  ///   - status: 500 to 599.
  ///   - isHTML: Whether it is a page for people instead of the API's error body.
  package static func failed(_ status: Int, isHTML: Bool = false, at now: Int64) -> SandboxResponse {
    let now = SandboxStamp(microseconds: now)
    if isHTML {
      return SandboxResponse(.init(code: status), contentType: "text/html", htmlPage(titled: "\(status)"), at: now)
    }
    let document = SandboxErrorDocument(
      code: .text("10007"),
      title: "Unexpected error",
      detail: "An unexpected error occurred."
    )
    return SandboxResponse(.init(code: status), document.json, at: now)
  }

  /// 401, as for a key that is not known, at `now` in microseconds since 1970.
  package static func unauthorized(at now: Int64) -> SandboxResponse {
    SandboxResponse(.unauthorized, at: SandboxStamp(microseconds: now))
  }

  /// 403, as for a key that may not do what it asks for, at `now` in microseconds since 1970.
  package static func forbidden(at now: Int64) -> SandboxResponse {
    SandboxResponse(.forbidden, at: SandboxStamp(microseconds: now))
  }

  /// What a proxy shows to people.
  static func htmlPage(titled title: String) -> [UInt8] {
    Array("<html><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>\n".utf8)
  }
}
