import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// A listing lags behind writes. One that is older than what the server acknowledged is not news (R10).
@Suite(.opensReplicas) struct StalePageTests {
  let lab = NetworkDocument.sample(1, name: "lab")

  @Test func `a page that was asked for before a rename landed does not undo it`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let sweep = try host.replica.beginSweep(networksOnly: true)
    let asked = try host.replica.meta().acknowledgements
    let renamed = lab.renamed("lab-eu")
    try host.land(host.rename("lab", to: "lab-eu"), renamed)

    let page = ListedPage(number: 1, records: [lab], fingerprint: [1], asked: asked, askedAt: host.now)
    let tally = try host.replica.apply([page], sweep: sweep, .sample())
    #expect(tally == PageTally())
    #expect(try host.seen == ["lab-eu synced"])
    #expect(try host.network("lab-eu").updatedAt == renamed.updatedAt?.raw)
    #expect(try host.replica.missing(from: sweep, lastPage: 1).isEmpty)
    #expect(try host.replica.knownPages().isEmpty, "the page does not say what is so")
  }

  @Test func `an older page does not undo what a stampless answer said`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let sweep = try host.replica.beginSweep(networksOnly: true)
    try host.land(host.rename("lab", to: "lab-eu"), .sample(1, name: "lab-eu", updatedAt: nil))
    let page = ListedPage(number: 1, records: [lab], fingerprint: [1], asked: 0, askedAt: host.now)
    _ = try host.replica.apply([page], sweep: sweep, .sample())
    #expect(try host.seen == ["lab-eu synced"])
  }

  @Test func `a listing that lags behind a rename is not believed for two minutes, and then it is`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.land(host.rename("lab", to: "lab-eu"), lab.renamed("lab-eu"))
    host.wait(Limits.listingLag)
    #expect(try host.pull([lab]).changed == 0)
    #expect(try host.seen == ["lab-eu synced"])

    host.wait(.microseconds(1))
    #expect(try host.pull([lab]).changed == 1)
    #expect(try host.seen == ["lab synced"])
    let last = try await host.journal().last
    #expect(last == "remote went_back: lab-eu > lab")
  }

  @Test func `a newer change is believed at once, however fresh our own is`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let ours = lab.renamed("lab-eu", at: "2026-01-02T12:00:00Z")
    try host.land(host.rename("lab", to: "lab-eu"), ours)
    #expect(try host.pull([ours.renamed("lab-us", at: "2026-01-02T12:00:00.000001Z")]).changed == 1)
    #expect(try host.seen == ["lab-us synced"])
  }

  @Test func `a deleted network that a listing still shows is not back for two minutes, and then it is`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let deletion = try host.delete("lab")
    try host.send(deletion)
    try host.settle(deletion, .landed(nil))
    host.wait(Limits.listingLag)
    #expect(try host.pull([lab]).new == 0)
    #expect(try host.seen.isEmpty)

    host.wait(.microseconds(1))
    let pull = try host.pull([lab])
    #expect(pull.new == 1)
    #expect(pull.missing.isEmpty)
    #expect(try host.seen == ["lab synced"])
    let last = try await host.journal().last
    #expect(last == "remote created: - > lab")
  }

  @Test(arguments: [Duration.seconds(-3_600), .seconds(-1), .seconds(3_600)])
  func `how long ago a network was deleted is told by the server's clock, however this host's jumps`(
    jump: Duration
  ) throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let deletion = try host.delete("lab")
    try host.send(deletion)
    try host.settle(deletion, .landed(nil))
    host.jump(by: jump)
    host.wait(Limits.listingLag)
    try host.pull([lab])
    #expect(try host.seen.isEmpty)
    host.wait(.seconds(1))
    try host.pull([lab])
    #expect(try host.seen == ["lab synced"])
  }

  @Test func `a page that was asked for before a deletion landed never brings the network back`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let sweep = try host.replica.beginSweep(networksOnly: true)
    let deletion = try host.delete("lab")
    try host.send(deletion)
    try host.settle(deletion, .landed(nil))
    host.wait(.seconds(3_600))
    let page = ListedPage(number: 1, records: [lab], fingerprint: [1], asked: 0, askedAt: host.now)
    _ = try host.replica.apply([page], sweep: sweep, .sample())
    #expect(try host.seen.isEmpty)
    #expect(try host.replica.missing(from: sweep, lastPage: 1).isEmpty)
  }

  @Test func `a pull does not undo a deletion that waits`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.delete("lab")
    try host.pull([lab.restamped("2026-01-05T12:00:00Z")])
    #expect(try host.seen.isEmpty)
    #expect(try host.outbox == ["1 delete - waiting"])
  }

  @Test(arguments: [PushDecision?.none, .doubt])
  func `a network that may be a create without an answer is not taken in`(decision: PushDecision?) throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create, known: [.sample(2)])
    if let decision { try host.settle(create, decision) }

    let twin = NetworkDocument.sample(1, name: "lab", createdAt: host.stamp(in: .zero))
    let namesake = NetworkDocument.sample(2, name: "lab", createdAt: host.stamp(in: .zero))
    let older = NetworkDocument.sample(3, name: "lab", createdAt: host.stamp(in: .seconds(-1)))
    let other = NetworkDocument.sample(4, name: "lab-eu", createdAt: host.stamp(in: .zero))
    let tally = try host.pull([twin, namesake, older, other])
    #expect(tally.new == 2)
    #expect(tally.withheld == [.sample(1), .sample(3)])
    #expect(try host.replica.networks().compactMap(\.id).sorted() == [.sample(2), .sample(4)])
    #expect(try host.replica.knownPages().isEmpty, "the page is read again once the create is settled")
  }

  @Test func `a network that was not the create after all is taken in by the next pull`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    try host.settle(create, .doubt)
    let stranger = NetworkDocument.sample(1, name: "lab", createdAt: host.stamp(in: .seconds(5)))
    try host.pull([stranger])
    _ = try host.replica.retry(create.edit)
    #expect(try host.pull([stranger]).new == 1)
    #expect(try host.seen == ["lab waiting", "lab synced"])
  }
}

extension ReplicaHost {
  fileprivate func land(_ operation: OutboxOperation, _ document: NetworkDocument) throws {
    try send(operation)
    #expect(try settle(operation, .landed(document)) == .landed)
  }
}
