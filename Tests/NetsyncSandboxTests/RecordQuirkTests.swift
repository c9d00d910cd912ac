import HTTPTypes
import NetsyncSandbox
import Testing

/// Networks as odd as the API allows, and writes that an account may refuse; in process and over loopback.
struct RecordQuirkTests {
  @Test(arguments: Way.allCases)
  func `a network lacks the same fields in every answer`(_ way: Way) async throws {
    try await way.ask(Sandbox(SandboxState(seed: 7, networks: 40))) { client async throws in
      client.set { $0.missingFieldRate = 0.5 }
      var lacking = 0
      for row in try await client.oddNetworks() {
        let missing = client.server.withSandbox { $0.state.missingFields(of: row.id) }
        #expect(row.missing == missing)
        #expect(try await client.oddNetwork(.get, row.id) == row)
        if !missing.isEmpty { lacking += 1 }
      }
      #expect((5...35).contains(lacking))
    }
  }

  @Test(arguments: Way.allCases)
  func `a rate decides how many networks lack fields, and not which fields`(_ way: Way) async throws {
    try await way.ask(Sandbox(SandboxState(seed: 7, networks: 40))) { client async throws in
      func missing(_ rate: Double) async throws -> [SandboxNetworkFields] {
        client.set { $0.missingFieldRate = rate }
        return try await client.oddNetworks().map(\.missing)
      }
      let (none, some, all) = (try await missing(0), try await missing(0.3), try await missing(1))
      #expect(none.allSatisfy { $0.isEmpty })
      #expect(!all.contains { $0.isEmpty })
      #expect(zip(some, all).allSatisfy { $0.isEmpty || $0 == $1 })
    }
  }

  @Test(arguments: Way.allCases)
  func `the answer to a write lacks the fields too`(_ way: Way) async throws {
    try await way.ask { client async throws in
      client.set { $0.missingFieldRate = 1 }
      let created = try #require(try await client.send(.post, "/v2/networks", body: json(name: "lab")))
      let row = try created.read(OddDocument.self).data
      #expect(row.missing == client.server.withSandbox { $0.state.missingFields(of: row.id) })
      #expect(try await client.oddNetwork(.patch, row.id, json(name: "lab 2")).missing == row.missing)
      #expect(client.networks.map(\.name) == ["lab 2"])
      #expect(try await client.oddNetwork(.delete, row.id).missing == row.missing)
    }
  }

  @Test(arguments: Way.allCases)
  func `a network has the same unknown fields in every answer`(_ way: Way) async throws {
    try await way.ask(Sandbox(SandboxState(seed: 7, networks: 40))) { client async throws in
      client.set { $0.unknownFieldRate = 0.5 }
      let rows = try await client.oddNetworks()
      for row in rows {
        #expect(row.missing.isEmpty)
        #expect((row.mtu == nil) == (row.labels == nil))
        if let mtu = row.mtu { #expect((1_280...1_500).contains(mtu)) }
        #expect(try await client.oddNetwork(.get, row.id) == row)
      }
      #expect((5...35).contains(rows.count { $0.mtu != nil }))
      client.set { $0.unknownFieldRate = 1 }
      #expect(try await client.oddNetworks().allSatisfy { $0.mtu != nil })
      client.set { $0.unknownFieldRate = 0 }
      #expect(try await client.oddNetworks().allSatisfy { $0.mtu == nil })
    }
  }

  @Test(arguments: Way.allCases, [(.duplicate, "10012"), (.invalid, "10015")] as [(SandboxTakenNames, String)])
  func `a taken name can be refused to a create and to a rename`(
    _ way: Way,
    _ expected: (rule: SandboxTakenNames, code: String)
  ) async throws {
    try await way.ask(networks: ["lab", "core"]) { client async throws in
      client.set { $0.takenNames = expected.rule }
      let before = client.networks
      for (method, path) in [(.post, ""), (.patch, "/\(before[0].id)")] as [(HTTPRequest.Method, String)] {
        let answer = try #require(try await client.send(method, "/v2/networks\(path)", body: json(name: "lab")))
        #expect(answer.status == 422)
        #expect(try answer.error().code == expected.code)
        #expect(try answer.error().source?.pointer == "/name")
      }
      #expect(client.networks == before)
    }
  }

  @Test(arguments: Way.allCases)
  func `a name is taken only by another network, and byte for byte`(_ way: Way) async throws {
    try await way.ask(networks: ["caf\u{E9}"]) { client async throws in
      client.set { $0.takenNames = .duplicate }
      let id = client.networks[0].id
      #expect(try await client.rename(id, "caf\u{E9}").id == id)
      _ = try await client.create("cafe\u{301}")
      _ = try await client.create("CAF\u{E9}")
      #expect(try await client.send(.delete, "/v2/networks/\(id)")?.status == 200)
      _ = try await client.create("caf\u{E9}")
      #expect(client.networks.count == 3)
    }
  }

  @Test(arguments: Way.allCases)
  func `the deletion of a network with interfaces can be refused`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client async throws in
      client.set { $0.deletesInterfaces = false }
      let path = "/v2/networks/\(client.networks[0].id)"
      let interface = client.server.withSandbox { sandbox in
        sandbox.state.attachInterface(to: sandbox.state.networks[0].id, named: "wg", at: ManualTime.start)?.id
      }
      let refused = try #require(try await client.send(.delete, path))
      #expect(refused.status == 409)
      #expect(try refused.error().code == "10015")
      #expect(client.networks.count == 1)

      let detached = client.server.withSandbox { sandbox in
        sandbox.state.detachInterface(id: interface ?? "", from: sandbox.state.networks[0].id, at: ManualTime.start)
      }
      #expect(detached)
      #expect(try await client.send(.delete, path)?.status == 200)
      #expect(try await client.send(.delete, path)?.status == 404)
    }
  }
}

private struct OddDocument: Decodable {
  var data: OddNetwork
}

/// A network of which any field but the id may be missing, and which has more than the API documents.
private struct OddNetwork: Decodable, Equatable {
  struct Labels: Decodable, Equatable {
    var cost: Double
  }

  var id: String
  var record_type: String?
  var name: String?
  var created_at: String?
  var updated_at: String?
  var mtu: Int?
  var labels: Labels?

  var missing: SandboxNetworkFields {
    var missing: SandboxNetworkFields = []
    if record_type == nil { missing.insert(.recordType) }
    if name == nil { missing.insert(.name) }
    if created_at == nil { missing.insert(.createdAt) }
    if updated_at == nil { missing.insert(.updatedAt) }
    return missing
  }
}

extension SandboxClient {
  fileprivate func oddNetworks() async throws -> [OddNetwork] {
    let answer = try #require(try await send(.get, "/v2/networks?page[size]=250"))
    return try answer.read(Listing<OddNetwork>.self).data
  }

  fileprivate func oddNetwork(
    _ method: HTTPRequest.Method,
    _ id: String,
    _ body: [UInt8] = []
  ) async throws -> OddNetwork {
    let answer = try #require(try await send(method, "/v2/networks/\(id)", body: body))
    return try answer.read(OddDocument.self).data
  }
}
