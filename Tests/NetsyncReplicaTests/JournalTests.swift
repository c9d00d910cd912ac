import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// What the journal tells, in order and in pieces, of networks that are gone too.
@Suite(.opensReplicas) struct JournalTests {
  let lab = NetworkDocument.sample(1, name: "lab")

  @Test func `changes of both sides come in order, each with its side, its edit and its evidence`() throws {
    let host = try ReplicaHost()
    let pull = try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    let changes = try host.replica.changes(limit: 10)
    #expect(changes.map(\.kind) == [.created, .renamed])
    #expect(changes.map(\.side) == [.remote, .local])
    #expect(changes.map(\.edit) == [nil, rename.edit])
    #expect(changes.map(\.before) == [nil, NetworkName("lab")])
    #expect(changes.map(\.after) == [NetworkName("lab"), NetworkName("lab-eu")])
    #expect(changes.map(\.id) == [lab.id, lab.id])
    #expect(changes.map(\.evidence) == [Evidence(sweep: pull.sweep, page: 1), Evidence()])
    #expect(changes.map(\.at) == [host.now, host.now])
    #expect(try host.replica.lastChange() == changes.last?.number)
  }

  @Test func `a long journal can be read in pieces, and nothing is left out or told twice`() throws {
    let host = try ReplicaHost()
    for number in 0..<25 { try host.create("lab \(number)") }
    var told: [JournalChange] = []
    while true {
      let piece = try host.replica.changes(after: told.last?.number, limit: 10)
      if piece.isEmpty { break }
      told += piece
    }
    #expect(told.map(\.after) == (0..<25).map { NetworkName("lab \($0)") })
    #expect(try host.replica.changes(limit: 100) == told)
  }

  @Test func `what another process adds comes after what was read`() throws {
    let host = try ReplicaHost()
    try host.create("lab")
    let last = try #require(try host.replica.lastChange())
    #expect(try host.replica.changes(after: last, limit: 10).isEmpty)
    let other = try Replica.open(host.path, .existing, now: { Timestamp(microseconds: 0) })
    _ = try other.create(NetworkName("dmz"), localID: host.newLocalID())
    #expect(try host.replica.changes(after: last, limit: 10).map(\.after) == [NetworkName("dmz")])
  }

