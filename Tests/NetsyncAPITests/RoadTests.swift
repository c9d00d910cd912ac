import NetsyncAPI
import NetsyncHTTP
import Testing

private let everyVariable = Dictionary(
  uniqueKeysWithValues: [
    "NETSYNC_HTTP_PROXY", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy",
  ].map { ($0, "http://operator:secret@proxy.example:8080") }
)

/// Which servers are reached through a proxy, and what is told of it.
struct RoadTests {
  @Test(
    arguments: [
      "http://localhost:8080/v2", "http://LocalHost", "https://localhost/v2", "http://127.0.0.1:8080",
      "https://127.0.0.1", "http://127.255.255.254", "http://[::1]:8080/v2", "https://[::1]",
    ]
  )
  func `what is meant for this host never goes through a proxy`(_ url: String) throws {
    #expect(try Road(to: BaseURL(url), everyVariable).proxyAddress == nil)
  }

  @Test(
    arguments: [
      "https://api.telnyx.com/v2", "https://localhost.", "https://localhost.example", "https://127.0.0.1.example",
      "https://128.0.0.1", "https://0.0.0.0", "https://2130706433", "https://[::2]",
    ]
  )
  func `what only looks like this host goes through the proxy, whose password is not told`(_ url: String) throws {
    #expect(try Road(to: BaseURL(url), everyVariable).proxyAddress == "proxy.example:8080")
  }

  @Test(arguments: ["NETSYNC_HTTP_PROXY", "HTTPS_PROXY", "https_proxy"])
  func `a proxy that cannot be used is refused by its variable's name, and never passed by`(_ name: String) throws {
    for value in [
      "socks5://operator:secret@proxy.example", "https://proxy.example", "http://operator:secret@",
      "http://proxy.example:0", "http://proxy.example/path", "http://operator:%zz@proxy.example", "proxy example",
    ] {
      #expect(throws: RoadRefused.proxy(name), "\(value)") { try Road(to: .telnyx, [name: value]) }
    }
  }

  @Test(arguments: ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
  func `a variable that is meant for other requests makes no proxy`(_ name: String) throws {
    #expect(try Road(to: .telnyx, [name: "http://proxy.example:8080"]).proxyAddress == nil)
  }
}
