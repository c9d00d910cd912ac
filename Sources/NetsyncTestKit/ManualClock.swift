package import NetsyncModel
import Synchronization

/// A clock that only moves when somebody waits on it, and then at once: tests wait out hours in no time.
///
/// Its wall time is the same line: ``wall`` moves with every wait.
package final class ManualClock: Clock {
  package struct Instant: InstantProtocol {
    package var offset: Swift.Duration

    package func advanced(by duration: Swift.Duration) -> Instant { Instant(offset: offset + duration) }
    package func duration(to other: Instant) -> Swift.Duration { other.offset - offset }
    package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private let elapsed = Mutex(Swift.Duration.zero)
  private let start: Timestamp

  /// - Parameter start: the wall time at which it starts.
  package init(start: Timestamp = Timestamp(microseconds: 1_780_000_000_000_000)) {
    self.start = start
  }

  package var now: Instant { Instant(offset: elapsed.withLock { $0 }) }
  package var minimumResolution: Swift.Duration { .microseconds(1) }

  /// The wall time.
  package var wall: Timestamp { start + elapsed.withLock { $0 } }

  /// Moves the clock.
  package func advance(by duration: Swift.Duration) {
    elapsed.withLock { $0 += duration }
  }

  package func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
    try Task.checkCancellation()
    elapsed.withLock { $0 = max($0, deadline.offset) }
  }
}
