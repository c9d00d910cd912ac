import HTTPTypes
import NetsyncAPI
import NetsyncEngine
import NetsyncModel
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Testing

@testable import NetsyncPage

/// What the buttons do, and who may press them.
@Suite(.opensReplicas) struct ActionTests {
  /// A network that was renamed here and there.
  private func conflicted() async throws -> Browser {
    let browser = try Browser(networks: 0)
    browser.world.createThere("lab")
    try await browser.pull(policy: .hold)
    try browser.world.edit("lab", .rename(to: NetworkName("mine")))
    browser.world.clock.advance(by: .seconds(60))
    browser.world.renameThere("lab", to: "theirs")
    try await browser.pull(policy: .hold)
    #expect(try browser.world.replica.conflicts().count == 1)
    return browser
  }

  @Test func `a conflict shows its two sides, and mine can be taken`() async throws {
    let browser = try await conflicted()
    let body = try await browser.get("/").body
    #expect(body.contains(#"<p class="name"><bdi>mine</bdi></p>"#))
    #expect(body.contains(#"<p class="name"><bdi>theirs</bdi></p>"#))
    #expect(body.contains("1 conflict needs you"))
    let answer = try await browser.press("/conflicts/1", "mine")
    #expect(answer.status == 303)
    #expect(answer.headers[.location] == "/?said=mine&edit=1")
    #expect(try await browser.get("/?said=mine&edit=1").body.contains("Yours stands: edit 1 waits to be sent."))
    try await browser.push()
    #expect(browser.world.namesThere == ["mine"])
  }

  @Test func `theirs can be taken, and a second press finds nothing to do`() async throws {
    let browser = try await conflicted()
    #expect(try await browser.press("/conflicts/1", "theirs").headers[.location] == "/?said=theirs&edit=1")
    #expect(try browser.world.replica.networks().map(\.name) == [NetworkName("theirs")])
    #expect(try await browser.press("/conflicts/1", "theirs").headers[.location] == "/?said=changed&edit=1")
    #expect(try await browser.get("/?said=changed&edit=1").body.contains("Nothing was done."))
  }

  @Test func `an edit of a network that is gone there is made anew`() async throws {
    let browser = try Browser(networks: 0)
    browser.world.createThere("lab")
    browser.world.createThere("another")
    try await browser.pull()
    try browser.world.edit("lab", .rename(to: NetworkName("mine")))
    browser.world.deleteThere(["lab"])
    try await browser.pull()
    #expect(try await browser.get("/").body.contains("Make it anew"))
    #expect(try await browser.press("/conflicts/1", "mine").headers[.location] == "/?said=anew&edit=2")
    try await browser.push()
    #expect(browser.world.namesThere.sorted() == ["another", "mine"])
  }

