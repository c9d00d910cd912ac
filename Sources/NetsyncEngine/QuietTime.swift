import NetsyncModel
import NetsyncReconcile
import Synchronization

/// Until when the server wants no request, as far as this process knows: a replica that is busy, or whose disk is full, may not have it.
final class QuietTime: Sendable {
  private let until = Mutex<Timestamp?>(nil)

  /// How much is left of it; nil where it is over.
  func left(at now: Timestamp) -> Duration? { silence(until: until.withLock { $0 }, now: now) }

  /// A silence is asked for, or was written down by any process. One that is not kept must not hide one that is.
  ///
  /// - Returns: whether it is longer than what was known.
  @discardableResult
  func extend(to time: Timestamp, now: Timestamp) -> Bool {
    until.withLock { until in
      guard time.since(now) > silence(until: until, now: now) ?? .zero else { return false }
      until = time
      return true
    }
  }
}
