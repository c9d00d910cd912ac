import Netsync
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Testing

/// Those who watch see every process's commits, the newest state, and none twice.
@Suite(.opensReplicas, .timeLimit(.minutes(10))) struct UpdatesTests {
  @Test func `what another process edits is seen, and no state comes twice in a row`() async throws {
    let world = try World()
    let replica = try world.library()
    let stranger = try world.stranger()
    let watching = Task {
      var seen: [[String]] = []
      for try await networks in replica.networks.observe() {
        seen.append(networks.names)
        if networks.count == 20 { break }
      }
      return seen
    }
    for number in 10..<30 {
      // Most commits have nothing to do with the networks.
      for _ in 0..<3 { try world.replica.keepQuiet(until: world.clock.wall) }
      try stranger.networks.create("lab-\(number)")
      await Task.yield()
    }
    let seen = try await watching.value
    #expect(seen.last == (10..<30).map { "lab-\($0)" })
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 != $1 })
  }

  @Test func `one who is slow is given the newest state, and nothing in between`() async throws {
    let replica = try World().library()
    var states = replica.networks.observe().makeAsyncIterator()
    #expect(try await states.next()?.names == [])
    for name in ["a", "b", "c"] { try replica.networks.create(name) }
    #expect(try await states.next()?.names == ["a", "b", "c"])
  }

  @Test func `a list is followed as it was asked for`() async throws {
    let replica = try World().library()
    var states = replica.networks.observe(named: "LAB", limit: 2).makeAsyncIterator()
    #expect(try await states.next()?.names == [])
    for name in ["dmz", "lab-2"] { try replica.networks.create(name) }
    #expect(try await states.next()?.names == ["lab-2"])
    for name in ["lab-3", "lab-1"] { try replica.networks.create(name) }
    #expect(try await states.next()?.names == ["lab-1", "lab-2"])
  }

  @Test func `a change that is undone before anybody looks is none`() async throws {
    let replica = try World().library()
    var states = replica.networks.observe().makeAsyncIterator()
    #expect(try await states.next()?.names == [])
    try replica.networks.create("a")
    try replica.networks.delete("a")
    async let next = states.next()
    try replica.networks.create("b")
    #expect(try await next?.names == ["b"])
  }

  @Test func `many see the status at once: what waits, what was refused, and that all is in sync`() async throws {
    let world = try World()
    let replica = try world.library()
    let watching = (0..<8).map { _ in
      Task {
        var states: [SyncStatus] = []
        for try await status in replica.statusUpdates() {
          states.append(status)
          if status.isInSync { break }
        }
        return states
      }
    }
    try replica.networks.create("lab")
    #expect(try replica.status().outbox.waiting == 1)
    #expect(try replica.status().outbox.total == 1)
    #expect(try replica.status().completeAsOf == nil)
    #expect(await replica.sync() == .done)
    for watch in watching {
      let states = try await watch.value
      let last = try #require(states.last)
      #expect((last.networks, last.outbox.total, last.conflicts) == (1, 0, 0))
      #expect(last.completeAsOf != nil)
      #expect(zip(states, states.dropFirst()).allSatisfy { $0 != $1 })
    }
    #expect(try replica.status().isInSync)
  }

  @Test func `watching ends with its task, and for all when the replica is closed`() async throws {
    let replica = try World().library()
    let watching = (0..<6).map { number in
      Task {
        if number.isMultiple(of: 2) {
          for try await _ in replica.networks.observe() {}
        } else {
          for try await _ in replica.statusUpdates() {}
        }
      }
    }
    for watch in watching.prefix(3) {
      watch.cancel()
      try await watch.value
    }
    await replica.close()
    for watch in watching { try await watch.value }
    var late = replica.networks.observe().makeAsyncIterator()
    #expect(try await late.next() == nil)
  }

  @Test func `the file is looked at while somebody waits, and no longer`() async throws {
    let world = try World()
    let commits = CommitWatch(world.replica, interval: .milliseconds(1))
    let version = try #require(try await commits.version(after: nil))
    #expect(!commits.isPolling)
    let waiting = (0..<3).map { _ in Task { try await commits.version(after: version) } }
    while !commits.isPolling { await Task.yield() }
    waiting[0].cancel()
    #expect(try await waiting[0].value == nil)
    try world.replica.keepQuiet(until: world.clock.wall)
    for wait in waiting.dropFirst() { #expect(try await wait.value != version) }
    while commits.isPolling { await Task.yield() }
    commits.close()
    #expect(try await commits.version(after: version) == nil)
    #expect(try await commits.version(after: nil) == nil)
  }
}
