import HTTPTypes
import NetsyncSandbox
import Testing

/// Answers that something between the API and its client has spoilt.
struct ManglingTests {
  @Test
  func `a truncated body is the beginning of the body and never JSON`() {
    let answer = listing()
    for percent in 0...100 {
      let mangled = answer.mangled(.truncated, fraction: Double(percent) / 100)
      #expect(mangled.response == answer.response)
      #expect(answer.body.starts(with: mangled.body))
      #expect(abs(mangled.body.count - answer.body.count * percent / 100) <= 1)
      #expect(!Answer(mangled).isJSON)
    }
  }

  @Test(arguments: [SandboxMangling.notJSON, .emptyBody])
  func `a body that is no JSON keeps its status and its content type`(_ mangling: SandboxMangling) {
    let mangled = Answer(listing().mangled(mangling))
    #expect(mangled.status == 200)
    #expect(mangled["content-type"] == "application/json")
    #expect(!mangled.isJSON)
    #expect(mangled.body.isEmpty == (mangling == .emptyBody))
  }

  @Test
  func `a page for people comes with status 200, even instead of a failure`() {
    for answer in [listing(), .failed(503, at: ManualTime.start)] {
      let mangled = Answer(answer.mangled(.htmlPage))
      #expect(mangled.status == 200)
      #expect(mangled["content-type"] == "text/html")
      #expect(mangled["date"] == "Fri, 02 Jan 2026 03:04:05 GMT")
      #expect(!mangled.isJSON)
    }
  }

  @Test
  func `every member of a listing can be of another type`() throws {
    let answer = listing()
    _ = try Answer(answer).read(Listing<APINetwork>.self)
    var bodies: Set<[UInt8]> = []
    for percent in 0...100 {
      let mangled = Answer(answer.mangled(.wrongType, fraction: Double(percent) / 100))
      #expect(mangled.isJSON)
      #expect(throws: DecodingError.self) { try mangled.read(Listing<APINetwork>.self) }
      bodies.insert(mangled.body)
    }
    // data, id, name, created_at, updated_at, meta, page_number, total_pages, total_results
    #expect(bodies.count == 9)
  }

  @Test
  func `a member of another type is a value like any other`() throws {
    let answer = network()
    let mangled = Answer(answer.mangled(.wrongType, fraction: 0.5))
    #expect(throws: DecodingError.self) { try mangled.read(NetworkDocument.self) }
    // data, id, name, created_at, updated_at
    #expect(String(decoding: mangled.body, as: UTF8.self).contains(#""name":7,"created_at":"2026"#))
  }

  @Test
  func `another id comes with the same record`() throws {
    let other = "00000000-0000-4000-8000-000000000001"
    var expected = try Answer(network()).read(NetworkDocument.self).data
    expected.id = other
    #expect(try Answer(network().mangled(.otherID, otherID: other)).read(NetworkDocument.self).data == expected)

    let rows = try Answer(listing()).read(Listing<APINetwork>.self).data
    let mangled = try Answer(listing().mangled(.otherID)).read(Listing<APINetwork>.self).data
    #expect(mangled[0].id == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    #expect(mangled[0].name.utf8.elementsEqual(rows[0].name.utf8))
    #expect(Array(mangled.dropFirst()) == Array(rows.dropFirst()))
  }

  @Test(arguments: [(1, 2), (2, 1), (3, 2), (250, 249)])
  func `a listing can say that it is another page`(_ asked: Int, _ said: Int) throws {
    let answer = listing("?page%5Bnumber%5D=\(asked)")
    var expected = try Answer(answer).read(Listing<APINetwork>.self)
    #expect(expected.meta.page_number == asked)
    expected.meta.page_number = said
    let mangled = try Answer(answer.mangled(.otherPage)).read(Listing<APINetwork>.self)
    #expect(mangled.meta == expected.meta)
    #expect(mangled.data == expected.data)
  }

  @Test
  func `an answer without a record or a page has neither mangled`() {
    let failure = SandboxResponse.failed(500, at: ManualTime.start)
    #expect(failure.mangled(.otherID) == failure)
    #expect(failure.mangled(.otherPage) == failure)
    #expect(network().mangled(.otherPage) == network())
    let page = SandboxResponse.failed(502, isHTML: true, at: ManualTime.start)
    #expect(page.mangled(.wrongType) == page)
  }

  @Test(arguments: SandboxMangling.allCases)
  func `a truncated body stays no JSON, whatever else happens to it`(_ mangling: SandboxMangling) {
    let answer = network()
    for count in 0..<answer.body.count {
      let truncated = answer.mangled(.truncated, fraction: Double(count) / Double(answer.body.count))
      for fraction in [0, 0.5, 1] {
        #expect(!Answer(truncated.mangled(mangling, fraction: fraction)).isJSON)
      }
    }
  }

  /// A page of an account whose names look like JSON.
  private func listing(_ query: String = "") -> SandboxResponse {
    answer(query)
  }

  /// The newest network of that account.
  private func network() -> SandboxResponse {
    answer("/\(account.networks[0].id)")
  }

  private func answer(_ rest: String) -> SandboxResponse {
    var state = account
    var request = HTTPRequest.listing
    request.path = "/v2/networks\(rest)"
    return state.respond(to: request, body: [], at: ManualTime.start)
  }

  private var account: SandboxState {
    var state = SandboxState()
    for name in ["lab", "\",\"id\":\"x\"}", "\\\"page_number\":7]", "{[\\", "東京\","] {
      state.createNetwork(named: name, at: ManualTime.start)
    }
    return state
  }
}
