import Netsync
import NetsyncEngine
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Synchronization
import Testing

/// A consumer that saves its cursor is given every change in order, and none again that it saved.
@Suite(.opensReplicas, .timeLimit(.minutes(10))) struct ChangeFeedTests {
  /// What a consumer has on disk, and what it was given.
  private final class Consumer: Sendable {
    private let state = Mutex((saved: ChangeNumber(rawValue: 0), given: [ChangeNumber](), strays: [ChangeNumber]()))

    var saved: ChangeNumber { state.withLock { $0.saved } }
    var given: Int { state.withLock { $0.given.count } }
    /// What did not come right after the one that was saved last.
    var strays: [ChangeNumber] { state.withLock { $0.strays } }

    func take(_ change: JournalChange) {
      state.withLock { state in
        state.given.append(change.number)
        if change.number.rawValue != state.saved.rawValue + 1 { state.strays.append(change.number) }
      }
    }

    func save(_ cursor: ChangeNumber) {
      state.withLock { $0.saved = cursor }
    }
  }

  @Test(arguments: [1, 2] as [UInt64])
  func `a thousand changes come in order to one that is killed twenty times`(seed: UInt64) async throws {
    var random = Chance(seed: seed)
    let world = try World(networks: 700)
    let replica = try world.library()
    let stranger = try world.stranger()
    let consumer = Consumer()
    async let outcomes = Self.produce(replica, stranger)
    for _ in 0..<20 {
      let (reached, signal) = AsyncStream<Void>.makeStream()
      let (killed, kill) = AsyncStream<Void>.makeStream()
      let due = consumer.given + random.within(5...45)
      // It dies between applying a change and saving its number, or somewhere within the changes after that.
      let forgetsLast = random.within(0...1) == 0
      let farthest = due + random.within(0...3)
      let life = Task {
        for try await change in stranger.changes(since: consumer.saved) {
          consumer.take(change)
          let isDue = consumer.given == due
          if isDue { signal.yield() }
          if isDue && forgetsLast { return }
          consumer.save(change.number)
          if consumer.given == farthest { for await _ in killed {} }
        }
      }
      for await _ in reached { break }
      life.cancel()
      kill.finish()
      try await life.value
    }
    #expect(try await outcomes == [.done, .done])
    let last = try replica.latestChange()
    #expect(last == ChangeNumber(rawValue: 1_000))
    for try await change in replica.changes(since: consumer.saved) {
      consumer.take(change)
      consumer.save(change.number)
      if change.number == last { break }
    }
    #expect(consumer.saved == last)
    #expect(consumer.strays == [])
  }

  /// 700 networks are pulled, 150 are made by two processes, and sent.
  private static func produce(_ replica: NetworkReplica, _ stranger: NetworkReplica) async throws -> [SyncOutcome] {
    let pulled = await replica.sync()
    for number in 0..<75 {
      try replica.networks.create("mine-\(number)")
      try stranger.networks.create("theirs-\(number)")
      await Task.yield()
    }
    return [pulled, await replica.sync()]
  }

  @Test func `one that waits is given what any process commits, until the replica is closed`() async throws {
    let replica = try World().library()
    try replica.networks.create("before")
    let start = try replica.latestChange()
    let following = Task {
      var given: [JournalChange] = []
      for try await change in replica.changes(since: start) {
        given.append(change)
        if given.count == 3 { break }
      }
      return given
    }
    let receipt = try replica.networks.create("lab")
    #expect(await replica.sync() == .done)
    let given = try await following.value
    #expect(given.map(\.kind) == [.created, .sent, .sent])
    let own = given.filter { $0.edit == receipt.edit }
    #expect(own.map(\.kind) == [.created, .sent])
    #expect(own.map(\.after) == [NetworkName("lab"), NetworkName("lab")])
    let waiting = Task {
      for try await _ in replica.changes(since: start) {}
    }
    await replica.close()
    try await waiting.value
  }

  @Test func `following ends with its task, and does not give what it has read already`() async throws {
    let replica = try World().library()
    for name in ["a", "b", "c"] { try replica.networks.create(name) }
    let (reached, signal) = AsyncStream<Void>.makeStream()
    let (cancelled, proceed) = AsyncStream<Void>.makeStream()
    let following = Task {
      var given: [ChangeNumber] = []
      for try await change in replica.changes(since: nil) {
        given.append(change.number)
        signal.yield()
        // The task is cancelled, so this does not wait for long; what is left of the piece must not come.
        for await _ in cancelled { break }
      }
      return given
    }
    for await _ in reached { break }
    following.cancel()
    proceed.finish()
    #expect(try await following.value == [ChangeNumber(rawValue: 1)])
  }

  /// Kept of the changes 1, 2 and 3 are 1, which is of an edit that is open, and 3, which is the evidence of a removal.
  private func compacted() throws -> (World, NetworkReplica) {
    let world = try World()
    let replica = try world.library()
    try replica.networks.create("open")
    try replica.discard(try #require(try replica.networks.create("dropped").edit))
    world.clock.advance(by: .seconds(100 * 86_400))
    try world.replica.compactJournal()
    return (world, replica)
  }

  @Test func `what was forgotten is never stepped over`() async throws {
    let (_, replica) = try compacted()
    var feed = replica.changes(since: ChangeNumber(rawValue: 0)).makeAsyncIterator()
    #expect(try await feed.next()?.number == ChangeNumber(rawValue: 1))
    let forgotten = NetsyncError.changesForgotten(oldest: ChangeNumber(rawValue: 3))
    await #expect(throws: forgotten) { try await feed.next() }
    var whole = replica.changes(since: nil).makeAsyncIterator()
    #expect(try await whole.next()?.number == ChangeNumber(rawValue: 3))
    var rest = replica.changes(since: ChangeNumber(rawValue: 2)).makeAsyncIterator()
    #expect(try await rest.next()?.number == ChangeNumber(rawValue: 3))
  }

  @Test func `where all that came after the cursor is forgotten, it is said too, and new ones are awaited`()
    async throws
  {
    let world = try World()
    let replica = try world.library()
    try replica.networks.create("open")
    world.createThere("lab")
    _ = try await world.engine().pull(PullOptions())
    #expect(try replica.latestChange() == ChangeNumber(rawValue: 2))
    world.clock.advance(by: .seconds(100 * 86_400))
    try world.replica.compactJournal()
    #expect(try replica.latestChange() == ChangeNumber(rawValue: 2))
    var feed = replica.changes(since: ChangeNumber(rawValue: 1)).makeAsyncIterator()
    let forgotten = NetsyncError.changesForgotten(oldest: ChangeNumber(rawValue: 3))
    await #expect(throws: forgotten) { try await feed.next() }
    var whole = replica.changes(since: nil).makeAsyncIterator()
    async let next = whole.next()
    try replica.networks.create("new")
    #expect(try await next?.number == ChangeNumber(rawValue: 3))
  }

  @Test func `a cursor of another replica is refused`() async throws {
    let replica = try World().library()
    try replica.networks.create("lab")
    let cursor = ChangeNumber(rawValue: 99)
    var feed = replica.changes(since: cursor).makeAsyncIterator()
    await #expect(throws: NetsyncError.changeUnknown(cursor)) { try await feed.next() }
  }
}

/// Chance from a seed: SplitMix64.
private struct Chance {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func within(_ range: ClosedRange<Int>) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return range.lowerBound + Int(mixed % UInt64(range.count))
  }
}
