import NetsyncModel

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
