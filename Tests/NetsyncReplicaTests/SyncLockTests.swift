import FoundationEssentials
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Testing

/// One at a time pulls, pushes and checkpoints (R14).
@Suite(.opensReplicas) struct SyncLockTests {
  @Test func `while one syncs no other may, and the next may when it is gone`() throws {
    let host = try ReplicaHost()
    guard let lock = try SyncLock(replica: host.path) else {
      Issue.record("nobody else has the lock")
      return
    }
    #expect(try isFree(host.path) == false)
    let other = try ReplicaHost()
    #expect(try isFree(other.path), "another replica is another matter")
    try host.create("lab")
    #expect(try host.seen == ["lab waiting"], "an edit waits for nobody")
    release(lock)
    #expect(try isFree(host.path))
    #expect(try isFree(host.path), "a lock that was looked for is not kept")
  }

  @Test func `a lock file that a dead process left behind locks nothing`() throws {
    let host = try ReplicaHost()
    try Data().write(to: URL(filePath: "\(host.path).lock"))
    #expect(try isFree(host.path))
  }

  @Test func `an edit leaves the file as it was, however long the log grows, until who syncs folds it in`() throws {
    let host = try ReplicaHost()
    let file = URL(filePath: host.path)
    let before = try Data(contentsOf: file)
    // SQLite would fold the log in by itself once it has a thousand pages, which are 4 MB.
    for number in 1...100 { try host.create("\(number)" + String(repeating: "x", count: 40_000)) }
    #expect(try Data(contentsOf: URL(filePath: "\(host.path)-wal")).count > 4_096_000)
    #expect(try Data(contentsOf: file) == before)
    try host.replica.checkpoint()
    #expect(try Data(contentsOf: file) != before)
  }

  @Test func `a lock that cannot be made is an error, and not a lock that another has`() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: ReplicaError.self) { try isFree("\(directory.path)/none/replica.sqlite") }
  }
}

private func isFree(_ path: String) throws -> Bool {
  guard let lock = try SyncLock(replica: path) else { return false }
  release(lock)
  return true
}

private func release(_: consuming SyncLock) {}
