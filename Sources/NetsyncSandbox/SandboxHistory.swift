/// What listings showed in the recent past; kept only while they lag.
///
///     ──── moments[0] ──── write ──── moments[1] ──── write ──── the account ────►
struct SandboxHistory: Sendable {
  private struct Moment: Sendable {
    let records: [NetworkRecord]
    /// When a write put an end to it.
    let end: SandboxStamp
  }

  /// In the order of the writes.
  private var moments: [Moment] = []

  /// Keeps what a write at `end` is about to change, and forgets what no listing shows any more that lags so much.
  mutating func keep(_ records: [NetworkRecord], until end: SandboxStamp, lagMicroseconds: Int64) {
    let oldest = SandboxStamp(microseconds: end.microseconds - lagMicroseconds)
    let forgotten = moments.prefix { $0.end <= oldest }.count
    moments.removeFirst(forgotten)
    moments.append(Moment(records: records, end: end))
  }

  /// What there was at `instant`; nil if no write came after it.
  func records(at instant: SandboxStamp) -> [NetworkRecord]? {
    moments.first { $0.end > instant }?.records
  }
}
