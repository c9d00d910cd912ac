/// What an answer says of how the server bears the requests on their way.
package enum ServerEase: Hashable, Sendable {
  /// It answered, whatever it said.
  case well
  /// It asked for a wait, failed, or did not answer.
  case overloaded
  /// Nothing of its answer could be read: it tells nothing.
  case unread
}

/// How many requests may be on their way at once: more while the server answers well, fewer where it does not. A congestion window, as
/// TCP has one (RFC 5681): it doubles with every round at first, and once it has shrunk it grows by one a round.
///
/// Whoever has requests to send takes a place in the window, and keeps it for as many as follow upon each other.
///
/// | answer | window |
/// |--------|--------|
/// | well, while as many were on their way as may be | grows |
/// | well, while fewer were, in this round and in the one before | stays: it was not tried |
/// | well, and in more than twice the quickest time and ``tolerance`` | an eighth less, not below ``start`` |
/// | a wait is asked for, a failure of the server, or none | half |
/// | so that nothing of it can be read | stays |
///
/// Whatever the window, no more requests are on their way than the server says it will still take (`x-ratelimit-remaining`), until it says
/// otherwise, or answers well and does not say.
///
/// It shrinks once a round: what was sent before it shrank says nothing of the window since. One request is always allowed, for only an
/// answer can tell that the server does better.
package struct RequestWindow: Hashable, Sendable {
  /// How many a cycle begins with.
  package static let start = 8
  /// What an answer may take longer without a meaning: a host's own work delays it too.
  package static let tolerance: Duration = .milliseconds(50)

  private let most: Int
  private var size: Double
  private var hasShrunk = false
  private var remaining: Int?
  private var quickest: Duration?
  /// Requests so far.
  private var sent = 0
  /// The last one that was sent before it shrank, and the last one of the round.
  private var lastBefore = 0
  private var lastOfRound = 0
  private var taken = 0
  private var onTheWay = 0
  /// The most places that were taken at once, in this round and in the one before.
  private var peak = 0
  private var peakBefore = 0

  /// - Parameter most: how many there may ever be, at least 1.
  package init(most: Int) {
    self.most = most
    size = Double(min(Self.start, most))
  }

  /// The window of a cycle that begins: of the one before, only what the server said last still counts.
  package var renewed: RequestWindow {
    var renewed = RequestWindow(most: most)
    renewed.remaining = remaining
    return renewed
  }

  /// How many places there are now.
  package var places: Int { max(1, Int(size.rounded())) }

  /// Takes a place in the window.
  ///
  /// - Returns: false where none is free.
  package mutating func enter() -> Bool {
    guard taken < places else { return false }
    taken += 1
    peak = max(peak, taken)
    return true
  }

  /// Gives a place back.
  package mutating func leave() { taken -= 1 }

  /// A request leaves, by whoever has a place.
  ///
  /// - Returns: its number; nil where it has to wait for another to be answered.
  package mutating func send() -> Int? {
    // mutant: budget-exceeded
    guard onTheWay < max(1, remaining ?? .max) else { return nil }
    sent += 1
    onTheWay += 1
    return sent
  }

  /// A request that was to leave did not.
  package mutating func unsent() { onTheWay -= 1 }

  /// A request was answered, or is no longer waited for.
  ///
  /// - Parameters:
  ///   - number: as ``send()`` gave it.
  ///   - time: what that took.
  ///   - remaining: requests that the server says it will still take; nil where it does not say.
  package mutating func answered(_ number: Int, _ ease: ServerEase, after time: Duration, remaining: Int? = nil) {
    onTheWay -= 1
    guard ease != .unread else { return }
    if remaining != nil || ease == .well { self.remaining = remaining }
    if number > lastOfRound { (lastOfRound, peakBefore, peak) = (sent, peak, taken) }
    guard ease == .well else { return shrink(by: 2, to: 1, number) }
    let quickest = min(quickest ?? time, time)
    self.quickest = quickest
    if time > quickest * 2 + Self.tolerance { return shrink(by: 8.0 / 7, to: Self.start, number) }
    let tried = max(peakBefore, peak)
    guard hasShrunk ? places <= tried : places < 2 * tried else { return }
    size = min(Double(most), size + (hasShrunk ? 1 / size : 1))
  }

  private mutating func shrink(by divisor: Double, to least: Int, _ number: Int) {
    guard number > lastBefore else { return }
    hasShrunk = true
    lastBefore = sent
    size = max(size / divisor, min(size, Double(least)))
  }
}
