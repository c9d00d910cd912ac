import FoundationEssentials
package import Logging
package import NetsyncEngine
package import NetsyncModel

extension EngineEnvironment {
  /// The host's clocks and the system's chance.
  package static func system(logger: Logger) -> EngineEnvironment {
    EngineEnvironment(
      clock: ContinuousClock(),
      now: { .now },
      chance: { Double.random(in: 0...1) },
      logger: logger
    )
  }
}

extension Timestamp {
  /// The host's wall clock.
  package static var now: Timestamp {
    Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
  }
}
