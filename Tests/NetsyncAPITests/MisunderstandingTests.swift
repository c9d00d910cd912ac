import HTTPTypes
import NetsyncAPI
import NetsyncModel
import Testing

/// Answers that are refused by name, and none of which is a trap.
struct MisunderstandingTests {
  @Test(arguments: [Call.read, .rename])
  func `an answer for another network says nothing about this one`(_ call: Call) async throws {
    let asked = try NetworkID.sample(1)
    let other = try NetworkID.sample(2)
    let transport = RecordingTransport(200, Body.record(#"{"id":"\#(other)","name":"lab"}"#))
    let failure = try await call.send(with: transport.client()).failure
    #expect(failure == .notUnderstood(.otherRecord(asked: asked.text, answered: other.text)))
  }

  @Test func `an interface of another network says nothing about this one`() async throws {
    let asked = try NetworkID.sample(1)
    let other = try NetworkID.sample(2)
    let transport = RecordingTransport(200, Body.listing(#"{"id":"i","network_id":"\#(other)"}"#))
    let failure = try await Call.interfaces.send(with: transport.client()).failure
    #expect(failure == .notUnderstood(.otherRecord(asked: asked.text, answered: other.text)))
  }

  @Test func `an id in capitals is the same id`() async throws {
    let id = try #require(NetworkID("0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e71"))
    let transport = RecordingTransport(200, Body.record(#"{"id":"0B7E1C9A-3F52-4D18-9A6E-5C0D2F4B8E71"}"#))
    #expect(try await transport.client().network(id).failure == nil)
  }

  @Test(arguments: [Call.page, .filter, .interfaces], [0, 2, -1, Int.max])
  func `an answer for another page says nothing about this one`(_ call: Call, _ answered: Int) async throws {
    let transport = RecordingTransport(200, Body.listing(meta: #"{"page_number":\#(answered)}"#))
    let failure = try await call.send(with: transport.client()).failure
    #expect(failure == .notUnderstood(.otherPage(asked: 1, answered: answered)))
  }

  @Test(
    arguments: [
      (.page, Body.listing(Body.full, Body.bare, meta: #"{"page_number":1,"total_pages":1,"total_results":2}"#)),
      (.filter, Body.listing(Body.full)),
      (.read, Body.record(Body.full)),
      (.create, Body.record(Body.full)),
      (.rename, Body.record(#"{"id":"00000000-0000-4000-8000-000000000001","tags":[1.5,{"a":null}]}"#)),
      (.interfaces, Body.listing(Body.interface)),
    ] as [(Call, String)]
  )
  func `a body that ends too soon is named, wherever it ends`(_ call: Call, _ text: String) async throws {
    let body = Array(text.utf8)
    #expect(try await call.send(with: RecordingTransport(200, body).client()).failure == nil, "the whole body is taken")
    for length in 0..<body.count {
      let failure = try await call.send(with: RecordingTransport(200, Array(body[..<length])).client()).failure
      guard case .notUnderstood(.malformed)? = failure else {
        Issue.record("cut at \(length) of \(body.count): \(String(describing: failure))")
        continue
      }
    }
    print("truncation: \(call), \(body.count) offsets")
  }

  @Test(
    arguments: [
      "", " ", "\n", "<!DOCTYPE html><html><body>Log in</body></html>", "OK", "data", "{data:[]}", "{'data':[]}",
      #"{"data":[]}}"#, #"{"data":[]}{"data":[]}"#, #"{"data":[] "meta":{}}"#, "{\"data\":\"\u{1}\"}",
      #"{"data":"\ud800"}"#, #"{"data":nul}"#, #"{"data":01}"#, #"{"data":+1}"#, #"{"data":NaN}"#,
    ],
    [Call.page, .filter, .read, .create, .rename, .interfaces]
  )
  func `a body that is no JSON is named`(_ body: String, _ call: Call) async throws {
    let failure = try await call.send(with: RecordingTransport(200, body).client()).failure
    #expect(failure?.kind == .notUnderstood)
  }

  @Test(arguments: ["[", "{\"data\":", "[{\"data\":"], [600, 100_000])
  func `a body nested without end is named`(_ opening: String, _ depth: Int) async throws {
    let body = String(repeating: opening, count: depth)
    let failure = try await Call.page.send(with: RecordingTransport(200, body).client()).failure
    #expect(failure?.kind == .notUnderstood)
  }

  @Test(arguments: [1, 60, 64, 100, 400, 512, 600, 10_000], [("[", "]"), (#"{"a":"#, "}")])
  func `an unknown field nested deeply is kept or named`(
    _ depth: Int,
    _ brackets: (opening: String, closing: String)
  ) async throws {
    let nested =
      String(repeating: brackets.opening, count: depth) + "1" + String(repeating: brackets.closing, count: depth)
    let record = #"{"id":"00000000-0000-4000-8000-000000000001","future":\#(nested)}"#
    let client = try RecordingTransport(200, Body.record(record)).client()
    switch try await client.network(.sample()).result {
    case .success(let network): #expect(network.unknownFields == #"{"future":\#(nested)}"#)
    case .failure(let failure): #expect(depth > 60 && failure.kind == .notUnderstood)
    }
  }

  @Test(arguments: [#"[[["#, #"\"[[["#, #"\\"#])
  func `brackets in a text are no nesting`(_ text: String) async throws {
    let long = String(repeating: text, count: 100)
    let record = #"{"id":"00000000-0000-4000-8000-000000000001","name":"\#(long)"}"#
    let client = try RecordingTransport(200, Body.record(record)).client()
    #expect(try await client.network(.sample()).result.get().name != nil)
  }

  @Test(
    arguments: [
      ("null", "the body"), ("[]", "the body"), ("7", "the body"), ("\"data\"", "the body"), ("{}", "data"),
      (#"{"data":null}"#, "data"), (#"{"data":{}}"#, "data"), (#"{"data":"x"}"#, "data"),
    ]
  )
  func `a field of the wrong type is named by its path`(_ body: String, _ path: String) async throws {
    let failure = try await Call.page.send(with: RecordingTransport(200, body).client()).failure
    #expect(failure == .notUnderstood(.wrongType(path: path)))
  }

  private static let one = "00000000-0000-4000-8000-000000000001"

  @Test(
    arguments: [
      ("null", .noObject), ("\"x\"", .noObject), ("[]", .noObject), ("7", .noObject), ("{}", .noID),
      (#"{"id":null}"#, .noID), (#"{"id":7}"#, .noID), (#"{"id":{"id":"x"}}"#, .noID), (#"{"id":"lab"}"#, .idNoUUID),
      (#"{"id":"../networks"}"#, .idNoUUID), (#"{"id":""}"#, .idNoUUID),
    ] as [(String, RecordFault)]
  )
  func `a record that cannot be understood hides no other one`(_ odd: String, _ fault: RecordFault) async throws {
    let body = Body.listing(Body.bare, odd, Body.full, meta: #"{"page_number":1,"total_results":3}"#)
    for call in [Call.page, .filter] {
      let page = try await call.networks(from: RecordingTransport(200, body).client())
      #expect(page.records.count == 2)
      #expect(page.faults == [2: fault])
      #expect(page.meta.totalResults == 3)
    }
  }

  @Test(
    arguments: [("null", .noObject), ("{}", .noID), (#"{"id":7}"#, .noID), (#"{"id":""}"#, .noID)]
      as [(String, RecordFault)]
  )
  func `an interface that cannot be understood hides no other one`(_ odd: String, _ fault: RecordFault) async throws {
    let client = try RecordingTransport(200, Body.listing(odd, Body.interface)).client()
    let page = try await client.interfaces(of: .sample(), page: 1).result.get()
    #expect(page.records.count == 1)
    #expect(page.faults == [1: fault])
  }

  @Test(arguments: ["name", "created_at", "updated_at", "record_type"], ["7", "[]", "{}", "true"])
  func `a field of another type counts as missing, and is kept`(_ field: String, _ value: String) async throws {
    let body = Body.record(#"{"id":"\#(Self.one)","\#(field)":\#(value)}"#)
    let network = try await RecordingTransport(200, body).client().network(.sample()).result.get()
    let known = [network.name?.text, network.createdAt?.raw, network.updatedAt?.raw, network.recordType]
    #expect(known.allSatisfy { $0 == nil })
    #expect(network.unknownFields == #"{"\#(field)":\#(value)}"#)
  }

  @Test(arguments: ["name", "type", "status", "region_code", "region", "network_id", "created_at", "updated_at"])
  func `a field of an interface of another type counts as missing, and is kept`(_ field: String) async throws {
    let client = try RecordingTransport(200, Body.listing(#"{"id":"i","\#(field)":7}"#)).client()
    let interface = try #require(try await client.interfaces(of: .sample(), page: 1).result.get().records.first)
    #expect(interface == NetworkInterfaceDocument(id: "i", unknownFields: #"{"\#(field)":7}"#))
  }

  @Test func `a region with a field of another type is kept whole`() async throws {
    let client = try RecordingTransport(200, Body.listing(#"{"id":"i","region":{"code":7,"name":"Ord"}}"#)).client()
    let interface = try #require(try await client.interfaces(of: .sample(), page: 1).result.get().records.first)
    #expect(interface.regionName == "Ord")
    #expect(interface.regionCode == nil)
    #expect(interface.unknownFields == #"{"region":{"code":7,"name":"Ord"}}"#)
  }

  @Test(
    arguments: [
      (#"{"page_number":"1","total_pages":"3","total_results":"620"}"#, [1, 3, 620]),
      (#"{"page_number":1.5,"total_pages":2.5,"total_results":1e300}"#, [nil, nil, nil]),
      (#"{"page_number":"one","total_pages":[],"total_results":{}}"#, [nil, nil, nil]),
      (#"{"page_number":null,"total_pages":true,"total_results":""}"#, [nil, nil, nil]),
      ("[]", [nil, nil, nil]), ("7", [nil, nil, nil]), ("null", [nil, nil, nil]),
    ] as [(String, [Int?])]
  )
  func `numbers in strings are numbers, and what is none counts as missing`(_ meta: String, _ expected: [Int?])
    async throws
  {
    let body = #"{"data":[],"meta":\#(meta)}"#
    let page = try await Call.page.networks(from: RecordingTransport(200, body).client())
    #expect([page.meta.pageNumber, page.meta.totalPages, page.meta.totalResults] == expected)
  }
}

extension Call {
  fileprivate func networks(from client: APIClient) async throws -> ListPage<NetworkDocument> {
    guard self == .page else { return try await client.networks(named: NetworkName("lab"), page: 1).result.get() }
    guard case .changed(let page, _) = try await client.networks(page: 1).result.get() else {
      return ListPage(records: [], meta: PageMeta())
    }
    return page
  }
}
