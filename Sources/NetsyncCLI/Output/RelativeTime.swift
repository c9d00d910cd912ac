import FoundationEssentials

/// Moments as people think of them.
enum RelativeTime {
  /// A moment as seen from another. Both are microseconds since 1970-01-01T00:00:00Z.
  ///
  /// | age | text |
  /// |---|---|
  /// | up to 10 s, or up to 60 s ahead: two clocks never agree | `just now` |
  /// | up to a minute | `42 s ago` |
  /// | up to an hour, a day | `5 min ago`, `2 h ago` |
  /// | up to 30 days | `3 d ago` |
  /// | older, or further ahead | `2025-03-01`, the day in UTC |
  static func text(of moment: Int64, now: Int64) -> String {
    let (age, hasOverflowed) = now.subtractingReportingOverflow(moment)
    guard !hasOverflowed, (-clockDifference...oldest).contains(age) else { return day(of: moment) }
    return age < recent ? "just now" : DurationText.short(.microseconds(age)) + " ago"
  }

  private static let second: Int64 = 1_000_000
  private static let recent = 10 * second
  private static let clockDifference = 60 * second
  private static let oldest = 30 * 86_400 * second

  private static func day(of moment: Int64) -> String {
    // Whole seconds, rounded down, are exact as a Double; microseconds need not be.
    let (quotient, remainder) = moment.quotientAndRemainder(dividingBy: second)
    let seconds = remainder < 0 ? quotient - 1 : quotient
    return Date(timeIntervalSince1970: Double(seconds)).formatted(Date.ISO8601FormatStyle().year().month().day())
  }
}
