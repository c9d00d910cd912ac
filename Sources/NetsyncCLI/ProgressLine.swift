import ArgumentParser
import Logging
import NetsyncEngine
import NetsyncModel
import Synchronization

/// When to show a progress line.
enum ProgressChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// One line on stderr that counts, from 300 ms on.
final class ProgressLine: Sendable {
  private struct State {
    var isShown = false
    var startedAt: ContinuousClock.Instant
  }

  private let isOn: Bool
  /// A longer line would go on in the next, where nothing takes it back.
  private let width: Int
  private let state = Mutex(State(startedAt: .now))

  init(_ choice: ProgressChoice, _ session: Session) {
    let environment = session.configuration.environment
    switch choice {
    // Where events are written to the same place, they say how far it is.
    case .auto:
      isOn =
        StandardStream.error.canRepaint(environment: environment) && !session.global.quiet
        && session.logger().logLevel >= .warning
    case .always: isOn = true
    case .never: isOn = false
    }
    width = StandardStream.error.isTerminal ? StandardStream.error.terminalWidth(environment: environment) : .max
  }

  func show(_ progress: SyncProgress) {
    guard isOn else { return }
    if case .pushing = progress { return clear() }
    let line: String? = state.withLock { state -> String? in
      let elapsed = state.startedAt.duration(to: .now)
      guard elapsed >= .milliseconds(300) else { return nil }
      state.isShown = true
      return text(progress, after: elapsed)
    }
    if let line { try? StandardStream.error.write("\r\u{1B}[K\(line)") }
  }

  func clear() {
    guard state.withLock({ $0.isShown }) else { return }
    try? StandardStream.error.write("\r\u{1B}[K")
  }

  private func text(_ progress: SyncProgress, after elapsed: Duration) -> String {
    switch progress {
    case .networks(let done, let total): text("networks", done, of: total, after: elapsed)
    case .interfaces(let done, let total): text("interfaces", done, of: total, after: elapsed)
    case .pushing: ""
    }
  }

  private func text(_ what: String, _ done: Int, of total: Int?, after elapsed: Duration) -> String {
    guard let total, total > 0, done > 0 else { return fitted("Pulling \(what): \(done)") }
    let rest = elapsed * max(0, Double(total - done) / Double(done))
    let text = "Pulling \(what): \(done) of \(total)"
    return fitted(text, ", \(DurationText.short(rest)) left", if: rest >= .seconds(1))
  }

  /// The text, as much of it as there is room for, and the rest of the sentence where there is room for all of that.
  private func fitted(_ text: String, _ more: String = "", if isWanted: Bool = false) -> String {
    let whole = isWanted ? text + more : text
    return String(whole.count < width ? whole[...] : text.prefix(width - 1))
  }
}
