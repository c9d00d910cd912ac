import Synchronization
import Testing

@testable import NetsyncTestSupport

@Suite(.timeLimit(.minutes(10))) struct SlotsTests {
  @Test func `no more are busy at once than there are slots, and everybody gets one`() async throws {
    let slots = Slots(3)
    let tally = Tally()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask { try await slots.withSlot { await tally.visit() } }
      }
      try await group.waitForAll()
    }
    #expect(tally.visits == 200)
    #expect(tally.most <= 3)
  }

  @Test func `who waits gets a slot in the order of coming`() async throws {
    let slots = Slots(1)
    let order = Order()
    #expect(await slots.take())
    var visits: [Task<Void, any Error>] = []
    for number in 0..<5 {
      visits.append(Task { try await slots.withSlot { order.note(number) } })
      while slots.waiting <= number { await Task.yield() }
    }
    slots.giveBack()
    for visit in visits { try await visit.value }
    #expect(order.numbers == [0, 1, 2, 3, 4])
  }

  @Test func `a wait ends with its task, and takes no slot with it`() async throws {
    let slots = Slots(1)
    #expect(await slots.take())
    let visit = Task { try await slots.withSlot {} }
    while slots.waiting == 0 { await Task.yield() }
    visit.cancel()
    await #expect(throws: CancellationError.self) { try await visit.value }
    #expect(slots.waiting == 0)
    slots.giveBack()
    #expect(await slots.take())
  }

  @Test func `work that fails gives its slot back`() async throws {
    struct Failure: Error {}
    let slots = Slots(1)
    await #expect(throws: Failure.self) { try await slots.withSlot { throw Failure() } }
    #expect(await slots.take())
  }
}

@Suite(.timeLimit(.minutes(10))) struct OpensReplicasTests {
  private static let tally = Tally()

  @Test(.opensReplicas, arguments: 0..<64)
  func `no more cases run at once than the bound`(number: Int) async {
    await Self.tally.visit()
    #expect(Self.tally.most <= OpensReplicas.bound)
  }

  @Test func `a test that has the trait twice needs one slot`() async throws {
    let test = try #require(Test.current)
    let trait = OpensReplicas(slots: Slots(1))
    let runs = Mutex(0)
    try await trait.provideScope(for: test, testCase: nil) {
      try await trait.provideScope(for: test, testCase: nil) { runs.withLock { $0 += 1 } }
    }
    #expect(runs.withLock { $0 } == 1)
  }
}

/// Notes who came when.
private final class Order: Sendable {
  private let state = Mutex<[Int]>([])

  var numbers: [Int] { state.withLock { $0 } }

  func note(_ number: Int) {
    state.withLock { $0.append(number) }
  }
}

/// Counts who is busy.
private final class Tally: Sendable {
  private let state = Mutex((busy: 0, most: 0, visits: 0))

  var most: Int { state.withLock { $0.most } }
  var visits: Int { state.withLock { $0.visits } }

  /// Is busy for as long as it takes others to come.
  func visit() async {
    state.withLock { state in
      state.visits += 1
      state.busy += 1
      state.most = max(state.most, state.busy)
    }
    for _ in 0..<5 { await Task.yield() }
    state.withLock { $0.busy -= 1 }
  }
}
