import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// The journal says which edit took the place of another, however that came about.
@Suite(.opensReplicas) struct SupersededTests {
  let lab = NetworkDocument.sample(1, name: "lab")

  @Test func `an edit in place of one that waits`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.rename("lab", to: "lab-1")
    let second = try host.rename("lab-1", to: "lab-2")
    #expect(try host.superseded == [second.edit.rawValue])
    #expect(try host.replica.progress(of: EditNumber(rawValue: 1)) == .settled(.superseded(by: second.edit)))
    #expect(try host.replica.progress(of: second.edit) == .open)
  }

  @Test func `an edit that undoes one that waits is none to follow`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let first = try host.rename("lab", to: "lab-1")
    #expect(try host.replica.edit(first.network, .rename(to: NetworkName("lab"))) == .takenBack(first.edit))
    #expect(try host.superseded == [nil])
    #expect(try host.replica.progress(of: first.edit) == .settled(.superseded(by: nil)))
  }

  @Test func `the edit behind one that comes back from its way`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let first = try host.rename("lab", to: "lab-1")
    try host.send(first)
    let second = try host.rename("lab-1", to: "lab-2")
    try host.settle(first, .retry(after: nil))
    #expect(try host.superseded == [second.edit.rawValue])
  }

  @Test
  func `the edit behind one that was refused: what the server said is in the journal, what counts is the edit behind`()
    throws
  {
    let host = try ReplicaHost()
    try host.pull([lab])
    let first = try host.rename("lab", to: "dmz")
    try host.send(first)
    let second = try host.rename("dmz", to: "lab-eu")
    try host.settle(first, .deadLetter(.nameTaken), failure: .nameTaken)
    #expect(try host.replica.progress(of: first.edit) == .settled(.superseded(by: second.edit)))
  }

  @Test func `a dead letter is settled, open again when it is retried, and its number is never unknown`() throws {
    let host = try ReplicaHost()
    let create = try host.create("dmz")
    try host.send(create)
    #expect(try host.replica.progress(of: create.edit) == .open)
    try host.settle(create, .deadLetter(.nameTaken), failure: .nameTaken)
    #expect(try host.replica.progress(of: create.edit) == .settled(.refused(.nameTaken)))
    _ = try host.replica.retry(create.edit)
    #expect(try host.replica.progress(of: create.edit) == .open)
    _ = try host.replica.discard(create.edit)
    #expect(try host.replica.progress(of: create.edit) == .settled(.discarded))
    #expect(try host.replica.progress(of: EditNumber(rawValue: 99)) == .unknown)
  }
}

extension ReplicaHost {
  /// What took the place of each superseded edit, in order.
  fileprivate var superseded: [Int64?] {
    get throws {
      try replica.changes(limit: 100).filter { $0.kind == .superseded }.map(\.evidence.supersededBy)
    }
  }
}
