/// Moments as people think of them.
package enum RelativeTime {
  /// A moment as seen from another. Both are microseconds since 1970-01-01T00:00:00Z.
  ///
  /// | age | text |
  /// |---|---|
  /// | up to 10 s, or up to 60 s ahead: two clocks never agree | `just now` |
  /// | up to a minute | `42 s ago` |
  /// | up to an hour, a day | `5 min ago`, `2 h ago` |
  /// | up to 30 days | `3 d ago` |
  /// | older, or further ahead | `2025-03-01`, the day in UTC |
  package static func text(of moment: Int64, now: Int64) -> String {
    let (age, hasOverflowed) = now.subtractingReportingOverflow(moment)
    guard !hasOverflowed, (-clockDifference...oldest).contains(age) else { return day(of: moment) }
    return age < recent ? "just now" : DurationText.short(.microseconds(age)) + " ago"
  }

  private static let second: Int64 = 1_000_000
  private static let recent = 10 * second
  private static let clockDifference = 60 * second
  private static let oldest = 30 * 86_400 * second

  private static func day(of moment: Int64) -> String {
    String(Timestamp(microseconds: moment).rfc3339.prefix { $0 != "T" })
  }
}