  @Test func `a refused edit shows the server's words, is retried and discarded`() async throws {
    let browser = try Browser(networks: 0)
    try browser.world.create("lab")
    browser.world.transport.decide { request in
      guard request.method == .post else { return .arrives }
      return .replaced(
        TransportResponse(
          head: HTTPResponse(status: .unprocessableContent),
          body: Array(#"{"errors":[{"code":"10015","title":"Invalid name","detail":"too plain"}]}"#.utf8)
        )
      )
    }
    try await browser.push()
    let body = try await browser.get("/").body
    #expect(body.contains("422 Invalid name: too plain"))
    #expect(body.contains(#"<button name="take" value="retry">Try again</button>"#))
    #expect(try await browser.press("/outbox/1", "retry").headers[.location] == "/?said=retried&edit=1")
    #expect(try browser.world.replica.operations().map(\.state.word.rawValue) == ["waiting"])
    #expect(try await browser.press("/outbox/1", "discard").headers[.location] == "/?said=discarded&edit=1")
    #expect(try browser.world.replica.operations().isEmpty)
    #expect(try await browser.press("/outbox/1", "retry").headers[.location] == "/?said=changed&edit=1")
  }

  @Test func `a network is made, and has a page at once`() async throws {
    let browser = try Browser(networks: 0)
    let answer = try await browser.press("/networks", nil, ["name": "lab & büro 🏢"])
    #expect(answer.status == 303)
    let place = try #require(answer.headers[.location])
    #expect(place.hasSuffix("?said=queued&edit=1"))
    let body = try await browser.get(place).body
    #expect(body.contains("Edit 1 is queued"))
    #expect(body.contains("lab &amp; büro 🏢"))
    try await browser.push()
    #expect(browser.world.namesThere == ["lab & büro 🏢"])
  }

  @Test func `a network is renamed, the change undone, and it is deleted`() async throws {
    let browser = try Browser(networks: 0)
    browser.world.createThere("lab")
    try await browser.pull()
    let id = try #require(try browser.world.replica.networks().first?.id?.text)
    let place = "/networks/\(id)"
    let renamed = try await browser.press(place, "rename", ["name": "office"])
    #expect(renamed.headers[.location] == "\(place)?said=queued&edit=1")
    let body = try await browser.get(place).body
    #expect(body.contains("<bdi>office</bdi>"))
    let undo = try #require(browser.world.replica.changes(limit: .max).last { $0.kind == .renamed })
    #expect(body.contains("\(place)/changes/\(undo.number)"))
    let undone = try await browser.press("\(place)/changes/\(undo.number)")
    #expect(undone.headers[.location] == "\(place)?said=taken_back&edit=1")
    #expect(try browser.world.replica.operations().isEmpty)
    #expect(try await browser.press(place, "rename", ["name": "lab"]).headers[.location] == "\(place)?said=already")
    #expect(try await browser.press(place, "delete").headers[.location] == "\(place)?said=queued&edit=2")
    #expect(try await !browser.get(place).body.contains(#"value="delete""#))
    try await browser.push()
    #expect(browser.world.namesThere.isEmpty)
    #expect(try await browser.press(place, "delete").status == 404)
    #expect(try await browser.press("/networks/nothing/changes/1").status == 404)
  }

  @Test func `a network that was never sent is gone with its deletion`() async throws {
    let browser = try Browser(networks: 0)
    let local = try #require(try await browser.press("/networks", nil, ["name": "lab"]).headers[.location])
    let place = String(local.prefix { $0 != "?" })
    #expect(try await browser.press(place, "delete").headers[.location] == "/?said=taken_back&edit=1")
    #expect(try browser.world.replica.networks().isEmpty)
  }

  @Test(arguments: ["", "   ", "\u{0}"])
  func `a name that no server can mean is none, and nothing is queued`(_ name: String) async throws {
    let browser = try Browser(networks: 1)
    try await browser.pull()
    let id = try #require(try browser.world.replica.networks().first?.id?.text)
    #expect(try await browser.press("/networks", nil, ["name": name]).headers[.location] == "/networks?said=no_name")
    let answer = try await browser.press("/networks/\(id)", "rename", ["name": name])
    #expect(answer.headers[.location] == "/networks/\(id)?said=no_name")
    #expect(try await browser.get("/networks?said=no_name").body.contains("Nothing was queued."))
    #expect(try await browser.press("/networks/\(id)").status == 400)
    #expect(try browser.world.replica.operations().isEmpty)
  }

  @Test func `removals that are held are listed, and allowed as many as were shown`() async throws {
    let browser = try Browser(networks: 0)
    let names = (1...10).map { "lab \($0)" }
    for name in names + ["stays"] { browser.world.createThere(name) }
    try await browser.pull()
    browser.world.deleteThere(names)
    _ = try await browser.world.engine().pull(PullOptions())
    let body = try await browser.get("/").body
    #expect(body.contains("The last pull did not find 10 networks at the API."))
    for name in names { #expect(body.contains("<bdi>\(name)</bdi></a></li>")) }
    #expect(!body.contains("<bdi>stays</bdi></a></li>"))
    #expect(try await browser.press("/held", "remove", ["count": "9"]).headers[.location] == "/?said=moved")
    #expect(browser.syncs == 0)
    #expect(try await browser.press("/held", "remove", ["count": "10"]).headers[.location] == "/?said=allowed")
    #expect(browser.approval == SyncApproval(removals: 10))
    #expect(try await browser.press("/held", "remove").status == 400)
  }

  @Test func `deletions that are held are allowed as many as were shown`() async throws {
    let browser = try Browser(networks: 10)
    try await browser.pull()
    for network in try browser.world.replica.networks().prefix(8) {
      _ = try browser.world.replica.edit(network.key, .delete)
    }
    _ = try await browser.world.engine().push(PushOptions())
    #expect(try await browser.get("/").body.contains("Delete 8 networks at the API"))
    #expect(try await browser.press("/held", "send", ["count": "8"]).headers[.location] == "/?said=allowed")
    #expect(browser.approval == SyncApproval(deletions: 8))
  }

  @Test func `a sync can be asked for`() async throws {
    let browser = try Browser()
    #expect(try await browser.press("/sync").headers[.location] == "/?said=syncing")
    #expect(browser.syncs == 1)
  }

  @Test func `the secret of its forms is in no description of the page`() throws {
    let page = try Browser().page
    for text in ["\(page)", String(reflecting: page), "\([page])"] {
      #expect(text.contains("[redacted]") || !text.contains("token"))
      #expect(!text.contains(page.token.text))
    }
  }

  @Test func `what is not a form of this page does nothing`() async throws {
    let browser = try await conflicted()
    #expect(try await browser.press("/conflicts/1", "mine", token: "guessed").status == 403)
    #expect(try await browser.press("/conflicts/1", "mine", token: "").status == 403)
    #expect(try await browser.ask(.post, "/conflicts/1", body: "take=mine").status == 403)
    #expect(try await browser.ask(.post, "/conflicts/1", body: "").status == 403)
    #expect(try await browser.press("/conflicts/1").status == 400)
    #expect(try await browser.press("/conflicts/1", "both").status == 400)
    #expect(try await browser.press("/conflicts/one", "mine").status == 404)
    #expect(try await browser.press("/outbox/1", "send").status == 400)
    let long = String(repeating: "x", count: 20_000)
    #expect(try await browser.press("/conflicts/1", long).status == 413)
    #expect(try browser.world.replica.conflicts().count == 1)
  }

  @Test(
    arguments: [
      ([.origin: "http://evil.example", .secFetchSite: "cross-site"], 403),
      ([.origin: "http://127.0.0.1:3000", .secFetchSite: "same-site"], 403),
      ([.origin: "null"], 403),
      ([.secFetchSite: "none"], 403),
      ([.origin: "http://127.0.0.1:9417"], 303),
      ([.origin: "https://127.0.0.1:9417", .secFetchSite: "same-origin"], 303),
      ([:], 303),
    ] as [(HTTPFields, Int)]
  )
  func `another site's form is refused, even with the token`(headers: HTTPFields, status: Int) async throws {
    let browser = try Browser()
    #expect(try await browser.press("/sync", headers: headers).status == status)
    #expect(browser.syncs == (status == 303 ? 1 : 0))
  }

  @Test func `another name for this host is refused, so that no site can point its own here`() async throws {
    let browser = try Browser()
    for host in ["127.0.0.1", "127.0.0.1:9417", "localhost", "localhost:1", "[::1]", "[::1]:9417"] {
      #expect(try await browser.get("/", host: host).status == 200, "\(host)")
    }
    for host in ["evil.example", "evil.example:9417", "127.0.0.1.evil.example", "localhost.", "", "[::2]:9417", "::1"] {
      #expect(try await browser.get("/", host: host).status == 421, "\(host)")
    }
    #expect(try await Browser(isUnixSocket: true).get("/", host: "netsync.example").status == 200)
  }

  @Test(arguments: ["/health", "/", "/metrics"])
  func `a probe that wants no body is answered without one`(_ path: String) async throws {
    let browser = try Browser()
    let answer = try await browser.ask(.head, path)
    #expect(answer.status == 200)
    #expect(answer.body.isEmpty)
  }

  @Test func `every answer forbids scripts, frames and caches`() async throws {
    let browser = try Browser()
    for path in ["/", "/networks", "/interfaces", "/style.css", "/metrics", "/nothing"] {
      let headers = try await browser.get(path).headers
      #expect(headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'; style-src 'self'") == true, "\(path)")
      #expect(headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true, "\(path)")
      #expect(headers[.cacheControl] == "no-store", "\(path)")
      #expect(headers[.xContentTypeOptions] == "nosniff", "\(path)")
    }
    // No page needs what the policy forbids.
    for path in ["/", "/networks", "/interfaces"] {
      let body = try await browser.get(path).body
      for forbidden in [" style=", "<style", "<script", "<img", "http://", "https://"] {
        #expect(!body.contains(forbidden), "\(path) has \(forbidden)")
      }
    }
  }
}
