import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// A list merges the networks that nobody edits, as an index has them, with those that somebody does.
@Suite(.opensReplicas) struct ListTests {
  /// Names of every kind, equal ones, none, and edits of every kind between them.
  private func edited() throws -> ReplicaHost {
    let host = try ReplicaHost()
    try host.pull([
      .sample(1, name: "lab"), .sample(2, name: "dmz", createdAt: nil), .sample(3, name: nil), .sample(4, name: "Zoo"),
      .sample(5, name: "lab", updatedAt: "2026-01-02T12:00:00Z"), .sample(6, name: "édge"), .sample(7, name: "old"),
      .sample(8, name: "zz"),
    ])
    try host.rename("Zoo", to: "aardvark")
    try host.rename("zz", to: "lab")
    try host.delete("old")
    try host.create("lab")
    let refused = try host.create("mid")
    try host.send(refused)
    try host.settle(refused, .deadLetter(.nameTaken), failure: .nameTaken)
    return host
  }

  @Test(arguments: NetworkFilter.Order.allCases)
  func `every order is the one that SQLite gives the overlay`(_ order: NetworkFilter.Order) async throws {
    let host = try edited()
    var filter = NetworkFilter()
    filter.order = order
    filter.includesDeleting = true
    let expected = try await host.query(
      "SELECT coalesce(id, local_id) FROM network_overlay ORDER BY \(order.rawValue), name, network_key"
    )
    #expect(expected.count == 10)
    func listed() throws -> [String] {
      try host.replica.networks(filter).map { $0.id?.text ?? $0.localID?.text ?? "-" }
    }
    #expect(try listed() == expected)
    for limit in [1, 3, 9, 20] {
      filter.limit = limit
      #expect(try listed() == Array(expected.prefix(limit)))
      #expect(try host.replica.networks(host.replica.networkKeys(filter)) == host.replica.networks(filter))
    }
  }

  @Test func `a list of what nobody edits is read by its keys alone`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz"), .sample(3, name: nil), .sample(4, name: "lab-eu")])
    for name in [nil, "AB", "none"] {
      for limit in [nil, 1, 2] {
        for state in [nil, NetworkState.synced, .waiting] {
          var filter = NetworkFilter()
          (filter.name, filter.limit, filter.state) = (name, limit, state)
          #expect(try host.replica.networks(host.replica.networkKeys(filter)) == host.replica.networks(filter))
        }
      }
    }
  }

  @Test func `a list by name goes on behind any network`() throws {
    let host = try edited()
    var filter = NetworkFilter()
    let all = try host.replica.networks(filter)
    for (index, network) in all.enumerated() {
      filter.after = NetworkFilter.Position(NetworkTrace(network))
      for limit in [nil, 1, 3] {
        filter.limit = limit
        #expect(try host.replica.networks(filter) == Array(all[(index + 1)...].prefix(limit ?? .max)))
        #expect(try host.replica.networks(host.replica.networkKeys(filter)) == host.replica.networks(filter))
      }
    }
  }

  @Test func `a list has what is asked for, edited or not`() throws {
    let host = try edited()
    func listed(_ change: (inout NetworkFilter) -> Void) throws -> [String] {
      var filter = NetworkFilter()
      change(&filter)
      return try host.replica.networks(filter).map { "\($0.name?.text ?? "-") \($0.state.rawValue)" }
    }
    #expect(try listed { $0.name = "LA" } == ["lab synced", "lab synced", "lab waiting", "lab waiting"])
    #expect(try listed { ($0.name, $0.limit) = ("a", 2) } == ["aardvark waiting", "lab synced"])
    #expect(try listed { $0.name = "ÉD" } == ["édge synced"])
    #expect(try listed { $0.state = .deleting } == ["old deleting"])
    #expect(try listed { $0.state = .refused } == ["mid refused"])
    #expect(try listed { ($0.state, $0.limit) = (.synced, 3) } == ["- synced", "dmz synced", "lab synced"])
    #expect(try host.replica.status().networks == listed { _ in }.count)
  }

  /// SQLite leaves out most names that do not have it, and must leave out no other.
  @Test func `a part of a name is found in every script`() throws {
    let names = [
      "100%", "a_b", "back\\slash", "Desk-9", "\u{212A}elvin", "cafe\u{301}", "caf\u{e9}s", "\u{130}stanbul",
      "head Tail",
      "Stra\u{df}e", "\u{65e5}\u{672c}-Lab", "semi\u{37e}colon", "\u{391}\u{3b8}\u{3ae}\u{3bd}\u{3b1}",
      "\u{212b}ngstrom",
    ]
    let host = try ReplicaHost()
    try host.pull(names.enumerated().map { .sample($0.offset + 1, name: $0.element) })
    var parts: Set = [
      "", "K", "desk", "\u{e9}", "e\u{301}", "i\u{307}", ";", "\u{c5}", "aaa", String(repeating: "x", count: 200_000),
    ]
    for name in names {
      let letters = Array(name.uppercased().unicodeScalars)
      for start in letters.indices {
        for end in letters.indices[start...] {
          parts.insert(String(String.UnicodeScalarView(letters[start...end])))
        }
      }
    }
    #expect(parts.count > 300)
    for part in parts {
      var filter = NetworkFilter()
      filter.name = part
      let found = try host.replica.networks(filter).map { $0.name?.text }
      #expect(Set(found) == Set(names.filter { $0.lowercased().contains(part.lowercased()) }), "\(part)")
    }
  }
}
