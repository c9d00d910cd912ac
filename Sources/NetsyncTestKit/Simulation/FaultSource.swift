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
    /// An id that nobody has.
    var id: String {
      let digits = String(detail, radix: 16)
      return "ffffffff-ffff-4fff-afff-\(String(repeating: "0", count: max(0, 12 - digits.count)))\(digits.suffix(12))"
    }
    /// From 0 to 1.
    var fraction: Double { Double(detail >> 11) / Double(UInt64(1) << 53) }
  }

  private struct State {
    var random: SeededRandom
    var isOn = true
    var strikes = 0
    /// What struck, by what the engine was doing.
    var coverage: [Coverage: Int] = [:]
    /// The same, one by one.
    var struck: [Struck] = []
    /// How often the engine has come to do something, for a script.
    var times: [String: Int] = [:]
  }

  /// A fault that struck.
  struct Struck: Hashable, Sendable {
    var number: Int
    var fault: Fault
    var doing: String
    var at: Duration
  }

  /// One cell of the coverage table.
  struct Coverage: Hashable, Sendable {
    var doing: String
    var fault: Fault
  }

  private let state: Mutex<State>
  private let omitted: Set<Int>
  private let script: [ScriptedFault]?
  private let time: VirtualTime
  let rates: [Fault: Double]

  /// - Parameters:
  ///   - allowed: the faults that may have a rate at all.
  ///   - omitted: the numbers of the strikes that are left out.
  ///   - script: what strikes where nothing is left to chance.
  ///   - given: how often each strikes, where the seed is not to say.
  init(
    seed: UInt64,
    allowed: Set<Fault>,
    omitted: Set<Int>,
    script: [ScriptedFault]? = nil,
    given: [Fault: Double]? = nil,
    time: VirtualTime
  ) {
    var random = SeededRandom(seed: seed, .faults)
    var rates: [Fault: Double] = [:]
    // A fifth of the seeds has none.
    let hasAny = random.below(5) != 0
    let reach = [0.15, 0.35, 0.7][random.below(3)]
    for fault in Fault.allCases {
      let isOn = random.chance(reach)
      // Between one in 200 and one in 8.
      let rate = 0.005 * [1, 2, 4, 8, 16, 25][random.below(6)]
      if script == nil, hasAny, isOn, allowed.contains(fault) { rates[fault] = rate }
    }
    self.rates = given ?? rates
    self.omitted = omitted
    self.script = script
    self.time = time
    state = Mutex(State(random: random))
  }

  func has(_ fault: Fault) -> Bool { rates[fault] != nil }

  /// No more faults from now on.
  func stop() {
    state.withLock { $0.isOn = false }
  }

  /// Draws whether one of `candidates` strikes.
  func strike(_ candidates: [Fault], while doing: @autoclosure () -> String, weight: Double = 1) -> Strike? {
    if let script { return scripted(script, doing()) }
    guard !rates.isEmpty else { return nil }
    return state.withLock { state in
      var draw = state.random.unit()
      let detail = state.random.next()
      guard state.isOn else { return nil }
      for fault in candidates {
        guard let rate = rates[fault] else { continue }
        draw -= rate * weight
        if draw < 0 { return note(Strike(fault: fault, detail: detail), doing(), &state) }
      }
      return nil
    }
  }

  /// A fault of the whole seed or of a time strikes.
  func strike(_ fault: Fault, while doing: String, detail: UInt64) -> Strike? {
    guard has(fault) else { return nil }
    return state.withLock { state in
      state.isOn ? note(Strike(fault: fault, detail: detail), doing, &state) : nil
    }
  }

  private func scripted(_ script: [ScriptedFault], _ doing: String) -> Strike? {
    state.withLock { state in
      let number = state.times[doing, default: 0] + 1
      state.times[doing] = number
      guard state.isOn, let due = script.first(where: { $0.doing == doing && $0.number == number }) else { return nil }
      return note(Strike(fault: due.fault, detail: due.detail), doing, &state)
    }
  }

  private func note(_ strike: Strike, _ doing: String, _ state: inout State) -> Strike? {
    let number = state.strikes
    state.strikes += 1
    guard !omitted.contains(number) else { return nil }
    state.coverage[Coverage(doing: doing, fault: strike.fault), default: 0] += 1
    state.struck.append(Struck(number: number, fault: strike.fault, doing: doing, at: .microseconds(time.now)))
    return strike
  }

  /// How many were decided on, those left out included.
  var strikes: Int { state.withLock { $0.strikes } }
  var coverage: [Coverage: Int] { state.withLock { $0.coverage } }
  /// Those that struck, in order.
  var struck: [Struck] { state.withLock { $0.struck } }
}
