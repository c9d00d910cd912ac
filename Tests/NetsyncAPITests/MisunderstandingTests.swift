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
      (#"{"data":[null]}"#, "data.0"), (#"{"data":["x"]}"#, "data.0"), (#"{"data":[[]]}"#, "data.0"),
      (#"{"data":[{}]}"#, "data.0.id"), (#"{"data":[{"id":null}]}"#, "data.0.id"),
      (#"{"data":[{"id":7}]}"#, "data.0.id"), (#"{"data":[{"id":"lab"}]}"#, "data.0.id"),
      (#"{"data":[{"id":"../networks"}]}"#, "data.0.id"),
      (#"{"data":[\#(Body.bare),{"id":""}]}"#, "data.1.id"),
      (#"{"data":[{"id":"00000000-0000-4000-8000-000000000001","name":7}]}"#, "data.0.name"),
      (#"{"data":[{"id":"00000000-0000-4000-8000-000000000001","created_at":1}]}"#, "data.0.created_at"),
      (#"{"data":[{"id":"00000000-0000-4000-8000-000000000001","updated_at":{}}]}"#, "data.0.updated_at"),
      (#"{"data":[{"id":"00000000-0000-4000-8000-000000000001","record_type":[]}]}"#, "data.0.record_type"),
      (#"{"data":[],"meta":[]}"#, "meta"), (#"{"data":[],"meta":{"page_number":"1"}}"#, "meta.page_number"),
    ]
  )
  func `a field of the wrong type is named by its path`(_ body: String, _ path: String) async throws {
    let failure = try await Call.page.send(with: RecordingTransport(200, body).client()).failure
    #expect(failure == .notUnderstood(.wrongType(path: path)))
  }
}
