import NetsyncSandbox
import Testing

/// The account that a seed makes up.
struct AccountTests {
  @Test
  func `the same seed and count make the same account`() {
    let state = SandboxState(seed: 7, networks: 300)
    let again = SandboxState(seed: 7, networks: 300)
    #expect(state.networks == again.networks)
    let later = ManualTime.start + 3_600_000_000
    #expect(state.allInterfaces(at: later).map(\.id) == again.allInterfaces(at: later).map(\.id))
    #expect(state.networks != SandboxState(seed: 8, networks: 300).networks)
  }

  @Test
  func `networks created later have the ids of the seed`() {
    var first = SandboxState(seed: 7)
    var second = SandboxState(seed: 7)
    #expect(first.createNetwork(named: "lab", at: 1) == second.createNetwork(named: "lab", at: 1))
    var other = SandboxState(seed: 8)
    #expect(first.networks[0].id != other.createNetwork(named: "lab", at: 1).id)
  }

  @Test
  func `made-up networks have unique names, unique ids of version 4, and a fixed past`() throws {
    let networks = SandboxState(seed: 7, networks: 5_000).networks
    #expect(Set(networks.map { Array($0.name.utf8) }).count == 5_000)
    #expect(Set(networks.map(\.id)).count == 5_000)
    let version4 = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
    let stamp = /20(24|25)-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/
    for network in networks {
      #expect(network.id.wholeMatch(of: version4) != nil)
      #expect(network.createdAt.wholeMatch(of: stamp) != nil)
      #expect(network.updatedAt.wholeMatch(of: stamp) != nil)
      #expect(network.updatedAt >= network.createdAt)
    }
    #expect(networks.map(\.createdAt) == networks.map(\.createdAt).sorted(by: >))
    #expect(networks.contains { $0.updatedAt > $0.createdAt })
  }

  @Test
  func `some names are of those that break clients`() {
    let names = SandboxState(seed: 7, networks: 2_000).networks.map(\.name)
    for part in ["+", "\"", "\\", "ü", "東京", "🛰", "&", "%", "cafe\u{301}", "caf\u{E9}"] {
      #expect(names.contains { Array($0.lowercased().utf8).contains(Array(part.utf8)) })
    }
    #expect(names.count { $0.utf8.allSatisfy { $0 < 0x80 } } > 1_500)
  }

  @Test
  func `made-up networks have up to three interfaces of three types`() {
    let state = SandboxState(seed: 7, networks: 500)
    let counts = state.networks.map { state.interfaces(of: $0.id, at: ManualTime.start).count }
    #expect(Set(counts) == [0, 1, 2, 3])
    let interfaces = state.allInterfaces(at: ManualTime.start)
    #expect(
      Set(interfaces.map(\.type)) == ["wireguard_interface", "public_internet_gateway", "virtual_cross_connect"]
    )
    #expect(Set(interfaces.map(\.id)).count == interfaces.count)
    #expect(Set(interfaces.map(\.regionCode)).count > 3)
    #expect(interfaces.allSatisfy { $0.updatedAt >= $0.createdAt })
  }

  @Test
  func `an account can be copied, and the copies part`() {
    let before = SandboxState(seed: 7, networks: 3)
    var after = before
    after.renameNetwork(id: after.networks[1].id, to: "renamed", at: ManualTime.start)
    after.deleteNetwork(id: after.networks[0].id)
    #expect(before.networks.count == 3)
    #expect(after.networks.map(\.name).first == "renamed")
    #expect(after.networkCount == 2)
    #expect(after.network(id: before.networks[0].id) == nil)
    #expect(after.network(id: before.networks[2].id) == before.networks[2])
  }

  @Test
  func `networks are equal byte for byte`() {
    var composed = SandboxState()
    var decomposed = SandboxState()
    composed.createNetwork(named: "caf\u{E9}", at: ManualTime.start)
    decomposed.createNetwork(named: "cafe\u{301}", at: ManualTime.start)
    #expect(composed.networks.map(\.id) == decomposed.networks.map(\.id))
    #expect(composed.networks != decomposed.networks)

    let id = composed.networks[0].id
    let interface = composed.attachInterface(to: id, named: "\u{E9}", at: ManualTime.start)
    #expect(interface != decomposed.attachInterface(to: id, named: "e\u{301}", at: ManualTime.start))
  }

  @Test
  func `hands at the portal find nothing under an id that nobody has`() {
    var state = SandboxState(networks: 1)
    for id in ["", "lab", "00000000-0000-4000-8000-000000000000"] {
      #expect(state.renameNetwork(id: id, to: "x", at: 1) == nil)
      #expect(state.deleteNetwork(id: id) == nil)
      #expect(state.attachInterface(to: id, named: "x", at: 1) == nil)
      #expect(state.interfaces(of: id, at: 1) == [])
    }
    #expect(state.requestCount.total == 0)
  }
}

extension SandboxState {
  fileprivate func allInterfaces(at now: Int64) -> [SandboxInterface] {
    networks.flatMap { interfaces(of: $0.id, at: now) }
  }
}
