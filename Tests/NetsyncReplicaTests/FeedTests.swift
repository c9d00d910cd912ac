import NetsyncModel
import NetsyncReplica
import NetsyncTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The journal in pieces that have no gap, and where it begins to have none.
@Suite(.opensReplicas) struct FeedTests {
  private func number(_ rawValue: Int64) -> ChangeNumber { ChangeNumber(rawValue: rawValue) }

  private func numbers(_ host: ReplicaHost, after cursor: Int64, limit: Int = 100) throws -> [Int64]? {
    guard case .changes(let changes) = try host.replica.journal(after: number(cursor), limit: limit) else { return nil }
    return changes.map(\.number.rawValue)
  }

  @Test func `a new replica has nothing, and knows no cursor but the first`() throws {
    let host = try ReplicaHost()
    #expect(try host.replica.latestChange() == number(0))
    #expect(try host.replica.forgottenChange() == number(0))
    #expect(try numbers(host, after: 0) == [])
    #expect(try host.replica.journal(after: number(1), limit: 10) == .ahead)
  }

  @Test func `pieces follow each other`() throws {
    let host = try ReplicaHost()
    for name in 0..<5 { try host.create("lab \(name)") }
    #expect(try numbers(host, after: 0, limit: 2) == [1, 2])
    #expect(try numbers(host, after: 2, limit: 2) == [3, 4])
    #expect(try numbers(host, after: 4, limit: 2) == [5])
    #expect(try numbers(host, after: 5, limit: 2) == [])
    #expect(try host.replica.latestChange() == number(5))
  }

  /// A log that cannot be synced stands for a power cut that would undo it.
  @Test func `no cursor is given that a power cut could make another change's`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    #expect(try numbers(host, after: 0) == [1])
    let log = "\(host.path)-wal"
    try #require(unsafe rename(log, "\(log).aside") == 0 && mkfifo(log, 0o600) == 0)
    #expect(throws: ReplicaError.self) { try host.replica.journal(after: number(0), limit: 10) }
    #expect(throws: ReplicaError.self) { try host.replica.latestChange() }
    #expect(throws: ReplicaError.self) { try host.replica.forgottenChange() }
    #expect(try host.replica.journal(after: number(1), limit: 10) == .changes([]))
    try #require(unsafe rename("\(log).aside", log) == 0)
    #expect(try numbers(host, after: 0) == [1])
  }

  @Test func `old changes that are kept for another reason stand before the gap`() throws {
    let host = try ReplicaHost()
    try host.create("open")
    _ = try host.replica.discard(host.create("dropped").edit)
    host.wait(.seconds(100 * 86_400))
    try host.create("new")
    try host.replica.compactJournal()
    #expect(try numbers(host, after: 0) == [1])
    #expect(try host.replica.journal(after: number(1), limit: 100) == .forgotten(oldest: number(3)))
    #expect(try host.replica.forgottenChange() == number(2))
    #expect(try numbers(host, after: 2) == [3, 4])
  }

  @Test func `where the newest is forgotten too, all before the next one is`() throws {
    let host = try ReplicaHost()
    try host.create("open")
    try host.pull([.sample(1, name: "lab")])
    host.wait(.seconds(100 * 86_400))
    try host.replica.compactJournal()
    #expect(try host.replica.latestChange() == number(2))
    #expect(try host.replica.forgottenChange() == number(2))
    #expect(try host.replica.journal(after: number(1), limit: 100) == .forgotten(oldest: number(3)))
    #expect(try numbers(host, after: 2) == [])
  }
}
