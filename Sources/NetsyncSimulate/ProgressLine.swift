import FoundationEssentials
#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif
import Synchronization

/// How far a long run has come, on stderr: every second over the same line of a terminal, else a line every ten seconds.
final class ProgressLine: Sendable {
  /// How many of those that failed are named.
  private static let failuresShown = 5

  private let total: Int
  private let what: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let lastShown: Mutex<ContinuousClock.Instant>

  init(of total: Int, _ what: String) {
    self.total = total
    self.what = what
    lastShown = Mutex(ContinuousClock().now)
  }

  /// - Parameter failed: which of those that are done, by number.
  func show(_ done: Int, failed: [UInt64] = []) {
    let now = ContinuousClock().now
    let isDue = lastShown.withLock { last in
      guard last.duration(to: now) >= .seconds(isTerminal ? 1 : 10) else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    var text = "\(done) of \(total) \(what)"
    if !failed.isEmpty {
      text += ", \(failed.count) failed: \(failed.suffix(Self.failuresShown).map(String.init).joined(separator: " "))"
    }
    put(isTerminal ? "\r\(text)\u{1B}[K" : "\(text)\n")
  }

  /// Takes the line away again.
  func clear() {
    if isTerminal { put("\r\u{1B}[K") }
  }

  private func put(_ text: String) {
    // Nobody misses a word of progress that does not get out.
    _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

/// As many as can run at the same time.
let processorCount = ProcessInfo.processInfo.activeProcessorCount
