import NetsyncModel
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// What people look for is a part of a name or of an id, and the best of what is found comes first.
@Suite(.opensReplicas) struct SearchTests {
  private func found(_ host: ReplicaHost, _ texts: String..., limit: Int = 50) throws -> [String] {
    try host.replica.search(texts, limit: limit).map { $0.network.name?.text ?? "-" }
  }

  @Test func `the best comes first, and of equals the shorter name`() throws {
    let host = try ReplicaHost()
    try host.pull(
      ["collaborate", "my-lab", "lab-eu-1", "lab-eu", "lab", "dmz"].enumerated().map { index, name in
        .sample(index + 1, name: name)
      }
    )
    #expect(try found(host, "LAB") == ["lab", "lab-eu", "lab-eu-1", "my-lab", "collaborate"])
    #expect(try found(host, "LAB", limit: 2) == ["lab", "lab-eu"])
    #expect(try found(host, "eu", "lab") == ["lab-eu", "lab-eu-1"])
    #expect(try found(host, "none").isEmpty)
  }

  @Test func `local edits are found by what they make of a network, and what is to be deleted is not`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "old lab"), .sample(3, name: "dmz")])
    try host.rename("lab", to: "office")
    try host.delete("old lab")
    try host.create("new lab")
    #expect(try found(host, "lab") == ["new lab"])
    #expect(try found(host, "office") == ["office"])
    let made = try host.network("new lab")
    let id = try #require(made.localID?.text)
    #expect(try host.replica.search([String(id.prefix(18))], limit: 5) == [NetworkMatch(made, .id)])
  }

  @Test func `an interface leads to its network, once, and last`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "wg"), .sample(3, name: "gone")])
    try host.walk(
      "lab",
      ["wg-a", "wg-b"].map { (name: String) in NetworkInterfaceDocument(id: "id-\(name)", name: name) }
    )
    try host.walk("wg", [NetworkInterfaceDocument(id: "id-own", name: "wg")])
    try host.walk("gone", [NetworkInterfaceDocument(id: "id-gone", name: "wg-gone")])
    try host.delete("gone")
    let found = try host.replica.search(["wg"], limit: 5)
    #expect(found.map(\.place) == [.name, .interface(id: "id-wg-a", name: "wg-a")])
    #expect(found.map { $0.network.name?.text } == ["wg", "lab"])
    #expect(try host.replica.search(["id-wg-b"], limit: 5).map(\.place) == [.interface(id: "id-wg-b", name: "wg-b")])
  }

  @Test(arguments: ["100%", "a_b", #"back\slash"#, "Ünder"])
  func `what LIKE takes for a sign is a letter like any other`(_ name: String) throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "x \(name) y"), .sample(2, name: "100 back-slash aXb unter")])
    #expect(try found(host, name) == ["x \(name) y"])
  }

  @Test func `of many the best are kept, wherever they stand`() throws {
    let host = try ReplicaHost()
    let names = (1...3_000).map { "node-lab-\($0)" } + ["lab"]
    try host.pull(names.enumerated().map { index, name in .sample(index + 1, name: name) })
    #expect(try found(host, "lab", limit: 2) == ["lab", "node-lab-1"])
  }
}
