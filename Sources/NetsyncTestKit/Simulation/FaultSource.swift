import Synchronization

/// Decides what goes wrong, from the seed's stream for faults. Every decision takes the same number of draws whatever comes of
/// it, and every fault that strikes has a number, so that single ones can be left out when a failing seed is made smaller.
final class FaultSource: Sendable {
  /// A fault that strikes, with chance for its details.
  struct Strike: Sendable {
    var fault: Fault
    var detail: UInt64

    /// A number in `0 ..< bound`.
    func below(_ bound: Int) -> Int { Int(detail % UInt64(bound)) }
    /// From 0 to 1.
    var fraction: Double { Double(detail >> 11) / Double(UInt64(1) << 53) }
  }

  private struct State {
    var random: SeededRandom
    var isOn = true
    var strikes = 0
    /// What struck, by what the engine was doing.
    var coverage: [Coverage: Int] = [:]
  }

  /// One cell of the coverage table.
  struct Coverage: Hashable, Sendable {
    var doing: String
    var fault: Fault
  }

  private let state: Mutex<State>
  private let omitted: Set<Int>
  let rates: [Fault: Double]

  /// - Parameters:
  ///   - allowed: the faults that may have a rate at all.
  ///   - omitted: the numbers of the strikes that are left out.
  init(seed: UInt64, allowed: Set<Fault>, omitted: Set<Int>) {
    var random = SeededRandom(seed: seed, .faults)
    var rates: [Fault: Double] = [:]
    // A fifth of the seeds has none.
    let hasAny = random.below(5) != 0
    let reach = [0.15, 0.35, 0.7][random.below(3)]
    for fault in Fault.allCases {
      let isOn = random.chance(reach)
      // Between one in 200 and one in 8.
      let rate = 0.005 * [1, 2, 4, 8, 16, 25][random.below(6)]
      if hasAny, isOn, allowed.contains(fault) { rates[fault] = rate }
    }
    self.rates = rates
    self.omitted = omitted
    state = Mutex(State(random: random))
  }

  func has(_ fault: Fault) -> Bool { rates[fault] != nil }

  /// No more faults from now on.
  func stop() {
    state.withLock { $0.isOn = false }
  }

  /// Draws whether one of `candidates` strikes.
  func strike(_ candidates: [Fault], while doing: @autoclosure () -> String, weight: Double = 1) -> Strike? {
    guard !rates.isEmpty else { return nil }
    return state.withLock { state in
      var draw = state.random.unit()
      let detail = state.random.next()
      guard state.isOn else { return nil }
      for fault in candidates {
        guard let rate = rates[fault] else { continue }
        draw -= rate * weight
        if draw < 0 { return Self.note(Strike(fault: fault, detail: detail), doing(), omitted, &state) }
      }
      return nil
    }
  }

  /// A fault of the whole seed or of a time strikes.
  func strike(_ fault: Fault, while doing: String, detail: UInt64) -> Strike? {
    guard has(fault) else { return nil }
    return state.withLock { state in
      state.isOn ? Self.note(Strike(fault: fault, detail: detail), doing, omitted, &state) : nil
    }
  }

  private static func note(_ strike: Strike, _ doing: String, _ omitted: Set<Int>, _ state: inout State) -> Strike? {
    let number = state.strikes
    state.strikes += 1
    guard !omitted.contains(number) else { return nil }
    state.coverage[Coverage(doing: doing, fault: strike.fault), default: 0] += 1
    return strike
  }

  /// How many were decided on, those left out included.
  var strikes: Int { state.withLock { $0.strikes } }
  var coverage: [Coverage: Int] { state.withLock { $0.coverage } }
}
