import HTTPTypes
import NetsyncAPI
import NetsyncModel
import Testing

private let networks = "https://api.telnyx.com/v2/networks"
private let network = "\(networks)/00000000-0000-4000-8000-000000000001"
private let paging = "page%5Bnumber%5D=1&page%5Bsize%5D=250"

/// The exact form of every request on the wire.
struct RequestTests {
  @Test(
    arguments: [
      (.page, "GET \(networks)?\(paging)", ""),
      (.filter, "GET \(networks)?filter%5Bname%5D=a+b%2Bc&\(paging)", ""),
      (.read, "GET \(network)", ""),
      (.create, "POST \(networks)", #"{"name":"a b+c"}"#),
      (.rename, "PATCH \(network)", #"{"name":"a b+c"}"#),
      (.delete, "DELETE \(network)", ""),
      (.interfaces, "GET \(network)/network_interfaces?\(paging)", ""),
    ] as [(Call, String, String)]
  )
  func `each request is written as the official client writes it`(
    _ call: Call,
    _ line: String,
    _ body: String
  ) async throws {
    let transport = RecordingTransport()
    _ = try await call.send(with: transport.client())
    let request = try #require(transport.requests.first)
    #expect(request.line == line)
    #expect(request.body == Array(body.utf8))
  }

  @Test(arguments: Call.allCases)
  func `each request carries the key, what it takes, and nothing of this host`(_ call: Call) async throws {
    let transport = RecordingTransport()
    _ = try await call.send(with: transport.client())
    let request = try #require(transport.requests.first)
    #expect(request.head.headerFields[.authorization] == "Bearer KEY-canary")
    #expect(request.head.headerFields[.accept] == "application/json")
    #expect(request.head.headerFields[.userAgent] == "netsync")
    #expect(request.head.headerFields[.contentType] == (request.body.isEmpty ? nil : "application/json"))
    let names = ["accept", "authorization", "user-agent"]
    #expect(request.fieldNames.filter { $0 != "content-type" } == names)
  }

  @Test(arguments: Call.allCases)
  func `each request keeps to the limits on time and size`(_ call: Call) async throws {
    let transport = RecordingTransport()
    _ = try await call.send(with: transport.client())
    let request = try #require(transport.requests.first)
    #expect(request.timeout == .seconds(30))
    #expect(request.bodyLimit == 8 << 20)
  }

  @Test(arguments: Call.allCases, [200, 301, 401, 408, 429, 500, 503])
  func `each request is sent once, whatever the answer`(_ call: Call, _ status: Int) async throws {
    let transport = RecordingTransport(status)
    _ = try await call.send(with: transport.client())
    #expect(transport.requests.count == 1)
  }

  @Test(arguments: Call.allCases)
  func `the evidence of a request names its path and not the key`(_ call: Call) async throws {
    let transport = RecordingTransport()
    let exchange = try await call.send(with: transport.client())
    let request = try #require(transport.requests.first)
    #expect(exchange.request == request.line.replacing("https://api.telnyx.com/v2", with: ""))
    #expect(!exchange.request.contains("canary"))
  }

  @Test(arguments: [1, 2, 4_321])
  func `a page is asked for by its number`(_ page: Int) async throws {
    let transport = RecordingTransport()
    _ = try await transport.client().networks(page: page)
    let line = try #require(transport.requests.first?.line)
    #expect(line == "GET \(networks)?page%5Bnumber%5D=\(page)&page%5Bsize%5D=250")
  }

  @Test(
    arguments: [
      ("lab", "lab"), ("a b", "a+b"), ("a+b", "a%2Bb"), ("50%", "50%25"), ("a&b=c", "a%26b%3Dc"),
      ("?#/:@", "%3F%23%2F%3A%40"), ("*-._", "*-._"), ("~", "%7E"), ("[x]", "%5Bx%5D"), ("", ""),
      ("caf\u{E9}", "caf%C3%A9"), ("cafe\u{301}", "cafe%CC%81"), ("東", "%E6%9D%B1"), ("🛰", "%F0%9F%9B%B0"),
      ("a\nb", "a%0Ab"), ("\"\\", "%22%5C"),
    ]
  )
  func `a name is looked for byte for byte`(_ name: String, _ encoded: String) async throws {
    let transport = RecordingTransport()
    _ = try await transport.client().networks(named: NetworkName(name), page: 1)
    let line = try #require(transport.requests.first?.line)
    #expect(line == "GET \(networks)?filter%5Bname%5D=\(encoded)&\(paging)")
  }

  @Test(
    arguments: [
      ("lab", #"{"name":"lab"}"#),
      ("a/b", #"{"name":"a/b"}"#),
      (#"say "hi" \o/"#, #"{"name":"say \"hi\" \\o/"}"#),
      ("a\tb\nc", #"{"name":"a\tb\nc"}"#),
      ("caf\u{E9}", "{\"name\":\"caf\u{E9}\"}"),
      ("cafe\u{301}", "{\"name\":\"cafe\u{301}\"}"),
      ("東京 🛰", #"{"name":"東京 🛰"}"#),
      ("</script>&", #"{"name":"</script>&"}"#),
    ]
  )
  func `a name is sent byte for byte, as compact UTF-8`(_ name: String, _ body: String) async throws {
    let transport = RecordingTransport()
    _ = try await transport.client().create(NetworkName(name))
    #expect(transport.requests.first?.body == Array(body.utf8))
  }

  @Test(
    arguments: [
      ("http://localhost:8080", "GET http://localhost:8080/networks"),
      ("https://a.example/some/prefix/", "GET https://a.example/some/prefix/networks"),
      ("http://[::1]:8080/v2", "GET http://[::1]:8080/v2/networks"),
    ]
  )
  func `requests go below the base URL`(_ baseURL: String, _ line: String) async throws {
    let transport = RecordingTransport()
    _ = try await transport.client(baseURL: BaseURL(baseURL)).networks(page: 1)
    #expect(transport.requests.first?.line == "\(line)?\(paging)")
  }
}
