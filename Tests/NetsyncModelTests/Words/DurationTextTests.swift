import Testing

@testable import NetsyncModel

struct DurationTextTests {
  @Test(
    arguments: [
      ("250ms", .milliseconds(250)), ("90s", .seconds(90)), ("5m", .seconds(300)), ("2h", .seconds(7_200)),
      ("1d", .seconds(86_400)), ("0s", .zero), ("0ms", .zero), ("007s", .seconds(7)), ("36500d", DurationText.longest),
    ] as [(String, Duration)]
  )
  func `a whole number and a unit is a duration`(text: String, duration: Duration) throws {
    #expect(try DurationText.parse(text) == duration)
  }

  @Test(
    arguments: [
      "", "0", "5", "s", "ms", "-1s", "+1s", "1.5h", "1,5h", "1 s", " 1s", "1s ", "1h30m", "5M", "5min", "1w", "1e3s",
      "0x10s", "٣s", "１s", "1s\u{301}", "1\u{301}s", "1s\n", "inf", "∞d",
    ]
  )
  func `anything else is refused and named`(text: String) {
    #expect(throws: InvalidDuration.malformed(text)) { try DurationText.parse(text) }
  }

  @Test(
    arguments: [
      "36501d", "876001h", "3153600001s", "3153600000001ms", "9223372036854775807d", "9223372036854775808ms",
      "99999999999999999999999999s",
    ]
  )
  func `more than a hundred years is refused and named`(text: String) {
    #expect(throws: InvalidDuration.tooLong(text)) { try DurationText.parse(text) }
  }

  @Test(
    arguments: [
      (.zero, "0 ms"), (.microseconds(999), "0 ms"), (.milliseconds(850), "850 ms"), (.milliseconds(999), "999 ms"),
      (.seconds(1), "1 s"), (.milliseconds(1_999), "1 s"), (.seconds(42), "42 s"), (.seconds(59), "59 s"),
      (.seconds(60), "1 min"), (.seconds(3 * 60), "3 min"), (.seconds(3_599), "59 min"), (.seconds(3_600), "1 h"),
      (.seconds(2 * 3_600), "2 h"), (.seconds(86_399), "23 h"), (.seconds(86_400), "1 d"),
      (.seconds(5 * 86_400), "5 d"), (.milliseconds(-1), "0 ms"), (.seconds(-90), "0 ms"),
    ] as [(Duration, String)]
  )
  func `a duration is told in its largest unit`(duration: Duration, text: String) {
    #expect(DurationText.short(duration) == text)
  }
}
