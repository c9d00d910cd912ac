import HTTPTypes
import NetsyncModel

/// How long the server wants no request at all, read off any answer: what a 429 asks for, or the time until a budget of which
/// nothing remains is renewed. Kept like the former, the latter spares the 429.
///
/// | status    | `x-ratelimit-remaining` | `x-ratelimit-reset` | silence |
/// |-----------|-------------------------|---------------------|---------|
/// | 200       | 0                       | 30                  | 30 s    |
/// | 200       | 1                       | 30                  | none    |
/// | 200       | 0                       | soon                | none    |
/// | 429       | –                       | 30                  | 30 s    |
///
/// - Parameter now: on the server's clock.
func requestedSilence(_ head: HTTPResponse, now: Timestamp) -> Duration? {
  if head.status.code == 429 { return requestedWait(head.headerFields, now: now) }
  guard remainingRequests(head) == 0 else { return nil }
  return believed([rateLimitReset(head.headerFields, now: now)])
}

/// How many requests the server will still take before its budget is renewed, by `x-ratelimit-remaining`; nil where it does not say.
func remainingRequests(_ head: HTTPResponse) -> Int? {
  HTTPField.Name("x-ratelimit-remaining").flatMap { head.headerFields[$0] }.flatMap(wholeNumber).map(Int.init)
}

/// How long the server asks to be left alone, read off a 429.
///
/// | header               | forms                          |
/// |----------------------|--------------------------------|
/// | `Retry-After`        | seconds, or an HTTP date       |
/// | `x-ratelimit-reset`  | seconds, or an epoch in seconds |
///
/// A value that is malformed, negative or more than a day away counts as absent; one that is believed is held within
/// ``Limits/serverWait``.
///
/// - Parameter now: on the server's clock, for the forms that name an instant.
func requestedWait(_ headers: HTTPFields, now: Timestamp) -> Duration? {
  believed([retryAfter(headers, now: now), rateLimitReset(headers, now: now)])
}

/// The first wait that makes sense, within the limits.
private func believed(_ waits: [Duration?]) -> Duration? {
  guard let wait = waits.lazy.compactMap({ $0 }).first(where: { (.zero ... .seconds(86_400)).contains($0) }) else {
    return nil
  }
  return min(max(wait, Limits.serverWait.lowerBound), Limits.serverWait.upperBound)
}

private func retryAfter(_ headers: HTTPFields, now: Timestamp) -> Duration? {
  guard let text = headers[.retryAfter] else { return nil }
  if let seconds = wholeNumber(text) { return .seconds(seconds) }
  return Timestamp(httpDate: text).map { $0.since(now) }
}

private func rateLimitReset(_ headers: HTTPFields, now: Timestamp) -> Duration? {
  guard let name = HTTPField.Name("x-ratelimit-reset"), let text = headers[name], let value = wholeNumber(text) else {
    return nil
  }
  // No wait is a billion seconds long; no epoch of this century is shorter.
  guard value >= 1_000_000_000 else { return .seconds(value) }
  return .seconds(value) - .microseconds(now.microseconds)
}

/// Digits only, at most eleven of them: a sign, a fraction or a flood of digits says nothing.
private func wholeNumber(_ text: String) -> Int64? {
  guard (1...11).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
  return Int64(text)
}
