import NetsyncModel
import NetsyncReplica

/// The last pulls as bars: how long each took, and how it ended.
struct SyncPlot: Sendable {
  static let width = 720
  static let height = 96
  /// Of a bar and the gap behind it.
  private static let step = 12
  private static let thinnest = 3.0

  struct Bar: Sendable {
    let x: Int
    let y: String
    let height: String
    let outcome: String
    let words: String
  }

  struct Row: Sendable {
    let startedAt: Moment
    let outcome: String
    let took: String
    let counts: String
  }

  let isEmpty: Bool
  let bars: [Bar]
  /// Newest first.
  let rows: [Row]
  let longest: String
  let since: Moment?
  let summary: String

  /// - Parameter sweeps: oldest first.
  init(_ sweeps: [SweepRecord], now: Timestamp) {
    isEmpty = sweeps.isEmpty
    let durations = sweeps.map(\.duration)
    let longest = durations.max() ?? .zero
    self.longest = DurationText.short(longest)
    since = sweeps.first.map { Moment($0.startedAt, now: now) }
    let offset = Self.width - sweeps.count * Self.step
    bars = zip(sweeps, durations).enumerated().map { index, pair in
      let (sweep, duration) = pair
      let share = longest > .zero ? duration / longest : 0
      let height = max(Self.thinnest, share * Double(Self.height)).rounded()
      return Bar(
        x: offset + index * Self.step,
        y: String(Self.height - Int(height)),
        height: String(Int(height)),
        outcome: sweep.outcomeWord,
        words: "\(sweep.startedAt.rfc3339): \(sweep.outcomeWord), \(sweep.words), \(DurationText.short(duration))"
      )
    }
    rows = sweeps.reversed().prefix(20).map { sweep in
      Row(
        startedAt: Moment(sweep.startedAt, now: now),
        outcome: sweep.outcomeWord,
        took: DurationText.short(sweep.duration),
        counts: sweep.words
      )
    }
    // The newest may run still.
    let ended = sweeps.last?.outcome == nil ? sweeps.dropLast() : sweeps[...]
    let failed = ended.count { $0.outcome != .ok }
    summary =
      "The last \(sweeps.count.counted("pull")), \(failed == 0 ? "all ok" : "\(failed.grouped) of them not ok")."
  }
}

extension SweepRecord {
  /// How long it took; nothing while it runs.
  fileprivate var duration: Duration { endedAt.map { max(.zero, $0.since(startedAt)) } ?? .zero }

  fileprivate var outcomeWord: String { outcome?.rawValue ?? "running" }

  fileprivate var words: String {
    "\(counts.listed.counted("network")), \(counts.new.grouped) new, \(counts.changed.grouped) changed, "
      + "\(counts.gone.grouped) gone, \(counts.requests.counted("request"))"
  }
}
