import HTTPTypes
import NetsyncAPI
import NetsyncModel
import Testing

/// The server's own words, in every form that they were seen in.
struct ErrorDetailTests {
  @Test(
    arguments: [
      (
        #"{"code":"10015","title":"Bad","detail":"Too long.","source":{"pointer":"/name"}}"#,
        APIErrorDetail(status: 422, code: "10015", title: "Bad", detail: "Too long.", pointer: "/name")
      ),
      (#"{"code":10015}"#, APIErrorDetail(status: 422, code: "10015")),
      (#"{"code":-1}"#, APIErrorDetail(status: 422, code: "-1")),
      (#"{"code":""}"#, APIErrorDetail(status: 422, code: "")),
      (#"{"code":null,"title":null,"detail":null,"source":null}"#, APIErrorDetail(status: 422)),
      (#"{"code":{"a":1},"title":7,"detail":[],"source":false}"#, APIErrorDetail(status: 422)),
      (#"{"source":"/name"}"#, APIErrorDetail(status: 422, pointer: "/name")),
      (#"{"source":{"parameter":"page[size]"}}"#, APIErrorDetail(status: 422, pointer: "page[size]")),
      (#"{"source":{"pointer":"/name","parameter":"x"}}"#, APIErrorDetail(status: 422, pointer: "/name")),
      (#"{"source":{}}"#, APIErrorDetail(status: 422)),
      (#"{"title":"Bad","meta":{"url":"https://a.example"}}"#, APIErrorDetail(status: 422, title: "Bad")),
      (#"{"title":"first"},{"title":"second"}"#, APIErrorDetail(status: 422, title: "first")),
    ] as [(String, APIErrorDetail)]
  )
  func `a refusal keeps the server's words`(_ error: String, _ detail: APIErrorDetail) async throws {
    let transport = RecordingTransport(422, #"{"errors":[\#(error)]}"#)
    #expect(try await Call.create.send(with: transport.client()).failure == .refused(detail))
  }

  @Test(arguments: ["", "{}", #"{"errors":[]}"#, #"{"errors":"no"}"#, #"{"errors":[7]}"#])
  func `a refusal without words is a refusal`(_ body: String) async throws {
    let transport = RecordingTransport(422, body)
    #expect(try await Call.create.send(with: transport.client()).failure == .refused(APIErrorDetail(status: 422)))
  }

  @Test func `a failure of the key or of the server keeps its words too`() async throws {
    for status in [401, 403, 429, 500, 503] {
      let failure = try await Call.page.send(with: RecordingTransport(status, Body.error).client()).failure
      #expect(failure?.detail == APIErrorDetail(status: status, code: "10005", title: "Resource not found"))
    }
  }

  @Test(arguments: [0, 1_985, 1_990, 5_000])
  func `the key is not kept where the server says it back`(_ before: Int) async throws {
    let title = String(repeating: "a", count: before) + "KEYcanary0123456789" + "b"
    let transport = RecordingTransport(422, #"{"errors":[{"code":"1","title":"\#(title)"}]}"#)
    let client = APIClient(
      transport: transport,
      baseURL: .telnyx,
      key: try #require(APIKey("KEYcanary0123456789")),
      timeout: .seconds(1),
      now: { Timestamp(microseconds: 0) }
    )
    let told = try #require(await client.create(NetworkName("lab")).failure?.detail?.title)
    #expect(!told.contains("KEY"))
    #expect(told.count <= Limits.errorText)
  }
}
