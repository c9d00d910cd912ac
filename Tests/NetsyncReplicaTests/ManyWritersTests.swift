import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// Any number may edit one file at once: nobody is told that it is locked, and no edit is lost.
@Suite(.opensReplicas) struct ManyWritersTests {
  private static let writers = 8
  private static let edits = 20

  @Test func `networks made by many at once are all there, each under a number of its own`() async throws {
    let (host, other) = try shared()
    let numbers = try await byMany(host.replica, other) { replica, writer in
      var numbers: [EditNumber] = []
      for edit in 0..<Self.edits {
        let localID = LocalID(at: replica.now(), random: (high: UInt64(writer), low: UInt64(edit)))
        let receipt = try replica.create(NetworkName("lab \(writer) \(edit)"), localID: localID)
        if case .queued(let number, _, replacing: nil) = receipt { numbers.append(number) }
      }
      return numbers
    }
    #expect(numbers.count == Self.writers * Self.edits)
    #expect(try host.replica.operations().map(\.edit) == numbers.sorted())
    let names = (0..<Self.writers).flatMap { writer in (0..<Self.edits).map { "lab \(writer) \($0)" } }
    #expect(try Set(other.networks().compactMap(\.name?.text)) == Set(names))
  }

  @Test func `a network renamed by many at once waits under the last number, and each is told`() async throws {
    let (host, other) = try shared()
    try host.pull([.sample(name: "lab")])
    let key = try host.network("lab").key
    let numbers = try await byMany(host.replica, other) { replica, writer in
      try (0..<Self.edits).compactMap { edit -> EditNumber? in
        let receipt = try replica.edit(key, .rename(to: NetworkName("lab \(writer) \(edit)")))
        return if case .queued(let number, _, replacing: _) = receipt { number } else { nil }
      }
    }
    #expect(numbers.count == Self.writers * Self.edits)
    let waiting = try host.replica.operations()
    #expect(waiting.count == 1)
    #expect(waiting.first?.edit == numbers.max())
    #expect(waiting.map(\.base?.name) == [NetworkName("lab")])
    let told = try await host.query(
      "SELECT kind, count(*) FROM changes WHERE side = 'local' GROUP BY kind ORDER BY kind"
    )
    #expect(told == ["renamed \(numbers.count)", "superseded \(numbers.count - 1)"])
  }

  @Test func `a pull and edits at once leave both whole`() async throws {
    let (host, other) = try shared()
    let records = (1...200).map { NetworkDocument.sample($0, name: "net \($0)") }
    async let edited = byMany(other, other) { replica, writer in
      try (0..<Self.edits).map { edit in
        let localID = LocalID(at: replica.now(), random: (high: UInt64(writer), low: UInt64(edit)))
        return try replica.create(NetworkName("lab \(writer) \(edit)"), localID: localID)
      }
    }
    for _ in 0..<10 { try host.pull(Array(records.prefix(100)), Array(records.suffix(100))) }
    let receipts = try await edited
    #expect(receipts.count == Self.writers * Self.edits)
    #expect(try host.replica.operations().count == receipts.count)
    #expect(try host.replica.knownCount() == 200)
    let told = try await host.query("SELECT side, count(*) FROM changes GROUP BY side ORDER BY side")
    #expect(told == ["local \(receipts.count)", "remote 200"])
  }

  /// Two openings of one file, as two processes have it.
  private func shared() throws -> (ReplicaHost, Replica) {
    let host = try ReplicaHost()
    return (host, try Replica.open(host.path, .existing, now: host.replica.now))
  }

  /// Every writer at once, half of them through either replica.
  private func byMany<Value: Sendable>(
    _ first: Replica,
    _ second: Replica,
    _ work: @escaping @Sendable (_ replica: Replica, _ writer: Int) throws -> [Value]
  ) async throws -> [Value] {
    try await withThrowingTaskGroup(of: [Value].self) { group in
      for writer in 0..<Self.writers {
        group.addTask { try work(writer.isMultiple(of: 2) ? first : second, writer) }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }
}
