import NetsyncModel
import NetsyncReconcile
import NetsyncTestSupport
import Testing

@testable import NetsyncReplica

/// Interfaces are read-only and come as whole lists, one per network.
@Suite(.opensReplicas) struct InterfaceTests {
  let wireguard = NetworkInterfaceDocument(
    id: "if-1",
    name: "Gateway",
    type: "wireguard_interface",
    status: "provisioned",
    regionCode: "ashburn-va",
    regionName: "Ashburn",
    createdAt: "2026-01-01T12:00:00Z",
    updatedAt: "2026-01-01T12:00:01Z",
    recordType: "network_interface",
    unknownFields: #"{"colour":"blue"}"#
  )
  let bare = NetworkInterfaceDocument(id: "if-2", status: "dreaming")

  @Test func `an interface is kept as it came, under its network, with its age`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    let walkedAt = host.now - .seconds(5)
    try host.walk("lab", [wireguard, bare], at: walkedAt)
    let interfaces = try host.replica.interfaces()
    #expect(interfaces.map(\.document) == [bare, wireguard])
    #expect(interfaces.map(\.networkID) == [.sample(1), .sample(1)])
    #expect(interfaces.map(\.networkName) == [NetworkName("lab"), NetworkName("lab")])
    #expect(interfaces.map(\.asOf) == [walkedAt, walkedAt])
    #expect(try host.network("lab").interfaces == 2)
    #expect(try host.network("dmz").interfaces == nil)
  }

  @Test func `an interface shows the name that its network has here`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    try host.walk("lab", [bare])
    try host.rename("lab", to: "lab-eu")
    #expect(try host.replica.interfaces().map(\.networkName) == [NetworkName("lab-eu")])
  }

  @Test func `a list takes the place of the one before it`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    try host.walk("lab", [wireguard, bare])
    try host.walk("dmz", [bare])
    var moved = wireguard
    moved.status = "deleting"
    let new = NetworkInterfaceDocument(id: "if-3", name: "New")
    try host.walk("lab", [new, moved])
    var filter = InterfaceFilter()
    filter.network = try host.network("lab").key
    #expect(try host.replica.interfaces(filter).map(\.document) == [moved, new])
    #expect(try host.network("dmz").interfaces == 1)

    try host.walk("lab", [])
    #expect(try host.network("lab").interfaces == 0)
  }

  @Test func `lists are taken all or none`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    try host.walk("lab", [wireguard])
    let before = try host.replica.interfaces()
    host.wait(.seconds(60))
    let nowhere = NetworkKey(rawValue: 4_711)
    let lab = try host.network("lab").key
    #expect(throws: ReplicaError.self) {
      try host.replica.replaceInterfaces(
        [InterfaceList(of: lab, [bare], walkedAt: host.now), InterfaceList(of: nowhere, [bare], walkedAt: host.now)],
        sweep: 1
      )
    }
    #expect(try host.replica.interfaces() == before)
  }

  @Test func `interfaces go with their network`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    try host.walk("lab", [wireguard])
    try host.walk("dmz", [bare])
    try host.look(at: "lab", .gone)
    let deletion = try host.delete("dmz")
    try host.send(deletion)
    try host.settle(deletion, .landed(nil))
    #expect(try host.replica.interfaces().isEmpty)
    #expect(try host.replica.status().interfaces == 0)
  }

  @Test func `a network that went while its interfaces were walked has none`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    let lab = try host.network("lab").key
    try host.look(at: "lab", .gone)
    try host.replica.replaceInterfaces([InterfaceList(of: lab, [bare], walkedAt: host.now)], sweep: 1)
    #expect(try host.replica.interfaces().isEmpty)
    #expect(try host.replica.status().interfaces == 0)
  }

  @Test func `an interface that cannot be understood takes no other one away, and is told once`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(name: "lab")])
    try host.walk("lab", [wireguard, bare])
    let before = try host.replica.interfaces().map(\.document.id)
    for _ in 1...2 { try host.walk("lab", [bare], faults: [[:], [3: .noID]]) }
    #expect(try host.replica.interfaces().map(\.document.id) == before)
    let id = try host.network("lab").id
    #expect(try host.replica.setAside() == [SetAsideRecord(network: id, page: 2, position: 3, fault: .noID)])
    let told = try host.replica.changes(limit: 100).filter { $0.kind == .setAside }
    #expect(told.map(\.id) == [id])
    #expect(told.map { [$0.evidence.page, $0.evidence.position] } == [[2, 3]])
    try host.walk("lab", [bare])
    #expect(try host.replica.interfaces().map(\.document.id) == [bare.id])
    #expect(try host.replica.setAside().isEmpty)
  }

  @Test func `networks are walked longest ago first, and those that were walked lately not at all`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz"), .sample(3, name: "old")])
    try host.create("new")
    let start = host.now
    try host.walk("dmz", [], at: start)
    try host.walk("lab", [], at: start - .seconds(60))
    let all = try host.replica.networksToWalk(notSince: nil)
    #expect(all.map { $0.id } == [.sample(3), .sample(1), .sample(2)])
    let due = try host.replica.networksToWalk(notSince: start)
    #expect(due.map { $0.id } == [.sample(3), .sample(1)])
  }

  @Test func `interfaces are listed by part of a name, by type, status, region and network`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    try host.walk("lab", [wireguard, bare])
    try host.walk("dmz", [NetworkInterfaceDocument(id: "if-3", name: "ÜBERGANG", regionCode: "frankfurt")])
    #expect(try host.interfaces { $0.name = "gate" } == ["if-1"])
    #expect(try host.interfaces { $0.name = "über" } == ["if-3"])
    #expect(try host.interfaces { $0.type = "wireguard_interface" } == ["if-1"])
    #expect(try host.interfaces { $0.status = "dreaming" } == ["if-2"])
    #expect(try host.interfaces { $0.region = "frankfurt" } == ["if-3"])
    let dmz = try host.network("dmz").key
    #expect(try host.interfaces { $0.network = dmz } == ["if-3"])
  }

  @Test func `an interface is found by any field that people know it by, and a list can be cut`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")])
    try host.walk("lab", [wireguard])
    try host.walk("dmz", [bare])
    func found(_ text: String?, limit: Int? = nil) throws -> [String] {
      var filter = InterfaceFilter()
      filter.text = text
      filter.limit = limit
      return try host.replica.interfaces(filter).map(\.document.id)
    }
    for text in ["GATE", "if-1", "Wireguard", "provisioned", "ashburn-va", "Ashburn", "LAB"] {
      #expect(try found(text) == ["if-1"], "\(text)")
    }
    #expect(try found("dream") == ["if-2"])
    #expect(try found("if-") == ["if-2", "if-1"])
    #expect(try found("nowhere").isEmpty)
    #expect(try found(nil, limit: 1) == ["if-2"])
  }

  @Test func `a region counts its networks once each, and those that are provisioned`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz"), .sample(3, name: "gone")])
    var second = wireguard
    second.id = "if-3"
    second.status = "provisioning"
    try host.walk("lab", [wireguard, second])
    try host.walk("dmz", [wireguard, bare])
    try host.walk("gone", [wireguard])
    try host.look(at: "gone", .gone)
    #expect(
      try host.replica.regions() == [
        RegionCount(code: "ashburn-va", name: "Ashburn", networks: 2, provisioned: 1, interfaces: 3),
        RegionCount(code: nil, name: nil, networks: 1, provisioned: 0, interfaces: 1),
      ]
    )
  }

  @Test func `the newest sweeps come first, with what they did`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    let running = try host.replica.beginSweep(networksOnly: true)
    let sweeps = try host.replica.sweeps(limit: 5)
    #expect(sweeps.map(\.sweep) == [running, running - 1])
    #expect(sweeps.map(\.outcome) == [nil, .ok])
    #expect(sweeps.map(\.isComplete) == [false, true])
    #expect(try host.replica.sweeps(limit: 1).map(\.sweep) == [running])
  }
}

extension ReplicaHost {
  fileprivate func interfaces(_ narrow: (inout InterfaceFilter) -> Void) throws -> [String] {
    var filter = InterfaceFilter()
    narrow(&filter)
    return try replica.interfaces(filter).map(\.document.id)
  }
}
