/// How an instant is written in a record; the API's samples show the first three.
///
/// | form           | 2025-03-01T09:12:45.123456Z        |
/// |----------------|------------------------------------|
/// | `microseconds` | `2025-03-01T09:12:45.123456Z`      |
/// | `milliseconds` | `2025-03-01T09:12:45.123Z`         |
/// | `seconds`      | `2025-03-01T09:12:45Z`             |
/// | `offset`       | `2025-03-01T14:42:45.123456+05:30` |
///
/// In a coarse form two writes can show one stamp, although the instants differ.
package enum SandboxStampForm: Sendable, CaseIterable {
  case microseconds
  case milliseconds
  case seconds
  /// With the offset of India instead of `Z`.
  case offset
}

/// Where a write moves a network's `updated_at`.
package enum SandboxStampMood: Sendable, CaseIterable {
  /// To the time of the write, and strictly on where the clock stands or goes back.
  case ordinary
  /// Nowhere: the same stamp with other content.
  case equal
  /// Back, by up to an hour.
  case backward
  /// On by less than a millisecond, whatever the time is.
  case subMillisecond

  /// The stamp of the write of this number, after one that was stamped `last`.
  func stamp(after last: SandboxStamp, at now: SandboxStamp, seed: UInt64, write: Int) -> SandboxStamp {
    switch self {
    case .ordinary:
      return max(now, SandboxStamp(microseconds: last.microseconds + 1))
    case .equal:
      return last
    case .backward:
      var random = SandboxRandom(seed: seed, purpose: .stamps, index: write)
      return SandboxStamp(microseconds: last.microseconds - 1 - Int64(random.below(3_600_000_000)))
    case .subMillisecond:
      var random = SandboxRandom(seed: seed, purpose: .stamps, index: write)
      return SandboxStamp(microseconds: last.microseconds + 1 + Int64(random.below(999)))
    }
  }
}
