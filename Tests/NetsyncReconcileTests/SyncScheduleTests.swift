import NetsyncModel
import NetsyncReconcile
import Testing

@Suite struct SyncScheduleTests {
  static let interval: Duration = .seconds(300)
  static let results: [CycleResult] = [
    .changed, .quiet, .undecided, .unreachable, .throttled, .silence(.seconds(40)), .keyRejected, .busy, .failed,
  ]

  @Test func `changes bring the next pull nearer, down to a quarter of the interval, and quiet takes it back`() {
    var schedule = SyncSchedule(interval: Self.interval)
    let nearer = (0..<4).map { _ in schedule.wait(after: .changed, editsWait: false, chance: 0) }
    #expect(nearer == [.seconds(150), .seconds(75), .seconds(75), .seconds(75)])
    let further = (0..<4).map { _ in schedule.wait(after: .quiet, editsWait: false, chance: 0) }
    #expect(further == [.seconds(150), .seconds(300), .seconds(300), .seconds(300)])
  }

  @Test func `who cannot be reached is tried less and less, but every minute while edits wait`() {
    var waiting = SyncSchedule(interval: Self.interval)
    let withEdits = (0..<8).map { _ in waiting.wait(after: .unreachable, editsWait: true, chance: 0) }
    #expect(withEdits == [2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
    var idle = SyncSchedule(interval: Self.interval)
    let without = (0..<10).map { _ in idle.wait(after: .unreachable, editsWait: false, chance: 0) }
    #expect(without.last == Self.interval)
    #expect(idle.wait(after: .quiet, editsWait: false, chance: 0) == Self.interval)
    #expect(idle.failures == 0)
  }

  @Test func `a rejected key is tried less and less, down to four times an hour`() {
    var schedule = SyncSchedule(interval: .seconds(10))
    let waits = (0..<6).map { _ in schedule.wait(after: .keyRejected, editsWait: true, chance: 0) }
    #expect(waits == [60, 120, 240, 480, 900, 900].map { .seconds($0) })
    #expect(schedule.wait(after: .quiet, editsWait: true, chance: 0) == .seconds(10))
    #expect(schedule.wait(after: .keyRejected, editsWait: true, chance: 0) == .seconds(60))
  }

  @Test func `a day of 429 without a time is met with less than two hundred cycles, whatever chance says`() {
    var schedule = SyncSchedule(interval: .seconds(10))
    var spent = Duration.zero
    var cycles = 0
    while spent < .seconds(86_400) {
      spent += schedule.wait(after: .throttled, editsWait: true, chance: 1)
      cycles += 1
    }
    #expect(cycles < 200)
  }

  /// Every result after every other, with every chance.
  @Test func `whatever happens, a wait is there, and while all is well it is never longer than the interval`() {
    var cells = 0
    for interval in [Duration.seconds(1), .seconds(30), .seconds(300), .seconds(86_400)] {
      for first in Self.results {
        for second in Self.results {
          for third in Self.results {
            for editsWait in [false, true] {
              for chance in [0, 0.5, 1] {
                var schedule = SyncSchedule(interval: interval)
                _ = schedule.wait(after: first, editsWait: editsWait, chance: chance)
                _ = schedule.wait(after: second, editsWait: editsWait, chance: chance)
                let wait = schedule.wait(after: third, editsWait: editsWait, chance: chance)
                cells += 1
                #expect(wait > .zero)
                #expect((interval / 4...interval).contains(schedule.pace))
                switch third {
                case .changed, .quiet, .undecided, .busy, .failed: #expect(wait <= interval)
                case .unreachable: #expect(wait <= (editsWait ? .seconds(60) : max(interval, .seconds(60))))
                case .throttled: #expect((.seconds(30)...SyncSchedule.longestThrottledWait).contains(wait))
                case .silence(let named): #expect(wait == named)
                case .keyRejected: #expect((.seconds(30)...SyncSchedule.longestKeyRejectedWait).contains(wait))
                }
              }
            }
          }
        }
      }
    }
    print("schedule: \(cells) combinations")
  }

  @Test func `a named silence is kept within the limits of belief`() {
    var schedule = SyncSchedule(interval: Self.interval)
    #expect(schedule.wait(after: .silence(.zero), editsWait: true, chance: 1) == Limits.serverWait.lowerBound)
    #expect(
      schedule.wait(after: .silence(.seconds(86_400)), editsWait: true, chance: 1) == Limits.serverWait.upperBound
    )
  }
}
