import HTTPTypes
import NetsyncModel

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
  let waits = [retryAfter(headers, now: now), rateLimitReset(headers, now: now)]
  guard let wait = waits.lazy.compactMap({ $0 }).first(where: { (.zero ... .seconds(86_400)).contains($0) }) else {
    return nil
  }
  return min(max(wait, Limits.serverWait.lowerBound), Limits.serverWait.upperBound)
}

private func retryAfter(_ headers: HTTPFields, now: Timestamp) -> Duration? {
  guard let text = headers[.retryAfter] else { return nil }
  if let seconds = wholeSeconds(text) { return seconds }
  return Timestamp(httpDate: text).map { $0.since(now) }
}

private func rateLimitReset(_ headers: HTTPFields, now: Timestamp) -> Duration? {
  guard let name = HTTPField.Name("x-ratelimit-reset"), let text = headers[name], let value = wholeSeconds(text) else {
    return nil
  }
  // No wait is a billion seconds long; no epoch of this century is shorter.
  guard value >= .seconds(1_000_000_000) else { return value }
  return value - .microseconds(now.microseconds)
}

/// Digits only, at most eleven of them: a sign, a fraction or a flood of digits is not a wait.
private func wholeSeconds(_ text: String) -> Duration? {
  guard (1...11).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
  return Int64(text).map { .seconds($0) }
}
