import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// The networks that a page shows for the first time are one entry of the journal, and each is a change by itself to whoever reads it.
@Suite(.opensReplicas) struct ArrivalTests {
  let lab = NetworkDocument.sample(1, name: "lab")
  let dmz = NetworkDocument.sample(2, name: "dmz")
  let nameless = NetworkDocument.sample(3, name: nil)
  let edge = NetworkDocument.sample(4, name: "\"edge\"\n")

  private func number(_ rawValue: Int64) -> ChangeNumber { ChangeNumber(rawValue: rawValue) }

  @Test func `a page is one entry, and as many changes as it has networks`() async throws {
    let host = try ReplicaHost()
    try host.create("mine")
    try host.pull([lab, dmz, nameless, edge])
    try host.pull([lab.renamed("lab-eu"), dmz, nameless, edge])
    #expect(try await host.query("SELECT change, networks FROM journal") == ["1 1", "5 4", "6 1"])
    let changes = try host.replica.changes(limit: 10)
    #expect(changes.map(\.number.rawValue) == [1, 2, 3, 4, 5, 6])
    #expect(changes.map(\.after?.text) == ["mine", "lab", "dmz", nil, "\"edge\"\n", "lab-eu"])
    #expect(changes.dropFirst().map(\.id) == [lab.id, dmz.id, nameless.id, edge.id, lab.id])
    #expect(changes.dropFirst().map(\.evidence.page) == [1, 1, 1, 1, 1])
    #expect(try await host.query("SELECT change, id, after FROM changes WHERE change = 3") == ["3 \(dmz.id.text) dmz"])
    #expect(try host.replica.inventory().changes == 6)
    #expect(try host.replica.checkUp().faults.isEmpty)
  }

  @Test func `each network has its own history, whatever stands beside it`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz], [nameless, edge])
    try host.pull([lab, dmz.renamed("dmz-eu")], [nameless, edge])
    let key = try host.network("dmz-eu").key
    #expect(try host.replica.changes(of: key, limit: 10).map(\.number.rawValue) == [2, 5])
    guard case .found(let trace) = try host.replica.trace("dmz-eu") else {
      Issue.record("the network cannot be found")
      return
    }
    let history = try host.replica.history(of: trace, limit: 10)
    #expect(history.changes.map(\.after?.text) == ["dmz", "dmz-eu"])
    #expect(try host.replica.history(of: trace, limit: 1).isCut)
  }

  @Test func `who follows the journal may stop in the middle of an entry`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz, nameless, edge])
    try host.create("mine")
    func piece(after cursor: Int64, limit: Int) throws -> [Int64]? {
      guard case .changes(let changes) = try host.replica.journal(after: number(cursor), limit: limit) else {
        return nil
      }
      return changes.map(\.number.rawValue)
    }
    #expect(try piece(after: 0, limit: 3) == [1, 2, 3])
    #expect(try piece(after: 3, limit: 1) == [4])
    #expect(try piece(after: 3, limit: 10) == [4, 5])
    #expect(try host.replica.latestChange() == number(5))
    #expect(try host.replica.forgottenChange() == number(0))
    #expect(try host.replica.changes(after: number(2), limit: 2).map(\.number.rawValue) == [3, 4])
  }

  @Test func `one of several is undone by its number`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz, nameless])
    guard case .edited = try host.replica.undo(number(2), localID: host.newLocalID()) else {
      Issue.record("the change is not undone")
      return
    }
    #expect(try host.outbox == ["1 delete - waiting"])
    #expect(try host.network("dmz").state == .deleting)
    #expect(throws: ReplicaError.noChange(number(9))) { try host.replica.undo(number(9), localID: host.newLocalID()) }
  }

  @Test func `changes are told in the order in which a page shows them`() async throws {
    let host = try ReplicaHost()
    try host.pull([dmz])
    // The same network twice, and another between new ones.
    try host.pull([lab, lab.renamed("lab-eu"), edge, dmz.renamed("dmz-eu"), nameless])
    let told = try await host.journal()
    #expect(
      told == [
        "remote created: - > dmz", "remote created: - > lab", "remote renamed: lab > lab-eu",
        "remote created: - > \"edge\"\n", "remote renamed: dmz > dmz-eu", "remote created: - > -",
      ]
    )
  }

  @Test func `a network that turns out to be one made here takes its history along`() async throws {
    let host = try ReplicaHost()
    let create = try host.create("new")
    try host.send(create)
    let made = NetworkDocument.sample(2, name: "odd", createdAt: host.stamp(in: .seconds(1)))
    try host.pull([lab, made, edge])
    try host.pull([lab, made.renamed("new"), edge])
    try host.settle(create, .landed(made.renamed("new")))
    #expect(
      try await host.query("SELECT change, networks FROM journal WHERE kind = 'created'") == [
        "1 1", "2 1", "3 1", "4 1",
      ]
    )
    let changes = try host.replica.changes(of: create.network, limit: 10)
    #expect(changes.map(\.number.rawValue) == [1, 3, 5, 6])
    #expect(Set(changes.map(\.id)) == [made.id])
    #expect(try host.replica.changes(limit: 10).map(\.number.rawValue) == [1, 2, 3, 4, 5, 6])
  }

  @Test func `a reset keeps the changes of the networks that it keeps`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz, edge])
    try host.rename("dmz", to: "dmz-eu")
    let resetAt = host.now
    _ = try Replica.reset(host.path, withOutbox: false, now: { resetAt })
    try host.restart()
    let kept = try host.replica.changes(limit: 10)
    #expect(kept.map(\.number.rawValue) == [2, 4])
    #expect(kept.map(\.after?.text) == ["dmz", "dmz-eu"])
    #expect(try host.replica.latestChange() == number(4))
  }

  @Test func `what has served is forgotten whole, once it is no network's last word`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz])
    host.wait(.seconds(100 * 86_400))
    try host.pull([lab, dmz.renamed("dmz-eu")])
    try host.replica.compactJournal()
    #expect(try host.replica.changes(limit: 10).map(\.number.rawValue) == [3])
    #expect(try host.replica.forgottenChange() == number(2))
    #expect(try host.replica.journal(after: number(1), limit: 10) == .forgotten(oldest: number(3)))
  }
}
