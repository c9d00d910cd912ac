import HTTPTypes
import NetsyncSandbox
import Testing

/// What is refused, how, and that nothing is changed by it; in process and over loopback.
struct RefusalTests {
  @Test(
    arguments: Way.allCases,
    [
      ("{}", "10004"), (#"{"name":null}"#, "10004"), (#"{"label":"lab"}"#, "10004"),
      (#"{"name":7}"#, "10020"), (#"{"name":["lab"]}"#, "10020"), (#"{"name":{}}"#, "10020"),
      (#"{"name":true}"#, "10020"),
      (#"{"name":""}"#, "10015"), (#"{"name":" \t\n\u00a0"}"#, "10015"),
      (#"{"name":"\#(String(repeating: "é", count: 256))"}"#, "10015"),
    ]
  )
  func `a name that cannot be is refused at its place`(_ way: Way, _ fault: (body: String, code: String)) async throws {
    try await way.ask(networks: ["lab"]) { client in
      let before = client.networks
      for (method, path) in [(.post, ""), (.patch, "/\(before[0].id)")] as [(HTTPRequest.Method, String)] {
        let answer = try #require(try await client.send(method, "/v2/networks\(path)", body: Array(fault.body.utf8)))
        #expect(answer.status == 422)
        #expect(answer["content-type"] == "application/json")
        let error = try answer.error()
        #expect(error.code == fault.code)
        #expect(error.source?.pointer == "/name")
        #expect(!error.title.isEmpty && !error.detail.isEmpty)
      }
      #expect(client.networks == before)
    }
  }

  @Test(arguments: Way.allCases)
  func `a name of 255 characters is not too long`(_ way: Way) async throws {
    try await way.ask { client async throws in
      let name = String(repeating: "é", count: 255)
      #expect(try await client.create(name).name == name)
    }
  }

  @Test(
    arguments: Way.allCases,
    [
      "", "{", #"{"name":"lab""#, #"{"name":"lab"}}"#, #"["lab"]"#, "\"lab\"", "null", #"{"name":"\ud800"}"#,
      "name=lab", String(repeating: "[", count: 100_000),
    ]
    .map { Array($0.utf8) } + [Array(#"{"name":""#.utf8) + [0xFF] + Array(#""}"#.utf8)]
  )
  func `a body that is no JSON object is refused`(_ way: Way, _ body: [UInt8]) async throws {
    try await way.ask { client in
      let answer = try #require(try await client.send(.post, "/v2/networks", body: body))
      #expect(answer.status == 400)
      #expect(try answer.error().code == "10023")
      #expect(client.networks == [])
    }
  }

  @Test(arguments: Way.allCases, [1 << 20, 1 << 20 + 1, 3 << 20])
  func `a body above 1 MiB is refused`(_ way: Way, _ size: Int) async throws {
    try await way.ask { client in
      let document = try json(name: "lab")
      let padding = [UInt8](repeating: UInt8(ascii: " "), count: size - document.count)
      let answer = try #require(try await client.send(.post, "/v2/networks", body: document + padding))
      #expect(answer.status == (size > 1 << 20 ? 413 : 200))
      #expect(client.networks.count == (size > 1 << 20 ? 0 : 1))
    }
  }

  @Test(arguments: Way.allCases, [nil, "", "Bearer", "Bearer ", "Basic a2V5", "key", "Bearer other", "Bearer KEY"])
  func `a request without the key is refused, whatever it asks for`(_ way: Way, _ authorization: String?) async throws {
    try await way.ask(Sandbox(SandboxState(apiKey: "key"))) { client in
      for (method, path) in [(.get, "/v2/networks"), (.post, "/v2/networks"), (.get, "/")]
        as [(HTTPRequest.Method, String)]
      {
        let body = method == .post ? try json(name: "lab") : []
        let answer = try #require(try await client.send(method, path, body: body, authorization: authorization))
        #expect(answer.status == 401)
        #expect(try answer.error().code == "10009")
      }
      #expect(client.networks == [])
      #expect(try await client.send(.get, "/v2/networks", authorization: "bearer key")?.status == 200)
    }
  }

  @Test(arguments: Way.allCases)
  func `without a key of its own a sandbox takes any key, but not none`(_ way: Way) async throws {
    try await way.ask { client async throws in
      #expect(try await client.send(.get, "/v2/networks", authorization: "Bearer whatever")?.status == 200)
      #expect(try await client.send(.get, "/v2/networks", authorization: nil)?.status == 401)
    }
  }

  @Test(
    arguments: Way.allCases,
    [
      "/", "/v2", "/v2/", "/networks", "/v2/networks/", "/v2/networks/lab", "/v1/networks", "/v2/network_interfaces",
      "/v2/networks/00000000-0000-4000-8000-000000000000",
      "/v2/networks/00000000-0000-4000-8000-000000000000/network_interfaces",
      "/v2/networks/00000000-0000-4000-8000-000000000000/interfaces",
      "/v2/networks/00000000-0000-4000-8000-000000000000/network_interfaces/1",
      "/v2/networks/00000000-0000-4000-8000-00000000000", "/v2/networks/000000000000-4000-8000-0000-00000000",
    ]
  )
  func `what is not there is not found`(_ way: Way, _ path: String) async throws {
    try await way.ask(networks: ["lab"]) { client in
      let answer = try #require(try await client.send(.get, path))
      #expect(answer.status == 404)
      #expect(try answer.error().code == "10005")
    }
  }

  @Test(arguments: Way.allCases)
  func `a method that a resource does not have is refused with those that it has`(_ way: Way) async throws {
    try await way.ask(networks: ["lab"]) { client in
      let network = "/v2/networks/\(client.networks[0].id)"
      let cases: [(HTTPRequest.Method, String, String)] = [
        (.delete, "/v2/networks", "GET, POST"), (.put, network, "GET, PATCH, DELETE"),
        (.head, network, "GET, PATCH, DELETE"),
        (.post, "\(network)/network_interfaces", "GET"),
      ]
      for (method, path, allowed) in cases {
        let answer = try #require(try await client.send(method, path))
        #expect(answer.status == 405)
        #expect(answer["allow"] == allowed)
        #expect(answer.body.isEmpty == (method == .head))
      }
      #expect(client.networks.count == 1)
    }
  }
}
