/// A duration that was not written as the command line wants it.
package enum InvalidDuration: Error, Hashable {
  /// Not a whole number that one of `ms`, `s`, `m`, `h`, `d` follows.
  case malformed(String)
  /// More than ``DurationText/longest``.
  case tooLong(String)
}

/// Durations as people write and read them.
package enum DurationText {
  /// The longest duration that is accepted: a hundred years. A stamp moved by it still fits into 64 bits.
  package static let longest = Duration.milliseconds(longestMilliseconds)

  /// Reads a duration: a whole number and its unit, nothing else.
  ///
  /// | text | duration |
  /// |---|---|
  /// | `250ms` `90s` `5m` `2h` `1d` | as written |
  /// | `0s` | zero |
  /// | `0` `5` | refused: seconds to one, minutes to another |
  /// | `1.5h` `-1s` `+1s` `1 s` `1h30m` `5M` `s` | refused |
  /// | `36501d` | refused: too long |
  package static func parse(_ text: String) throws(InvalidDuration) -> Duration {
    let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let suffix = text.utf8.dropFirst(digits.count)
    guard !digits.isEmpty, let milliseconds = milliseconds(in: Substring(suffix)) else {
      throw .malformed(text)
    }
    // Digits that are no Int64 are too many of them.
    guard let count = Int64(Substring(digits)), count <= longestMilliseconds / milliseconds else {
      throw .tooLong(text)
    }
    return .milliseconds(count * milliseconds)
  }

  /// A duration for people, in its largest unit, rounded down: `850 ms`, `42 s`, `3 min`, `2 h`, `5 d`. What is
  /// negative counts as nothing.
  package static func short(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    return switch seconds {
    case ..<0: "0 ms"
    case 0: "\(max(0, attoseconds / 1_000_000_000_000_000)) ms"
    case ..<60: "\(seconds) s"
    case ..<3_600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3_600) h"
    default: "\(seconds / 86_400) d"
    }
  }

  private static let longestMilliseconds: Int64 = 36_500 * 86_400_000

  private static func milliseconds(in unit: Substring) -> Int64? {
    switch unit {
    case "ms": 1
    case "s": 1_000
    case "m": 60_000
    case "h": 3_600_000
    case "d": 86_400_000
    default: nil
    }
  }
}
