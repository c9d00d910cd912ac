import HTTPTypes
import NetsyncModel
import NetsyncTestKit
import NetsyncTestSupport
import Testing

@testable import NetsyncPage
@testable import NetsyncReplica

/// What the pages show.
@Suite(.opensReplicas) struct PageTests {
  @Test func `before the first pull the page says so`() async throws {
    let answer = try await Browser().get("/")
    #expect(answer.status == 200)
    #expect(answer.body.contains("Not in sync"))
    #expect(answer.body.contains("never pulled completely"))
    #expect(answer.body.contains("Empty: the API has every edit."))
    #expect(!answer.body.contains(#"id="conflicts""#))
  }

  @Test func `in sync, it says how much there is, how fresh it is, and how the pulls went`() async throws {
    let browser = try Browser(networks: 3)
    try await browser.pull()
    browser.world.clock.advance(by: .seconds(180))
    let body = try await browser.get("/").body
    #expect(body.contains(#"<span class="state ok">In sync</span>"#))
    #expect(body.contains("3 networks, "))
    #expect(body.contains(">3 min ago</time>"))
    #expect(body.contains("The last 1 pull, all ok."))
    #expect(body.contains(#"<rect class="bar ok""#))
    #expect(try await browser.get("/style.css").headers[.contentType] == "text/css; charset=utf-8")
  }

