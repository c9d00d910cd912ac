import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// A network that was edited here is seen changed there: who stands, and what is told of the other (R8).
@Suite(.opensReplicas) struct PolicyTests {
  struct Case: Sendable {
    let policy: ConflictPolicy
    /// When it was changed there, from the time of the edit.
    let theirs: Duration
    let outcome: Outcome

    enum Outcome: Sendable { case mine, theirs, asked }
  }

  @Test(arguments: [
    Case(policy: .newest, theirs: .seconds(-60), outcome: .mine),
    Case(policy: .newest, theirs: .seconds(60), outcome: .theirs),
    Case(policy: .newest, theirs: .milliseconds(500), outcome: .asked),
    Case(policy: .newest, theirs: .milliseconds(-500), outcome: .asked),
    Case(policy: .client, theirs: .seconds(60), outcome: .mine),
    Case(policy: .server, theirs: .seconds(-60), outcome: .theirs),
    Case(policy: .hold, theirs: .seconds(-60), outcome: .asked),
  ])
  func `renamed on both sides, one stands and the other is kept in the journal`(_ tried: Case) async throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    try host.pull([lab])
    try host.rename("lab", to: "mine")
    try host.pull([lab.renamed("theirs", at: host.stamp(in: tried.theirs))], policy: tried.policy)
    let told = try await host.journal().last
    switch tried.outcome {
    case .mine:
      #expect(try host.seen == ["mine waiting"])
      #expect(try host.replica.operations().map(\.base?.name) == [NetworkName("theirs")])
      #expect(told == "local prevailed: theirs > mine")
    case .theirs:
      #expect(try host.seen == ["theirs synced"])
      #expect(try host.outbox.isEmpty)
      #expect(told == "local yielded: mine > theirs")
    case .asked:
      #expect(try host.seen == ["mine conflict"])
      #expect(try host.replica.conflicts().map(\.kind) == [.bothChanged])
      #expect(told == "local conflict: mine > theirs")
    }
  }

  @Test(arguments: [
    Case(policy: .newest, theirs: .seconds(-60), outcome: .mine),
    Case(policy: .newest, theirs: .seconds(60), outcome: .theirs),
    Case(policy: .newest, theirs: .zero, outcome: .asked),
    Case(policy: .client, theirs: .seconds(60), outcome: .mine),
    Case(policy: .server, theirs: .seconds(-60), outcome: .theirs),
    Case(policy: .hold, theirs: .seconds(-60), outcome: .asked),
  ])
  func `deleted here and renamed there, one stands and the other is kept in the journal`(_ tried: Case) async throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    try host.pull([lab])
    try host.delete("lab")
    try host.pull([lab.renamed("theirs", at: host.stamp(in: tried.theirs))], policy: tried.policy)
    let told = try await host.journal().last
    switch tried.outcome {
    case .mine:
      #expect(try host.seen.isEmpty)
      #expect(try host.outbox == ["1 delete - waiting"])
      #expect(told == "local prevailed: theirs > -")
    case .theirs:
      #expect(try host.seen == ["theirs synced"])
      #expect(told == "local yielded: - > theirs")
    case .asked:
      #expect(try host.seen == ["theirs conflict"])
      #expect(try host.replica.conflicts().map(\.kind) == [.deletedHere])
      #expect(told == "local conflict: - > theirs")
    }
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `renamed here and deleted there always waits for a person`(policy: ConflictPolicy) throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    try host.rename("lab", to: "mine")
    let outcome = try host.look(at: "mine", .gone, policy: policy)
    #expect(outcome.edit == .conflict(.deletedThere))
    #expect(!outcome.removed)
    #expect(try host.seen == ["mine conflict"])
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `the same name on both sides is no conflict, and nothing is left to send`(policy: ConflictPolicy) async throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    try host.pull([lab])
    try host.rename("lab", to: "lab-eu")
    try host.pull([lab.renamed("lab-eu")], policy: policy)
    #expect(try host.seen == ["lab-eu synced"])
    #expect(try host.outbox.isEmpty)
    let last = try await host.journal().last
    #expect(last == "local satisfied: lab-eu > lab-eu")
  }

  @Test func `a network deleted on both sides is gone, and nothing is left to send`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    try host.delete("lab")
    let outcome = try host.look(at: "lab", .gone)
    #expect(outcome.removed)
    #expect(outcome.edit == .satisfied)
    #expect(try host.outbox.isEmpty)
    #expect(try host.replica.knownCount() == 0)
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `where only the stamp moved, the base moves and the edits go on`(policy: ConflictPolicy) async throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(1, name: "lab")
    let dmz = NetworkDocument.sample(2, name: "dmz")
    try host.pull([lab, dmz])
    try host.rename("lab", to: "lab-eu")
    try host.delete("dmz")
    let before = try await host.journal()
    let stamp = host.stamp(in: .seconds(60))
    let pull = try host.pull([lab.restamped(stamp), dmz.restamped(stamp)], policy: policy)
    #expect(pull.changed == 0)
    #expect(try host.outbox == ["1 rename lab-eu waiting", "2 delete - waiting"])
    #expect(try host.replica.operations().map(\.base?.updatedAt) == [ServerStamp(stamp), ServerStamp(stamp)])
    #expect(try host.network("lab-eu").updatedAt == stamp)
    let after = try await host.journal()
    #expect(after == before)
  }

  @Test func `a server that went back is told, and the edit survives it`() async throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab", updatedAt: "2026-01-03T12:00:00Z")
    try host.pull([lab])
    try host.rename("lab", to: "mine")
    try host.pull([lab.restamped("2026-01-01T12:00:00Z")])
    #expect(try host.seen == ["mine waiting"])
    let last = try await host.journal().last
    #expect(last == "remote went_back: lab > lab")
  }

  @Test func `a conflict that dissolves there waits to be sent again`() throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    try host.pull([lab])
    try host.rename("lab", to: "mine")
    try host.pull([lab.renamed("theirs")], policy: .hold)
    try host.pull([lab.restamped("2026-01-03T12:00:00Z")], policy: .hold)
    #expect(try host.outbox == ["1 rename mine waiting"])
    #expect(try host.replica.conflicts().isEmpty)
  }

  @Test func `a conflict seen again is the same conflict, told once`() async throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    try host.pull([lab])
    try host.rename("lab", to: "mine")
    try host.pull([lab.renamed("theirs")], policy: .hold)
    try host.pull([lab.renamed("theirs")], policy: .hold)
    #expect(try host.replica.conflicts().count == 1)
    let told = try await host.query("SELECT count(*) FROM changes WHERE kind = 'conflict'")
    #expect(told == ["1"])
  }

  @Test func `what somebody renames again and again is asked about in the end, and told with how often`() async throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    try host.pull([lab])
    try host.rename("lab", to: "mine")
    for round in 1...Limits.contests {
      host.wait(.seconds(60))
      try host.pull([lab.renamed("theirs \(round)", at: host.stamp(in: .zero))], policy: .client)
      #expect(try host.seen == ["mine waiting"])
    }
    host.wait(.seconds(60))
    try host.pull([lab.renamed("theirs after all", at: host.stamp(in: .zero))], policy: .client)
    #expect(try host.seen == ["mine conflict"])
    let told = try await host.query(
      "SELECT kind, evidence ->> 'contests' FROM changes WHERE kind IN ('prevailed', 'conflict')"
    )
    #expect(told == ["prevailed 0", "prevailed 1", "prevailed 2", "conflict 3"])

    host.wait(Limits.contentionWindow)
    try host.pull([lab.renamed("theirs an hour later", at: host.stamp(in: .zero))], policy: .client)
    #expect(try host.seen == ["mine waiting"], "what was long ago is no contest")
  }

  @Test func `one network's contests are not another's`() throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(1, name: "lab")
    let dmz = NetworkDocument.sample(2, name: "dmz")
    try host.pull([lab, dmz])
    try host.rename("lab", to: "mine")
    for round in 1...Limits.contests {
      try host.pull([lab.renamed("theirs \(round)"), dmz], policy: .client)
    }
    try host.rename("dmz", to: "mine too")
    try host.pull([lab.renamed("theirs \(Limits.contests)"), dmz.renamed("theirs")], policy: .client)
    #expect(try host.seen == ["mine waiting", "mine too waiting"])
  }

  @Test func `the policy that decided and both stamps are kept as evidence`() async throws {
    let host = try ReplicaHost()
    let lab = NetworkDocument.sample(name: "lab")
    try host.pull([lab])
    try host.rename("lab", to: "mine")
    try host.pull([lab.renamed("theirs", at: "2026-01-02T12:00:00Z")], policy: .server)
    let told = try await host.query(
      """
      SELECT evidence ->> 'policy', evidence ->> 'updated_at_before', evidence ->> 'updated_at_after'
      FROM changes WHERE kind = 'yielded'
      """
    )
    #expect(told == ["server 2026-01-01T12:00:00Z 2026-01-02T12:00:00Z"])
  }
}
