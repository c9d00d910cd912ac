import NetsyncModel

/// What a cycle came to, as far as it matters for when the next one is due.
package enum CycleResult: Hashable, Sendable {
  /// The server had something new, or took an edit.
  case changed
  case quiet
  /// A person has to decide first; everything else is done.
  case undecided
  case unreachable
  /// The server asked for patience and named no time.
  case throttled
  /// The server named a time.
  case silence(Duration)
  case keyRejected
  /// Another process syncs.
  case busy
  case failed
}

extension CycleResult {
  /// Whether the server was there, and would take an edit.
  package var isOnline: Bool {
    switch self {
    // mutant: daemon-thinks-it-is-offline
    case .changed, .quiet, .undecided, .busy: true
    case .unreachable, .throttled, .silence, .keyRejected, .failed: false
    }
  }

  /// In a word, for logs.
  package var word: String {
    switch self {
    case .changed: "changed"
    case .quiet: "quiet"
    case .undecided: "undecided"
    case .unreachable: "unreachable"
    case .throttled: "throttled"
    case .silence: "silence"
    case .keyRejected: "key_rejected"
    case .busy: "busy"
    case .failed: "failed"
    }
  }
}

/// When to pull next.
///
/// | after | wait |
/// |-------|------|
/// | changes | half the last distance, down to a quarter of the interval |
/// | nothing new | twice the last distance, up to the interval |
/// | no connection | 2 s, 4 s, … up to a minute; up to the interval where no edit waits |
/// | a 429 without a time | 1 min, 2 min, … up to 30 min |
/// | a silence that the server named | that long |
/// | a key that was rejected | 1 min, 2 min, … up to 15 min; a new key is tried at once |
///
/// Chance makes a wait shorter, never longer: what changes at the server shows within one interval.
package struct SyncSchedule: Hashable, Sendable {
  /// The longest distance between two pulls while all is well.
  package let interval: Duration
  /// The present distance.
  package private(set) var pace: Duration
  /// Cycles in a row that the server did not answer, or answered with nothing but a refusal.
  package private(set) var failures = 0

  package static let longestKeyRejectedWait: Duration = .seconds(15 * 60)
  package static let longestThrottledWait: Duration = .seconds(30 * 60)
  package static let longestWaitOfEdits: Duration = .seconds(60)

  package init(interval: Duration) {
    self.interval = interval
    pace = interval
  }

  /// Takes in what a cycle came to.
  ///
  /// - Parameters:
  ///   - editsWait: whether something is to be sent.
  ///   - chance: drawn evenly from 0 to 1.
  /// - Returns: how long to wait for the next pull.
  package mutating func wait(after result: CycleResult, editsWait: Bool, chance: Double) -> Duration {
    let chance = min(max(chance, 0), 1)
    switch result {
    case .unreachable, .throttled, .keyRejected: failures = min(failures + 1, 20)
    case .changed, .quiet, .undecided, .silence, .busy, .failed: failures = 0
    }
    switch result {
    case .changed:
      pace = max(interval / 4, pace / 2)
      return shortened(pace, by: 0.1, chance)
    case .quiet, .undecided:
      // mutant: daemon-asks-without-need
      pace = min(interval, pace * 2)
      return shortened(pace, by: 0.1, chance)
    case .busy, .failed:
      return shortened(pace, by: 0.1, chance)
    case .unreachable:
      let longest = editsWait ? Self.longestWaitOfEdits : max(interval, Self.longestWaitOfEdits)
      return shortened(min(longest, .seconds(1) * (1 << failures)), by: 0.5, chance)
    case .throttled:
      return shortened(min(Self.longestThrottledWait, .seconds(30) * (1 << failures)), by: 0.5, chance)
    case .silence(let named):
      return min(max(named, Limits.serverWait.lowerBound), Limits.serverWait.upperBound)
    case .keyRejected:
      return shortened(min(Self.longestKeyRejectedWait, .seconds(30) * (1 << failures)), by: 0.5, chance)
    }
  }

  private func shortened(_ wait: Duration, by share: Double, _ chance: Double) -> Duration {
    wait * (1 - share * chance)
  }
}