  @Test func `one pull that fails is no alarm, three in a row are`() async throws {
    let browser = try Browser(networks: 3)
    try await browser.pull()
    for count in 1...3 {
      let sweep = try browser.world.replica.beginSweep(networksOnly: true)
      try browser.world.replica.endSweep(sweep, .offline, isComplete: false, SweepCounts())
      let body = try await browser.get("/").body
      #expect(body.contains(#"role="alert""#) == (count == 3))
      if count == 3 { #expect(body.contains("3 pulls in a row have failed, the first <time")) }
    }
  }

  @Test func `the drawing has a square for each network of a region`() async throws {
    let browser = try Browser(networks: 30)
    try await browser.pull()
    let regions = try browser.world.replica.regions()
    let answer = try await browser.get("/")
    #expect(!regions.isEmpty)
    #expect(answer.texts(from: #"<rect class="square"#, to: "/>").count == regions.map(\.networks).reduce(0, +))
    for region in regions {
      let code = try #require(region.code)
      let listed = try await browser.get("/interfaces?region=\(code)")
      #expect(listed.texts(from: #"data-label="Region"><bdi>"#, to: "</bdi>").count == region.interfaces)
    }
  }

  @Test func `networks are found by a part of their name, by an id, and by its beginning`() async throws {
    let browser = try Browser(networks: 5)
    try await browser.pull()
    let network = try #require(browser.world.replica.networks().first)
    let id = try #require(network.id?.text)
    let name = try #require(network.name?.text)
    for query in [String(name.dropFirst()).uppercased(), id, String(id.prefix(8))] {
      let answer = try await browser.get("/networks?q=\(query)")
      #expect(answer.texts(from: #"<a href="/networks/"#, to: #"""#).contains(id), "\(query)")
      #expect(answer.body.contains(#"value="\#(query)""#))
    }
    let none = try await browser.get("/networks?q=no+such%20thing")
    #expect(none.body.contains("None of 5 networks."))
    #expect(none.body.contains(#"value="no such thing""#))
    #expect(try await browser.get("/networks").texts(from: #"<a href="/networks/"#, to: #"""#).count == 5)
  }

  @Test func `a long list comes in pages`() async throws {
    let browser = try Browser(networks: 0)
    for number in 1...401 { try browser.world.create("network \(number)") }
    var listed: [String] = []
    var query = ""
    for words in ["The first 200", "The next 200", "The last 1"] {
      let answer = try await browser.get("/networks?q=ORK\(query)")
      #expect(answer.body.contains("\(words) of 401 networks."))
      listed += answer.texts(from: #"<a href="/networks/"#, to: #"""#)
      let next = answer.texts(from: #"name="after" value=""#, to: #"""#).first
      #expect((next == nil) == (words == "The last 1"))
      query = "&after=\(next ?? "")"
    }
    #expect(listed == (try browser.world.replica.networks().map { $0.localID?.text }))
    let overview = try await browser.get("/")
    #expect(overview.texts(from: #"<tr id="edit-"#, to: #"""#).count == 100)
    #expect(overview.body.contains("And 301 more edits"))
  }

  @Test(arguments: ["name", "updated_at", "interfaces", "state", "id", "created_at", "nonsense"])
  func `a list in any order comes in pages, with each network once`(_ order: String) async throws {
    let browser = try Browser(networks: 450)
    try await browser.pull()
    var (path, seen, pages): (String?, [String], Int) = ("/networks?sort=\(order)", [], 0)
    while let next = path {
      let answer = try await browser.get(next)
      seen += answer.texts(from: #"<td data-label="Name"><a href="/networks/"#, to: #"""#)
      pages += 1
      path = nil
      for field in ["after", "page"] {
        guard let value = answer.texts(from: #"name="\#(field)" value=""#, to: #"""#).first else { continue }
        path = "/networks?sort=\(order)&\(field)=\(value)"
      }
    }
    #expect(pages == 3)
    #expect(seen.count == 450)
    #expect(Set(seen).count == 450)
  }

  @Test func `one network has a page of its own, with its interfaces, its edits and what happened`() async throws {
    let browser = try Browser(networks: 5)
    try await browser.pull()
    let interface = try #require(browser.world.replica.interfaces().first)
    let network = try #require(browser.world.replica.networks().first { $0.id == interface.networkID })
    try browser.world.edit(try #require(network.name?.text), .rename(to: NetworkName("renamed here")))
    let answer = try await browser.get("/networks/\(interface.networkID)")
    #expect(answer.body.contains("<bdi>renamed here</bdi> <span class=\"state waiting\">waiting</span>"))
    let interfaceName = try #require(interface.document.name)
    #expect(answer.body.contains(interfaceName))
    #expect(answer.texts(from: #"<tr id="edit-"#, to: #"""#) == ["1"])
    #expect(answer.body.contains("edit 1 renamed"))
    #expect(answer.body.contains("netsync why \(interface.networkID)"))
    let drawn = answer.texts(from: #"<svg class="drawing""#, to: "</figure>").first ?? ""
    #expect(drawn.contains(#"class="box network"><title>renamed here</title>"#), "\(drawn)")
    #expect(try await browser.get("/networks/nothing").status == 404)
  }

  @Test func `a name from outside is text and nothing else`() async throws {
    let browser = try Browser(networks: 0)
    browser.world.createThere(#"<script>alert("1")</script>"#)
    browser.world.createThere("lon\u{202E}don\n")
    try await browser.pull()
    for path in ["/networks", "/networks?q=%3Cscript%3E", "/"] {
      let body = try await browser.get(path).body
      #expect(!body.contains("<script"))
      #expect(!body.unicodeScalars.contains("\u{202E}"))
    }
    let body = try await browser.get("/networks").body
    #expect(body.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"))
    #expect(body.contains(#"lon\u{202E}don\n"#))
  }

  @Test func `metrics and health are the daemon's`() async throws {
    let browser = try Browser()
    let metrics = try await browser.get("/metrics")
    #expect(metrics.body == "netsync_networks 3\n")
    #expect(metrics.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(try await browser.get("/health").status == 200)
    browser.fallIll()
    let health = try await browser.get("/health")
    #expect(health.status == 503)
    #expect(health.body == "stuck\n")
  }
}

@Suite struct DrawingTests {
  @Test func `where a row would be too long, a square stands for several, and what is not provisioned stays visible`() {
    let drawing = RegionDrawing([
      RegionCount(code: "fr", name: "Frankfurt", networks: 1_000, provisioned: 999, interfaces: 1_200),
      RegionCount(code: nil, name: nil, networks: 1, provisioned: 1, interfaces: 1),
    ])
    #expect(drawing.legend == "One square: 21 networks.")
    #expect(drawing.regions.map(\.squares.count) == [48, 1])
    #expect(drawing.regions.map { $0.squares.count(where: \.isUnsettled) } == [1, 0])
    #expect(
      drawing.regions.map(\.words) == ["1,000 networks, 1,200 interfaces, 1 not provisioned", "1 network, 1 interface"]
    )
    #expect(drawing.regions[1].name == "no region")
    let strange = RegionCount(code: "a&b=c d/é", name: nil, networks: 1, provisioned: 1, interfaces: 1)
    #expect(RegionDrawing([strange]).regions[0].code == "a%26b%3Dc%20d%2F%C3%A9")
  }

  @Test func `a bar is as high as its pull was long, the newest at the right`() {
    let start = Timestamp(microseconds: 1_767_312_000_000_000)
    func sweep(_ number: Int64, _ duration: Duration?, _ outcome: CycleOutcome?) -> SweepRecord {
      SweepRecord(
        sweep: number,
        startedAt: start + .seconds(60 * number),
        endedAt: duration.map { start + .seconds(60 * number) + $0 },
        outcome: outcome,
        isComplete: outcome == .ok,
        counts: SweepCounts()
      )
    }
    let plot = SyncPlot(
      [sweep(1, .seconds(4), .ok), sweep(2, .seconds(1), .partial), sweep(3, nil, nil)],
      now: start + .seconds(600)
    )
    #expect(plot.bars.map(\.height) == ["96", "24", "3"])
    #expect(plot.bars.map(\.x) == [684, 696, 708])
    #expect(plot.bars.map(\.outcome) == ["ok", "partial", "running"])
    #expect(plot.rows.map(\.outcome) == ["running", "partial", "ok"])
    #expect(plot.longest == "4 s")
    #expect(plot.summary == "The last 3 pulls, 1 of them not ok.")
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000")])
  func `numbers are grouped`(number: Int, text: String) {
    #expect(number.grouped == text)
  }
}
