import NetsyncModel
import Testing

/// Durations as the replica and the reports count them.
struct DurationTests {
  @Test(
    arguments: [
      (.zero, 0),
      (.microseconds(1), 1),
      (.milliseconds(1_500), 1_500_000),
      (.seconds(-1), -1_000_000),
      (.nanoseconds(999), 0),
      (.nanoseconds(-999), 0),
      (.nanoseconds(1_999), 1),
      (.nanoseconds(-1_999), -1),
    ] as [(Duration, Int64)]
  )
  func `a duration is cut to whole microseconds, toward zero`(_ duration: Duration, _ microseconds: Int64) {
    #expect(duration.wholeMicroseconds == microseconds)
  }

  @Test(
    arguments: [
      (.microseconds(Int64.max), .max),
      (Duration.microseconds(Int64.max) + Duration.microseconds(1), .max),
      (.seconds(Int64.max), .max),
      (.microseconds(Int64.min), .min),
      (Duration.microseconds(Int64.min) - Duration.microseconds(1), .min),
      (.seconds(Int64.min), .min),
    ] as [(Duration, Int64)]
  )
  func `a duration too long to count is the longest there is`(_ duration: Duration, _ microseconds: Int64) {
    #expect(duration.wholeMicroseconds == microseconds)
  }

  @Test(
    arguments: [(.zero, 0), (.milliseconds(1_500), 1.5), (.seconds(-3), -3), (.microseconds(250), 0.00025)]
      as [(Duration, Double)]
  )
  func `a duration in seconds keeps its fraction`(_ duration: Duration, _ seconds: Double) {
    #expect(abs(duration.inSeconds - seconds) < 1e-12)
  }
}
