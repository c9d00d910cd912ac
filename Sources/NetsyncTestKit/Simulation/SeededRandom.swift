/// Chance from a seed: SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014). The same
/// seed gives the same numbers on every host.
struct SeededRandom: Sendable {
  /// What a stream of numbers is for. Streams of one seed do not touch each other, so that one edit more does not change which
  /// request is lost.
  enum Stream: UInt64, Sendable {
    /// What the world is like.
    case setup
    /// What people do, here and at the portal.
    case workload
    /// Which of several runnable jobs goes on, and how long a request takes.
    case schedule
    /// What goes wrong.
    case faults
    /// The engine's own chance.
    case jitter
  }

  private var state: UInt64

  init(seed: UInt64, _ stream: Stream, index: Int = 0) {
    state = Self.mixed(Self.mixed(seed) ^ Self.mixed(stream.rawValue &+ 1) &+ UInt64(truncatingIfNeeded: index))
  }

  /// 64 bits.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A number in `0 ..< bound`; `bound` is at least 1.
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in `range`.
  mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.count)
  }

  /// Drawn evenly from 0 to 1, 1 excluded.
  mutating func unit() -> Double {
    Double(next() >> 11) / Double(UInt64(1) << 53)
  }

  /// True with the probability `rate`.
  mutating func chance(_ rate: Double) -> Bool {
    unit() < rate
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
