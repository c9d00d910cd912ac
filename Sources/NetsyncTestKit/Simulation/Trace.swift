import Synchronization

/// What happened in a simulation, in order: as a hash always, as text where it is asked for.
final class Trace: Sendable {
  private struct State {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var events = 0
    var lines: [String] = []
  }

  private let state = Mutex(State())
  private let time: VirtualTime
  private let keepsText: Bool

  init(time: VirtualTime, keepsText: Bool) {
    self.time = time
    self.keepsText = keepsText
  }

  /// FNV-1a over everything noted, with its time.
  var hash: UInt64 { state.withLock { $0.hash } }
  var events: Int { state.withLock { $0.events } }
  var lines: [String] { state.withLock { $0.lines } }

  /// Notes an event. `text` is only made where text is kept, so `code` and `detail` must tell events apart by themselves.
  func note(_ code: Code, _ detail: Int = 0, _ text: @autoclosure () -> String) {
    let now = time.now
    let line = keepsText ? "\(Self.clockText(now)) \(text())" : nil
    state.withLock { state in
      state.events += 1
      for value in [UInt64(bitPattern: now), code.rawValue, UInt64(bitPattern: Int64(detail))] {
        state.hash = (state.hash ^ value) &* 0x0000_0100_0000_01B3
        state.hash ^= state.hash >> 29
      }
      if let line { state.lines.append(line) }
    }
  }

  /// Takes something into the hash that is no event.
  func fold(_ value: UInt64) {
    state.withLock { state in
      state.hash = (state.hash ^ value) &* 0x0000_0100_0000_01B3
      state.hash ^= state.hash >> 29
    }
  }

  enum Code: UInt64 {
    case action = 1
    case cycleStarted, cycleEnded
    case sent, arrived, answered, gaveUp
    case step, fault, crash, quiet
  }

  private static func clockText(_ microseconds: Int64) -> String {
    let milliseconds = microseconds / 1_000
    let text = String(milliseconds % 1_000)
    return "\(milliseconds / 1_000).\(String(repeating: "0", count: 3 - text.count))\(text)s"
  }
}
