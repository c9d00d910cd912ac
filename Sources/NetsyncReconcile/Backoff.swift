package import NetsyncModel

/// How long to wait before the next try of an operation or a request: exponential, with full jitter.
///
/// | failures so far | wait, drawn evenly from |
/// |-----------------|-------------------------|
/// | 1               | 0 … 0.5 s               |
/// | 2               | 0 … 1 s                 |
/// | 5               | 0 … 8 s                 |
/// | 8 and more      | 0 … 60 s                |
///
/// Source: "Exponential Backoff And Jitter", AWS Architecture Blog.
///
/// - Parameters:
///   - failures: tries that failed, at least 1.
///   - chance: drawn evenly from 0 to 1.
///   - serverWait: what the server asked for; it wins where it is longer.
package func backoff(afterFailures failures: Int, chance: Double, serverWait: Duration? = nil) -> Duration {
  let ceiling = min(60, 0.5 * Double(1 << min(max(failures, 1) - 1, 20)))
  let own = Duration.seconds(ceiling * min(max(chance, 0), 1))
  guard let serverWait else { return own }
  return max(own, min(max(serverWait, Limits.serverWait.lowerBound), Limits.serverWait.upperBound))
}

/// Whether a request that failed is sent once more within its cycle, and after how long; nil where it is not.
///
/// - Parameters:
///   - tries: so far, this one included.
///   - most: how often it may be sent.
///   - chance: as in ``backoff(afterFailures:chance:serverWait:)``.
///   - timeLeft: of the cycle. A try after its end is none.
package func nextTry(
  after failure: APIFailure,
  tries: Int,
  atMost most: Int,
  chance: Double,
  timeLeft: Duration
) -> Duration? {
  // A wait that the server named is kept before the next request leaves, whichever it is.
  let wait = backoff(afterFailures: tries, chance: chance)
  return failure.isTransient && tries < most && wait < timeLeft ? wait : nil
}

/// How long the server still wants to be left alone; nil where it does not.
///
/// A clock that was set back would make the silence endless: no server asks for more than ``Limits/serverWait``.
package func silence(until time: Timestamp?, now: Timestamp) -> Duration? {
  guard let wait = time?.since(now) else { return nil }
  return wait > .zero && wait <= Limits.serverWait.upperBound ? wait : nil
}
