import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// A listing comes in pages, and rows move between them while it is walked.
@Suite(.opensReplicas) struct PageTests {
  let lab = NetworkDocument.sample(1, name: "lab")
  let dmz = NetworkDocument.sample(2, name: "dmz")
  let old = NetworkDocument.sample(3, name: "old")

  @Test func `a first pull brings every network`() throws {
    let host = try ReplicaHost()
    let pull = try host.pull([lab, dmz], [old])
    #expect(pull.new == 3)
    #expect(pull.changed == 0)
    #expect(pull.missing.isEmpty)
    #expect(try host.seen == ["dmz synced", "lab synced", "old synced"])
    let network = try host.network("lab")
    #expect(network.id == lab.id)
    #expect(network.localID == nil)
    #expect(network.createdAt == lab.createdAt?.raw)
    #expect(network.updatedAt == lab.updatedAt?.raw)
    #expect(network.recordType == "network")
    #expect(network.interfaces == nil)
    #expect(network.asOf == host.now)
  }

  @Test func `the same pages again change nothing and are not told`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz], [old])
    let before = try await host.journal()
    let again = try host.pull([lab, dmz], [old])
    #expect(again.new == 0)
    #expect(again.changed == 0)
    let after = try await host.journal()
    #expect(after == before)
    #expect(before.count == 3)
  }

  @Test func `what the server does not know this version to know is kept as it came`() throws {
    let host = try ReplicaHost()
    var odd = NetworkDocument.sample(name: nil, createdAt: nil, updatedAt: "yesterday, about noon")
    odd.recordType = "network_of_another_kind"
    odd.unknownFields = #"{"colour":"blue"}"#
    try host.pull([odd])
    #expect(try host.pull([odd]).changed == 0)
    odd.unknownFields = #"{"colour":"red"}"#
    #expect(try host.pull([odd]).changed == 1)
    let network = try #require(try host.replica.networks().first)
    #expect(network.updatedAt == "yesterday, about noon")
    #expect(network.recordType == "network_of_another_kind")
    #expect(network.createdAt == nil)
  }

  @Test func `a page that came byte for byte again only makes its networks fresher`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz])
    let before = try await host.journal()
    host.wait(.seconds(3_600))
    let sweep = try host.replica.beginSweep(networksOnly: true)
    let tally = try host.replica.apply(
      [ListedPage(number: 1, records: nil, asked: 0, askedAt: host.now)],
      sweep: sweep,
      .sample()
    )
    #expect(tally == PageTally())
    #expect(try host.replica.missing(from: sweep, lastPage: 1).isEmpty)
    #expect(try host.network("lab").asOf == host.now)
    let page = try #require(try host.replica.knownPages()[1])
    #expect(page.confirmedSweep == sweep)
    #expect(page.rows == 2)
    let after = try await host.journal()
    #expect(after == before)
  }

  @Test func `a server that went back is counted network by network, and once`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz, old])
    let sweep = try host.replica.beginSweep(networksOnly: true)
    let before = "2025-12-31T12:00:00Z"
    let page = ListedPage(
      number: 1,
      records: [lab.restamped(before), dmz.renamed("dmz-eu", at: before), old.renamed("old-eu"), .sample(4)],
      fingerprint: [UInt8](repeating: 9, count: 16),
      asked: 0,
      askedAt: host.now
    )
    let tally = try host.replica.apply([page], sweep: sweep, .sample())
    #expect(tally.new == 1)
    #expect(tally.changed == 2, "a stamp that moved is no change of content")
    #expect(tally.wentBack == 2)
    #expect(try host.replica.apply([page], sweep: sweep, .sample()) == PageTally())
    let kept = try await host.query("SELECT new, changed, went_back FROM syncs WHERE sync = \(sweep)")
    #expect(kept == ["1 2 2"], "it is kept though its process should die here")
  }

  @Test func `a page is remembered with the totals that it came with`() throws {
    let host = try ReplicaHost()
    let sweep = try host.replica.beginSweep(networksOnly: true)
    let fingerprint = [UInt8](0..<16)
    let page = ListedPage(
      number: 1,
      records: [lab],
      fingerprint: fingerprint,
      totalPages: 3,
      totalResults: 620,
      asked: 0,
      askedAt: host.now
    )
    _ = try host.replica.apply([page], sweep: sweep, .sample())
    let known = try #require(try host.replica.knownPages()[1])
    #expect(known.fingerprint == fingerprint)
    #expect(known.rows == 1)
    #expect(known.totalPages == 3)
    #expect(known.totalResults == 620)
  }

  @Test func `a network that moves to another page is not missed and not new`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz], [old])
    let pull = try host.pull([lab], [dmz, old])
    #expect(pull.new == 0)
    #expect(pull.missing.isEmpty)
    #expect(try host.replica.networks().count == 3)
  }

  @Test func `a page that a network has left is read anew, whatever its bytes say`() throws {
    let host = try ReplicaHost()
    try host.pull([lab], [dmz, old])
    let sweep = try host.replica.beginSweep(networksOnly: true)
    let first = ListedPage(
      number: 1,
      records: [lab, dmz],
      fingerprint: [UInt8](repeating: 9, count: 16),
      asked: 0,
      askedAt: host.now
    )
    _ = try host.replica.apply([first], sweep: sweep, .sample())
    #expect(try host.replica.knownPages().keys.sorted() == [1])
  }

  @Test func `a network on two pages is one network`() throws {
    let host = try ReplicaHost()
    let pull = try host.pull([lab, dmz], [dmz, old])
    #expect(pull.new == 3)
    #expect(pull.missing.isEmpty)
    #expect(try host.seen == ["dmz synced", "lab synced", "old synced"])
  }

  @Test func `a network twice on a page is one network`() throws {
    let host = try ReplicaHost()
    #expect(try host.pull([lab, lab]).new == 1)
    #expect(try host.seen == ["lab synced"])
  }

  @Test func `a sweep misses exactly the networks that no page showed, and removes none`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz], [old])
    try host.create("new")
    let pull = try host.pull([lab], [])
    #expect(pull.missing == [dmz.id, old.id])
    #expect(try host.seen == ["dmz synced", "lab synced", "new waiting", "old synced"])
  }

  @Test func `a listing that has become shorter misses what stood on its last pages`() throws {
    let host = try ReplicaHost()
    try host.pull([lab], [dmz], [old])
    #expect(try host.pull([lab]).missing == [dmz.id, old.id])
    #expect(try host.replica.knownPages().keys.sorted() == [1])
  }

  @Test func `a network that was missed and is listed again is missed no more`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz])
    #expect(try host.pull([lab]).missing == [dmz.id])
    let pull = try host.pull([lab], [dmz])
    #expect(pull.missing.isEmpty)
    #expect(pull.new == 0)
  }

  @Test func `a network that comes on two pages at once is decided about once`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab], [dmz])
    try host.rename("lab", to: "lab-eu")
    try host.pull([lab.renamed("lab-us")], [dmz, lab.renamed("lab-us")], policy: .client)
    #expect(try await host.query("SELECT count(*) FROM changes WHERE kind = 'prevailed'") == ["1"])
    #expect(try host.seen == ["dmz synced", "lab-eu waiting"])
    // The first sight has what the edit wanted, and the second changes it again.
    try host.pull([lab.renamed("lab-eu")], [dmz, lab.renamed("lab-ap")], policy: .hold)
    #expect(try await host.query("SELECT count(*) FROM changes WHERE kind = 'satisfied'") == ["1"])
    #expect(try host.seen == ["dmz synced", "lab-ap synced"])
  }

  @Test func `what a listing showed is told in the journal, with its sweep and page`() async throws {
    let host = try ReplicaHost()
    let first = try host.pull([lab], [dmz])
    let second = try host.pull([lab], [dmz.renamed("dmz-eu")])
    let told = try await host.query(
      """
      SELECT kind, "before", "after", evidence ->> 'sweep', evidence ->> 'page' FROM changes
      """
    )
    #expect(
      told == [
        "created - lab \(first.sweep) 1", "created - dmz \(first.sweep) 2", "renamed dmz dmz-eu \(second.sweep) 2",
      ]
    )
  }

  @Test func `a network that is gone goes on the evidence of its own answer`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz])
    #expect(try host.look(at: "lab", .gone).removed)
    #expect(try host.seen == ["dmz synced"])
    let told = try await host.query(
      """
      SELECT side, kind, "before", evidence ->> 'request', evidence ->> 'status' FROM changes WHERE kind = 'deleted'
      """
    )
    #expect(told == ["remote deleted lab GET /networks/{id} 404"])
  }

  @Test func `a network that was answered gone and is listed after all comes back`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz])
    try host.look(at: "lab", .gone)
    #expect(try host.replica.knownPages().isEmpty, "its page would be taken for unchanged, and never be read")
    #expect(try host.pull([lab, dmz]).new == 1)
    #expect(try host.seen == ["dmz synced", "lab synced"])
  }

  @Test func `a replica bound to another account reads every page anew`() throws {
    let host = try ReplicaHost()
    try host.replica.bind(to: "https://api.telnyx.com/v2")
    try host.pull([lab])
    try host.replica.bind(to: "https://api.telnyx.com/v2")
    #expect(try host.replica.knownPages().count == 1)
    try host.replica.bind(to: "http://127.0.0.1:8080/v2")
    #expect(try host.replica.knownPages().isEmpty)
    #expect(try host.replica.meta().baseURL == "http://127.0.0.1:8080/v2")
  }

  @Test func `which networks are known is told by their ids, without the gone ones`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, dmz])
    try host.look(at: "lab", .gone)
    #expect(try host.replica.knownCount() == 1)
    #expect(try host.replica.knowsAny(of: [lab.id, dmz.id]))
    #expect(try !host.replica.knowsAny(of: [lab.id, old.id]))
  }
}
