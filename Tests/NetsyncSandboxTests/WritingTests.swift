import Foundation
import HTTPTypes
import NetsyncSandbox
import Testing

/// Creating, reading, renaming and deleting networks, in process and over loopback.
struct WritingTests {
  @Test(arguments: Way.allCases)
  func `a created network can be read back as it was answered`(_ way: Way) async throws {
    try await way.ask { client in
      let answer = try #require(try await client.send(.post, "/v2/networks", body: json(name: "lab")))
      #expect(answer.status == 200)
      #expect(answer["content-type"] == "application/json")
      #expect(answer["date"] == "Fri, 02 Jan 2026 03:04:05 GMT")
      let created = try answer.read(NetworkDocument.self).data
      #expect(created.name == "lab")
      #expect(created.record_type == "network")
      #expect(created.created_at == "2026-01-02T03:04:05.678901Z")
      #expect(created.updated_at == created.created_at)
      #expect(try await client.network(created.id) == created)
      #expect(client.networks == [created.network])
    }
  }

  @Test(
    arguments: Way.allCases,
    [
      "caf\u{E9}", "cafe\u{301}", "  two  ", "a+b%20", "\"q\" \\ /", "tab\t nl\n nul\0 esc\u{1B}", "東京 🛰",
      "\u{202E}rtl",
    ]
  )
  func `a name is kept byte for byte`(_ way: Way, _ name: String) async throws {
    try await way.ask { client in
      let created = try await client.create(name)
      #expect(created.name.utf8.elementsEqual(name.utf8))
      let listed = try #require(try await client.names("").first)
      #expect(listed.utf8.elementsEqual(name.utf8))
    }
  }

  @Test(
    arguments: Way.allCases,
    [
      #"{"name":"lab"}"#, #"{ "name" : "lab" }"#, #"{"name":"\u006cab"}"#, #"{"name":"lab","zone":"x"}"#,
      #"{"zone":"x","name":"lab"}"#, "{\"name\":\"lab\"}\n",
    ]
  )
  func `a name is read from JSON of any shape`(_ way: Way, _ body: String) async throws {
    try await way.ask { client async throws in
      #expect(try await client.send(.post, "/v2/networks", body: Array(body.utf8))?.status == 200)
      #expect(client.networks.map(\.name) == ["lab"])
    }
  }

  @Test(arguments: Way.allCases)
  func `two networks may have one name but never one id`(_ way: Way) async throws {
    try await way.ask { client in
      let ids = try await [client.create("lab").id, client.create("lab").id]
      #expect(Set(ids).count == 2)
      #expect(client.networks.map(\.id) == ids.reversed())
    }
  }

  @Test(arguments: Way.allCases)
  func `a rename moves updated_at strictly, even while the clock stands or goes back`(_ way: Way) async throws {
    try await way.ask { client in
      var last = try await client.create("lab")
      for seconds: Int64 in [0, 0, -3600, 60] {
        client.time.advance(seconds: seconds)
        let renamed = try await client.rename(last.id, "lab \(seconds)")
        #expect(renamed.name == "lab \(seconds)")
        #expect(renamed.created_at == last.created_at)
        #expect(renamed.updated_at > last.updated_at)
        #expect(try await client.network(last.id) == renamed)
        last = renamed
      }
    }
  }

  @Test(arguments: Way.allCases)
  func `a rename does not move a network in the listing`(_ way: Way) async throws {
    try await way.ask(networks: ["a", "b", "c"]) { client in
      _ = try await client.rename(client.networks[1].id, "z")
      #expect(try await client.names("") == ["c", "z", "a"])
    }
  }

  @Test(arguments: Way.allCases)
  func `a deletion answers with the deleted record, and with 404 the second time`(_ way: Way) async throws {
    try await way.ask(networks: ["a", "b", "c"]) { client in
      let victim = client.networks[1]
      let answer = try #require(try await client.send(.delete, "/v2/networks/\(victim.id)"))
      #expect(answer.status == 200)
      #expect(try answer.read(NetworkDocument.self).data.network == victim)
      #expect(client.networks.map(\.name) == ["c", "a"])

      let again = try #require(try await client.send(.delete, "/v2/networks/\(victim.id)"))
      #expect(again.status == 404)
      #expect(try again.error().code == "10005")
    }
  }

  @Test(arguments: Way.allCases)
  func `a deletion takes the network's interfaces along`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client async throws in
      let id = client.networks[0].id
      client.server.withSandbox { _ = $0.state.attachInterface(to: id, named: "wg", at: ManualTime.start) }
      #expect(try await client.send(.delete, "/v2/networks/\(id)")?.status == 200)
      #expect(try await client.send(.get, "/v2/networks/\(id)/network_interfaces")?.status == 404)
      #expect(client.server.withSandbox { $0.state.interfaces(of: id, at: ManualTime.start) } == [])
    }
  }

  @Test(arguments: Way.allCases)
  func `an id is found in either case`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client async throws in
      #expect(try await client.network(client.networks[0].id.uppercased()).name == "lab")
    }
  }
}

/// The body of a write.
func json(name: String) throws -> [UInt8] {
  try Array(JSONEncoder().encode(["name": name]))
}

extension APINetwork {
  /// The same, as the sandbox's own account has it.
  var network: SandboxNetwork {
    SandboxNetwork(id: id, name: name, createdAt: created_at, updatedAt: updated_at)
  }
}

extension SandboxClient {
  /// What is in the account, seen from behind.
  var networks: [SandboxNetwork] { server.withSandbox { $0.state.networks } }

  func network(_ id: String) async throws -> APINetwork {
    try await write(.get, "/\(id)")
  }

  func create(_ name: String) async throws -> APINetwork {
    try await write(.post, "", json(name: name))
  }

  func rename(_ id: String, _ name: String) async throws -> APINetwork {
    try await write(.patch, "/\(id)", json(name: name))
  }

  private func write(
    _ method: HTTPRequest.Method,
    _ path: String,
    _ body: [UInt8] = []
  ) async throws -> APINetwork {
    let answer = try #require(try await send(method, "/v2/networks\(path)", body: body))
    try #require(answer.status == 200)
    return try answer.read(NetworkDocument.self).data
  }
}
