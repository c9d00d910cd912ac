import NetsyncModel
import Testing

/// The server's clock, as far as an answer tells (R9).
struct ServerClockTests {
  /// Sent at 1,000 s of this host's clock.
  @Test(
    arguments: [
      (1_000, .zero, .milliseconds(500), .milliseconds(500)),
      (1_000, .milliseconds(200), .milliseconds(400), .milliseconds(600)),
      (1_005, .milliseconds(200), .milliseconds(5_400), .milliseconds(600)),
      (990, .seconds(2), .milliseconds(-10_500), .milliseconds(1_500)),
      (4_600, .seconds(30), .milliseconds(3_585_500), .milliseconds(15_500)),
    ] as [(Int64, Duration, Duration, Duration)]
  )
  func `an answer's date tells how far the clocks are apart`(
    _ dateSeconds: Int64,
    _ roundTrip: Duration,
    _ offset: Duration,
    _ uncertainty: Duration
  ) throws {
    let sent = Timestamp(microseconds: 1_000_000_000)
    let date = Timestamp(microseconds: dateSeconds * 1_000_000)
    let clock = try #require(ServerClock(date: date, sent: sent, received: sent + roundTrip))
    #expect(clock.offset == offset)
    #expect(clock.uncertainty == uncertainty)
  }

  @Test(arguments: [1, 1_000_000, 3_600_000_000] as [Int64])
  func `a clock that ran backward between question and answer tells nothing`(_ microseconds: Int64) {
    let sent = Timestamp(microseconds: 1_000_000_000)
    #expect(ServerClock(date: sent, sent: sent, received: sent - .microseconds(microseconds)) == nil)
  }

  @Test func `the true offset is never further off than the uncertainty`() throws {
    let sent = Timestamp(microseconds: 1_780_000_000_123_456)
    for offset: Int64 in [-7_200_000_000, -999_999, -1, 0, 1, 499_999, 500_000, 999_999, 86_400_000_000] {
      for there: Int64 in [0, 1, 250_000, 2_000_000] {
        for back: Int64 in [0, 1, 250_000, 2_000_000] {
          let answered = sent.microseconds + there + offset
          let date = Timestamp(microseconds: answered - answered % 1_000_000)
          let received = sent + .microseconds(there + back)
          let clock = try #require(ServerClock(date: date, sent: sent, received: received))
          let error = clock.offset - .microseconds(offset)
          #expect(max(error, .zero - error) <= clock.uncertainty, "\(offset) µs, \(there) there, \(back) back")
        }
      }
    }
  }

  @Test func `host time and server time are each other's inverse`() {
    let clock = ServerClock(offset: .seconds(-90), uncertainty: .seconds(1))
    let host = Timestamp(microseconds: 1_780_000_000_000_000)
    #expect(clock.serverTime(host) == host - .seconds(90))
    #expect(clock.hostTime(clock.serverTime(host)) == host)
  }

  @Test func `before any answer the clocks are taken to agree to within five minutes`() {
    let host = Timestamp(microseconds: 1_780_000_000_000_000)
    #expect(ServerClock.unknown.serverTime(host) == host)
    #expect(ServerClock.unknown.uncertainty == .seconds(300))
  }

  @Test func `a wait from the latest to the earliest is never cut short`() {
    let host = Timestamp(microseconds: 1_780_000_000_000_000)
    let slow = ServerClock(offset: .seconds(-90), uncertainty: .seconds(1))
    #expect(slow.bounds(host) == (host - .seconds(91), host - .seconds(89)))
    // As long as nothing is known, the host's clock measures alone.
    let latest = ServerClock.unknown.bounds(host).latest
    #expect(ServerClock.unknown.bounds(host + .seconds(90)).earliest.since(latest) == .seconds(90))
    // The server turns out to be five minutes ahead at the most.
    let ahead = ServerClock(offset: .seconds(299), uncertainty: .seconds(1))
    #expect(ahead.bounds(host + .seconds(90)).earliest.since(latest) < .seconds(90))
  }
}
