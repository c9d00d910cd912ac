/// Chance from a seed: SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
///
/// The same seed gives the same numbers on every host and with every standard library, which is why `Int.random` and
/// `UUID()` are not used anywhere in the sandbox.
struct SandboxRandom: Sendable {
  /// What a stream of numbers is for; streams of one seed do not touch each other.
  enum Purpose: UInt64 {
    /// One made-up network.
    case network
    /// The interfaces of one made-up network.
    case interfaces
    /// The ids of what is created after the start.
    case newIDs
    /// Which fault strikes which request.
    case faults
    /// The order of an unstable listing.
    case order
    /// Totals that are not true.
    case totals
    /// Stamps that do not go by the clock.
    case stamps
    /// Which fields one network lacks.
    case missingFields
    /// The undocumented fields of one network.
    case unknownFields
    /// Whether a filtered listing leaves a network out.
    case hiddenNames
    /// Whether a listing shows a network that nobody can understand.
    case unreadable
  }

  private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var state: UInt64

  /// The stream of `seed` for `purpose`, and within it the one numbered `index`.
  init(seed: UInt64, purpose: Purpose, index: Int = 0) {
    let stream = Self.mixed(seed) ^ Self.mixed(purpose.rawValue &+ 1)
    state = Self.mixed(stream &+ UInt64(truncatingIfNeeded: index) &* Self.increment)
  }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mixed(state)
  }

  /// A number in `0 ..< bound`; `bound` is at least 1.
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// An element of a list that is not empty.
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }

  /// The elements in another order, each order as likely as any other (Fisher and Yates).
  mutating func shuffle<Element>(_ elements: inout [Element]) {
    var left = elements.count
    while left > 1 {
      let chosen = below(left)
      left -= 1
      elements.swapAt(chosen, left)
    }
  }

  /// True with the probability `rate`: never at 0 or below, always at 1 or above.
  mutating func chance(_ rate: Double) -> Bool {
    // 53 bits are what a Double holds exactly, so that the quotient is in 0 ..< 1.
    Double(next() >> 11) / Double(UInt64(1) << 53) < rate
  }

  /// SplitMix64's finalizer: every bit of the result depends on every bit of `value`.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