  @Test func `changes are told of one network, and since a time`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, .sample(2, name: "dmz")])
    host.wait(.seconds(60))
    let since = host.now
    try host.rename("lab", to: "lab-eu")
    try host.rename("dmz", to: "dmz-eu")
    let key = try host.network("lab-eu").key
    #expect(try host.replica.changes(of: key, limit: 10).map(\.kind) == [.created, .renamed])
    #expect(try host.replica.changes(since: since, limit: 10).map(\.kind) == [.renamed, .renamed])
    #expect(try host.replica.changes(since: since, of: key, limit: 10).map(\.after) == [NetworkName("lab-eu")])
    #expect(try host.replica.changes(since: since + .seconds(1), limit: 10).isEmpty)
  }

  @Test func `a new replica has nothing to tell`() throws {
    let host = try ReplicaHost()
    #expect(try host.replica.lastChange() == nil)
    #expect(try host.replica.changes(limit: 10).isEmpty)
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `a settled conflict tells what was weighed: policy, sight, both stamps, the edit's time and its doubt`(
    policy: ConflictPolicy
  ) throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let editedAt = host.now
    try host.rename("lab", to: "mine")
    host.wait(.seconds(60))
    let theirs = host.stamp(in: .zero)
    let pull = try host.pull([lab.renamed("theirs", at: theirs)], policy: policy)
    let told = try #require(try host.replica.changes(limit: 10).last)
    #expect([.yielded, .prevailed, .conflict].contains(told.kind))
    #expect(told.evidence.policy == policy.rawValue)
    #expect(told.evidence.sweep == pull.sweep)
    #expect(told.evidence.page == 1)
    #expect(told.evidence.updatedAtBefore == lab.updatedAt?.raw)
    #expect(told.evidence.updatedAtAfter == theirs)
    #expect(told.evidence.mineAt == editedAt.rfc3339)
    #expect(told.evidence.clockUncertaintySeconds == 1)
  }

  @Test(arguments: ConflictSide.allCases)
  func `a deletion there that a person has to decide about is told with its 404, whichever side they take`(
    side: ConflictSide
  ) throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.rename("lab", to: "mine")
    try host.look(at: "mine", .gone)
    let key = try host.network("mine").key
    _ = try host.replica.resolveConflict(of: key, taking: side, localID: host.newLocalID())
    let removal = try #require(try host.replica.changes(of: key, limit: 10).last)
    #expect(removal.side == .remote)
    #expect(removal.kind == .deleted)
    #expect(removal.before == NetworkName("lab"))
    #expect(removal.evidence.status == 404)
    #expect(removal.evidence.request == "GET /networks/{id}")
  }

  // MARK: Networks that are gone

  @Test func `a network that is gone answers to its id, the beginning of its id, its local id and its last name`()
    throws
  {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    try host.settle(create, .landed(lab))
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(rename)
    try host.settle(rename, .landed(lab.renamed("lab-eu")))
    let deletion = try host.delete("lab-eu")
    try host.send(deletion)
    host.wait(.seconds(5))
    try host.settle(deletion, .landed(nil))
    let localID = try #require(create.localID)
    for reference in [lab.id.text, String(lab.id.text.prefix(13)), localID.text, "lab-eu"] {
      guard case .found(let trace) = try host.replica.trace(reference) else {
        Issue.record("nothing answers to \(reference)")
        continue
      }
      #expect(trace.id == lab.id)
      #expect(trace.localID == localID)
      #expect(trace.name == NetworkName("lab-eu"))
      #expect(trace.goneAt == host.now)
    }
    #expect(try host.replica.trace("lab") == .unknown)
    #expect(try host.replica.find("lab-eu") == .unknown)
  }

  @Test func `a network that was never sent answers to the name that was wanted for it`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    _ = try host.replica.discard(create.edit)
    guard case .found(let trace) = try host.replica.trace("lab") else {
      Issue.record("nothing answers to its name")
      return
    }
    #expect(trace.localID == create.localID)
    #expect(trace.name == NetworkName("lab"))
    #expect(trace.id == nil)
  }

  @Test func `a name is the network's that has it now, before one's that is gone`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.look(at: "lab", .gone)
    try host.pull([.sample(2, name: "lab")])
    guard case .found(let trace) = try host.replica.trace("lab") else {
      Issue.record("nothing answers to its name")
      return
    }
    #expect(trace.id == .sample(2))
    #expect(trace.goneAt == nil)
    guard case .found(let gone) = try host.replica.trace(lab.id.text) else {
      Issue.record("the one that is gone does not answer to its id")
      return
    }
    #expect(gone.goneAt != nil)
  }

  @Test func `a last name that several had names none of them`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, .sample(2, name: "dmz")])
    for name in ["lab", "dmz"] { try host.look(at: name, .gone) }
    try host.pull([.sample(3, name: "lab")])
    try host.look(at: "lab", .gone)
    guard case .ambiguous(let candidates) = try host.replica.trace("lab") else {
      Issue.record("one of them was taken for the other")
      return
    }
    #expect(candidates.map(\.id) == [lab.id, .sample(3)])
    #expect(try host.replica.trace("nothing of that name") == .unknown)
    #expect(try host.replica.trace("") == .unknown)
  }

  @Test func `a history holds the sweeps that it speaks of, where the network was listed last, and what waits`() throws
  {
    let host = try ReplicaHost()
    let first = try host.pull([lab])
    let second = try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    guard case .found(let trace) = try host.replica.trace("lab-eu") else {
      Issue.record("nothing answers to its name")
      return
    }
    let history = try host.replica.history(of: trace, limit: 10)
    #expect(history.changes.map(\.kind) == [.created, .renamed])
    #expect(!history.isCut)
    #expect(history.sweeps.keys.sorted() == [first.sweep, second.sweep])
    #expect(history.sweeps.values.allSatisfy { $0.isComplete })
    #expect(history.lastListed?.sweep == second.sweep)
    #expect(history.lastListed?.page == 1)
    #expect(history.operations == [rename])
    let newest = try host.replica.history(of: trace, limit: 1)
    #expect(newest.changes.map(\.kind) == [.renamed])
    #expect(newest.isCut)
  }
}
