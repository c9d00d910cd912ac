import NetsyncModel
import NetsyncReconcile
import Testing

/// How long a failing request waits (R12): longer each time, never the same for all, and never beyond a minute of its own.
struct BackoffTests {
  @Test(
    arguments: [
      (1, 0.5), (2, 1), (3, 2), (4, 4), (5, 8), (6, 16), (7, 32), (8, 60), (9, 60), (21, 60), (22, 60), (64, 60),
      (1_000, 60), (.max, 60), (0, 0.5), (-1, 0.5), (.min, 0.5),
    ] as [(Int, Double)]
  )
  func `the wait is drawn from nothing to a bound that doubles up to a minute`(_ failures: Int, _ bound: Double) {
    #expect(backoff(afterFailures: failures, chance: 0) == .zero)
    #expect(backoff(afterFailures: failures, chance: 0.5) == .seconds(bound / 2))
    #expect(backoff(afterFailures: failures, chance: 1) == .seconds(bound))
  }

  @Test func `the whole range is used, evenly`() {
    for failures in 1...10 {
      let waits = (0...100).map { backoff(afterFailures: failures, chance: Double($0) / 100) }
      #expect(waits == waits.sorted())
      #expect(Set(waits).count == waits.count)
    }
  }

  @Test(arguments: [-1, -0.001, 1.001, 2, .infinity, -.infinity] as [Double])
  func `a chance out of its range draws the nearer end`(_ chance: Double) {
    let expected: Duration = chance < 0 ? .zero : .seconds(2)
    #expect(backoff(afterFailures: 3, chance: chance) == expected)
  }

  @Test(
    arguments: [
      (.seconds(30), .seconds(30)), (.seconds(900), .seconds(900)), (.seconds(901), .seconds(900)),
      (.seconds(86_400), .seconds(900)), (.seconds(Int64.max), .seconds(900)),
      (.milliseconds(1), .seconds(1)), (.zero, .seconds(1)), (.seconds(-5), .seconds(1)),
    ] as [(Duration, Duration)]
  )
  func `the server's own wait is kept, from a second to a quarter of an hour`(_ asked: Duration, _ wait: Duration) {
    #expect(backoff(afterFailures: 1, chance: 0, serverWait: asked) == wait)
  }

  @Test func `of two waits the longer one is kept`() {
    #expect(backoff(afterFailures: 8, chance: 1, serverWait: .seconds(30)) == .seconds(60))
    #expect(backoff(afterFailures: 8, chance: 0.25, serverWait: .seconds(30)) == .seconds(30))
  }
}
