import NetsyncModel
@testable import NetsyncTestKit
import Synchronization
import Testing

/// Swift's concurrency, held to a seed.
@Suite struct SeededExecutorTests {
  @Test func `five tasks on one actor run in the order of the seed, twice the same`() {
    var orders: Set<[Int]> = []
    for seed in UInt64(1)...200 {
      let order = Self.order(seed)
      #expect(order.sorted() == [0, 1, 2, 3, 4])
      #expect(Self.order(seed) == order)
      orders.insert(order)
    }
    // Of 120: as good as every seed has its own.
    #expect(orders.count > 50)
  }

  @Test func `who waits on a manual clock goes on at the time waited for`() async throws {
    let clock = ManualClock()
    let start = clock.wall
    try await clock.sleep(until: clock.now.advanced(by: .seconds(3_600)), tolerance: nil)
    #expect(clock.wall.since(start) == .seconds(3_600))
    try await clock.sleep(until: ManualClock.Instant(offset: .seconds(60)), tolerance: nil)
    #expect(clock.wall.since(start) == .seconds(3_600))
  }

  private static func order(_ seed: UInt64) -> [Int] {
    let executor = SeededExecutor(seed: seed)
    let visitors = Visitors()
    for number in 0..<5 {
      Task(executorPreference: executor) { await visitors.enter(number) }
    }
    while executor.runNext() > 0 {}
    return visitors.order.withLock { $0 }
  }
}

private actor Visitors {
  nonisolated let order = Mutex<[Int]>([])

  func enter(_ number: Int) {
    order.withLock { $0.append(number) }
  }
}
