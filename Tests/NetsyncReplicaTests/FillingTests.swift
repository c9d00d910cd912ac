import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Synchronization
import Testing

/// A first pull puts networks in without their indexes, which are built when all are there.
@Suite(.opensReplicas) struct FillingTests {
  let lab = NetworkDocument.sample(1, name: "lab")
  let dmz = NetworkDocument.sample(2, name: "dmz")
  let edge = NetworkDocument.sample(3, name: "edge")

  private func indexes(_ host: ReplicaHost) async throws -> [String] {
    try await host.query(
      """
      SELECT sql FROM sqlite_schema WHERE type = 'index' AND name IN ('network_by_remote_id', 'network_by_name')
      ORDER BY name
      """
    )
  }

  @Test func `the indexes are the same afterwards as they were before`() async throws {
    let host = try ReplicaHost()
    let before = try await indexes(host)
    #expect(before.count == 2)
    try host.replica.beginFilling()
    #expect(try await indexes(host).isEmpty)
    try host.pull([lab, dmz], [edge])
    try host.replica.endFilling()
    #expect(try await indexes(host) == before)
    #expect(try host.replica.checkUp().faults.isEmpty)
    #expect(try host.seen == ["dmz synced", "edge synced", "lab synced"])
  }

  @Test func `a network that two pages show is one network, whatever stands between its rows`() async throws {
    let host = try ReplicaHost()
    try host.replica.beginFilling()
    try host.pull([lab, dmz])
    try host.create("mine")
    try host.pull([lab, edge], [dmz.renamed("dmz-eu"), lab, edge])
    try host.replica.endFilling()
    #expect(try host.seen == ["dmz-eu synced", "edge synced", "lab synced", "mine waiting"])
    let told = try await host.journal()
    #expect(
      told == [
        "remote created: - > lab", "remote created: - > dmz", "local created: - > mine", "remote created: - > edge",
        "remote renamed: dmz > dmz-eu",
      ]
    )
  }

  @Test func `edits find their networks meanwhile`() throws {
    let host = try ReplicaHost()
    try host.replica.beginFilling()
    try host.pull([lab, dmz])
    try host.rename("lab", to: "lab-eu")
    guard case .found(let network) = try host.replica.find(dmz.id.text) else {
      Issue.record("the network cannot be found")
      return
    }
    #expect(network.name == NetworkName("dmz"))
    try host.pull([lab, dmz], [edge])
    try host.replica.endFilling()
    #expect(try host.outbox == ["1 rename lab-eu waiting"])
    #expect(try host.seen == ["dmz synced", "edge synced", "lab-eu waiting"])
  }

  @Test func `what a process that died has put in is found by the next, which builds the indexes first`() async throws {
    let host = try ReplicaHost()
    let before = try await indexes(host)
    try host.replica.beginFilling()
    try host.pull([lab, dmz])
    try host.restart()
    #expect(try host.seen == ["dmz synced", "lab synced"])
    #expect(try host.pull([lab, dmz]).new == 0)
    try host.replica.endFilling()
    #expect(try await indexes(host) == before)
    try host.replica.beginFilling()
    #expect(try await indexes(host) == before)
  }

  @Test func `where a network was known once, none comes in anew under its id`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.look(at: "lab", .gone)
    try host.replica.beginFilling()
    #expect(try await indexes(host).count == 2)
    try host.pull([lab, dmz])
    #expect(try host.seen == ["dmz synced", "lab synced"])
    #expect(try await host.query("SELECT count(*) FROM network") == ["2"])
  }

  @Test func `what a batch that failed has noted is no network's place`() throws {
    let directory = try TemporaryDirectory()
    let isFull = Mutex(true)
    let replica = try Replica.open(
      "\(directory.path)/replica.sqlite",
      .makeIfMissing,
      now: { Timestamp(microseconds: 1) },
      gate: { access throws(ReplicaError) in
        if access == .committing(.applyPages), isFull.withLock({ $0 }) { throw .diskFull(path: "") }
      }
    )
    let sweep = try replica.beginSweep(networksOnly: true)
    func apply(_ number: Int, _ records: [NetworkDocument]) throws -> Int {
      let page = ListedPage(number: number, records: records, asked: 0, askedAt: Timestamp(microseconds: 1))
      return try replica.apply([page], sweep: sweep, .sample()).new
    }
    try replica.beginFilling()
    #expect(throws: ReplicaError.diskFull(path: "")) { try apply(1, [lab, dmz, edge]) }
    isFull.withLock { $0 = false }
    #expect(try apply(1, [edge]) == 1)
    #expect(try apply(2, [edge, lab]) == 1)
    try replica.endFilling()
    #expect(try replica.networks().map(\.id) == [edge.id, lab.id])
  }
}
