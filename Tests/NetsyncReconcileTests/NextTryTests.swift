import NetsyncModel
import NetsyncReconcile
import Testing

/// What a request that failed waits for, and when it is given up (R12, R16).
struct NextTryTests {
  private static let words = APIErrorDetail(status: 503)

  @Test(
    arguments: [
      (1, 10, 60, .seconds(0.5)), (2, 10, 60, .seconds(1)), (9, 10, 600, .seconds(60)),
      // It was sent often enough, or there is no time for another try.
      (10, 10, 600, nil), (1, 1, 60, nil), (2, 10, 1, nil),
    ] as [(Int, Int, Int, Duration?)]
  )
  func `a request is sent again while there are tries and time left`(
    _ tries: Int,
    _ most: Int,
    _ secondsLeft: Int,
    _ wait: Duration?
  ) {
    let failure = APIFailure.serverFault(Self.words)
    let next = nextTry(after: failure, tries: tries, atMost: most, chance: 1, timeLeft: .seconds(secondsLeft))
    #expect(next == wait)
  }

  @Test func `what will not change is asked once`() {
    let failures: [APIFailure] = [
      .gone(Self.words), .refused(Self.words), .credentials(Self.words), .notUnderstood(.foreign(status: 404)),
    ]
    for failure in failures {
      #expect(nextTry(after: failure, tries: 1, atMost: 10, chance: 0, timeLeft: .seconds(60)) == nil, "\(failure)")
    }
  }

  @Test(
    arguments: [
      (nil, nil), (.at(0), nil), (.at(-5), nil), (.at(5), .seconds(5)), (.at(900), .seconds(900)),
      // A clock that was set back by a day.
      (.at(86_400), nil),
    ] as [(Timestamp?, Duration?)]
  )
  func `a silence is kept for as long as a server may ask for, and no longer`(_ until: Timestamp?, _ left: Duration?) {
    #expect(silence(until: until, now: .at(0)) == left)
  }
}
