package import Logging
package import NetsyncModel

/// The only way by which time and chance get into the engine.
package struct EngineEnvironment: Sendable {
  /// For waiting.
  package var clock: any Clock<Duration>
  /// The host's wall clock.
  package var now: @Sendable () -> Timestamp
  /// Drawn evenly from 0 to 1, for jitter.
  package var chance: @Sendable () -> Double
  package var logger: Logger
  /// Called after every request: whoever no longer hears it knows that the engine is stuck.
  package var heartbeat: @Sendable () -> Void

  package init(
    clock: any Clock<Duration>,
    now: @escaping @Sendable () -> Timestamp,
    chance: @escaping @Sendable () -> Double,
    logger: Logger,
    heartbeat: @escaping @Sendable () -> Void = {}
  ) {
    self.clock = clock
    self.now = now
    self.chance = chance
    self.logger = logger
    self.heartbeat = heartbeat
  }
}

extension EngineEnvironment {
  /// Starts measuring on the monotonic clock.
  func stopwatch() -> @Sendable () -> Duration {
    func started<Measuring: Clock<Duration>>(_ clock: Measuring) -> @Sendable () -> Duration {
      let start = clock.now
      return { start.duration(to: clock.now) }
    }
    return started(clock)
  }
}
