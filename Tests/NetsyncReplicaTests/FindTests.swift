import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// How a user names a network: full id, local id, exact name, or the beginning of an id.
@Suite(.opensReplicas) struct FindTests {
  @Test func `a network answers to its id, the beginning of its id, and its name`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    let lab = try host.network("lab")
    for reference in [NetworkID.sample(1).text, "5a3c", "5a3c9e00-00", "5A3C9E", "lab"] {
      #expect(try host.replica.find(reference) == .found(lab), "\(reference)")
    }
  }

  @Test func `a network made here answers to its local id, before and after the server named it`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    let localID = try #require(create.localID).text
    #expect(try host.replica.find(localID) == .found(host.network("lab")))
    #expect(try host.replica.find(String(localID.prefix(8))) == .found(host.network("lab")))
    try host.send(create)
    try host.settle(create, .landed(.sample(1, name: "lab")))
    try host.restart()
    #expect(try host.replica.find(localID) == .found(host.network("lab")))
    #expect(try host.network("lab").id == .sample(1))
  }

  @Test func `a network whose id the server spells in capitals answers to the beginning of it`() throws {
    let host = try ReplicaHost()
    let id = try #require(NetworkID("5A3C9E00-0000-4000-8000-00000000ABCD"))
    try host.pull([NetworkDocument(id: id, name: NetworkName("lab"))])
    let lab = try host.network("lab")
    for reference in [id.text, "5A3C9E00", "5a3c9e00"] {
      #expect(try host.replica.find(reference) == .found(lab), "\(reference)")
    }
  }

  @Test(arguments: ["la", "labor", "LAB", "5a3", "5a3c9e00-0000-4000-8000-000000000002", "", "%", "zzzz"])
  func `a network does not answer to less, to more, or to anything else`(reference: String) throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    #expect(try host.replica.find(reference) == .unknown)
  }

  @Test(
    arguments: [
      "'); DROP TABLE network; --", "' OR '1'='1", "\" OR 1=1 --", "x'; DELETE FROM operation WHERE '1'='1", "%", "_",
      "?", "?1", ":text", "@text", "$text", "x'00'", "\\", "\\'", "a\nb; --", "[id]", "`id`", "*",
    ]
  )
  func `a name that reads like SQL is a name, to find and to edit`(name: String) throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: name)])
    try host.create("made \(name)")
    try host.rename("lab", to: "renamed \(name)")
    #expect(try host.replica.find(name) == .found(host.network(name)))
    #expect(try host.replica.find("renamed \(name)") == .found(host.network("renamed \(name)")))
    #expect(try host.list { $0.name = name } == [name, "made \(name)", "renamed \(name)"].sorted())
    #expect(try host.outbox == ["1 create made \(name) waiting", "2 rename renamed \(name) waiting"])
  }

  @Test func `a name or a beginning that several have names none of them`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz"), .sample(3, name: "lab")])
    let networks = try host.replica.networks()
    let labs = networks.filter { $0.name == NetworkName("lab") }
    let last = try #require(labs.last)
    #expect(try host.replica.find("lab") == .ambiguous(labs))
    #expect(try host.replica.find("5a3c9e00") == .ambiguous(networks.sorted { $0.key < $1.key }))
    #expect(try host.replica.find(NetworkID.sample(3).text) == .found(last))
  }

  @Test func `a name that is the beginning of another's id is the name`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "5a3c")])
    #expect(try host.replica.find("5a3c") == .found(host.network("5a3c")))
  }

  @Test func `a network renamed here answers to its new name and no longer to the old one`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    try host.rename("lab", to: "lab-eu")
    #expect(try host.replica.find("lab") == .unknown)
    #expect(try host.replica.find("lab-eu") == .found(host.network("lab-eu")))
    // The name is free for another.
    try host.rename("dmz", to: "lab")
    guard case .found(let found) = try host.replica.find("lab") else {
      Issue.record("the new bearer of the name is not found")
      return
    }
    #expect(found.id == .sample(2))
  }

  @Test func `a network whose rename was refused answers to the name that it still has`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    let rename = try host.rename("lab", to: "dmz")
    try host.send(rename)
    try host.settle(rename, .deadLetter(.nameTaken))
    #expect(try host.replica.find("lab") == .found(host.network("lab")))
    #expect(try host.replica.find("dmz") == .unknown)
  }

  @Test func `a network whose deletion waits is still found, and one that is gone is not`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    let deletion = try host.delete("lab")
    #expect(try host.replica.find("lab") == .found(host.network("lab")))
    try host.send(deletion)
    try host.settle(deletion, .landed(nil))
    #expect(try host.replica.find("lab") == .unknown)
    #expect(try host.replica.find(NetworkID.sample(1).text) == .unknown)
  }

  @Test func `networks are listed by part of a name in any script, by state, in any order, up to a limit`() throws {
    let host = try ReplicaHost()
    try host.pull([
      .sample(1, name: "Büro", updatedAt: "2026-01-03T12:00:00Z"),
      .sample(2, name: "BÜROKRATIE", updatedAt: "2026-01-02T12:00:00Z"),
      .sample(3, name: nil, updatedAt: "2026-01-01T12:00:00Z"),
    ])
    try host.create("lab")
    #expect(try host.list { $0.name = "büro" } == ["BÜROKRATIE", "Büro"])
    #expect(try host.list { $0.name = "%" } == [])
    #expect(try host.list { $0.state = .waiting } == ["lab"])
    #expect(try host.list { $0.order = .updatedAt } == ["lab", "-", "BÜROKRATIE", "Büro"])
    #expect(try host.list { $0.order = .id } == ["lab", "Büro", "BÜROKRATIE", "-"])
    #expect(try host.list { $0.limit = 2 } == ["-", "BÜROKRATIE"])
    #expect(try Set(host.replica.names(limit: 10)) == ["lab", "Büro", "BÜROKRATIE"])
  }
}

extension ReplicaHost {
  fileprivate func list(_ narrow: (inout NetworkFilter) -> Void) throws -> [String] {
    var filter = NetworkFilter()
    narrow(&filter)
    return try replica.networks(filter).map { $0.name?.text ?? "-" }
  }
}
