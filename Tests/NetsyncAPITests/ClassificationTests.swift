import HTTPTypes
import HTTPTypes
import NetsyncAPI
import NetsyncModel
import Testing

/// Which failure an answer is, without what it carries.
enum FailureKind: Sendable {
  case gone, refused, credentials, slowDown, serverFault, unreachable, noAnswer, notUnderstood
}

extension APIFailure {
  var kind: FailureKind {
    switch self {
    case .gone: .gone
    case .refused: .refused
    case .credentials: .credentials
    case .slowDown: .slowDown
    case .serverFault: .serverFault
    case .unreachable: .unreachable
    case .noAnswer: .noAnswer
    case .notUnderstood: .notUnderstood
    }
  }
}

/// The one classification of answers (R12).
struct ClassificationTests {
  @Test(
    arguments: [
      (400, .refused), (409, .refused), (422, .refused),
      (401, .credentials), (403, .credentials),
      (408, .noAnswer),
      (429, .slowDown),
      (500, .serverFault), (501, .serverFault), (502, .serverFault), (503, .serverFault), (504, .serverFault),
      (599, .serverFault),
      (300, .notUnderstood), (301, .notUnderstood), (302, .notUnderstood), (303, .notUnderstood),
      (304, .notUnderstood), (307, .notUnderstood), (308, .notUnderstood), (399, .notUnderstood),
      (100, .notUnderstood), (199, .notUnderstood), (402, .notUnderstood), (405, .notUnderstood),
      (406, .notUnderstood), (407, .notUnderstood), (410, .notUnderstood), (413, .notUnderstood),
      (418, .notUnderstood), (451, .notUnderstood), (600, .notUnderstood), (999, .notUnderstood),
    ] as [(Int, FailureKind)],
    Call.allCases
  )
  func `the status alone says what an answer means`(
    _ row: (status: Int, kind: FailureKind),
    _ call: Call
  ) async throws {
    for body in ["", "{}", Body.error, Body.record(Body.full)] {
      let exchange = try await call.send(with: RecordingTransport(row.status, body).client())
      #expect(exchange.failure?.kind == row.kind, "\(body)")
      #expect(exchange.status == row.status)
      #expect(exchange.bytes == body.utf8.count)
    }
  }

  @Test(arguments: [400, 409, 422], ["<html>Bad Request</html>", "Conflict", #"{"errors":[{"code":"1"#])
  func `a page of a proxy refuses no edit for good`(_ status: Int, _ body: String) async throws {
    for call in Call.allCases {
      let exchange = try await call.send(with: RecordingTransport(status, body).client())
      #expect(exchange.failure == .notUnderstood(.foreign(status: status)))
    }
  }

  @Test(arguments: Call.allCases)
  func `a 404 in the API's own words is about the record, or about the request`(_ call: Call) async throws {
    let exchange = try await call.send(with: RecordingTransport(404, Body.error).client())
    let detail = APIErrorDetail(status: 404, code: "10005", title: "Resource not found")
    let expected: APIFailure = call.isAboutRecord ? .gone(detail) : .refused(detail)
    #expect(exchange.failure == expected)
  }

  @Test(
    arguments: [
      "", "404 page not found\n", "<html><body>404</body></html>", "{}", "null", "[]", "\"errors\"",
      #"{"errors":[]}"#, #"{"errors":null}"#, #"{"errors":"not found"}"#, #"{"errors":["not found"]}"#,
      #"{"errors":{"code":"10005"}}"#, #"{"error":{"code":"10005"}}"#, #"{"message":"no Route matched"}"#,
      #"{"errors":[{"code":"10005","title":"Resource not fo"#,
    ],
    Call.allCases
  )
  func `a 404 of a proxy is no evidence that a network is gone`(_ body: String, _ call: Call) async throws {
    let exchange = try await call.send(with: RecordingTransport(404, body).client())
    #expect(exchange.failure == .notUnderstood(.foreign(status: 404)))
  }

  @Test(
    arguments: [200, 202, 204],
    ["", "{}", #"{"data":null}"#, #"{"data":{}}"#, #"{"errors":[]}"#, Body.record(Body.full)]
  )
  func `any 2xx to a delete is a deletion, with or without its record`(_ status: Int, _ body: String) async throws {
    let exchange = try await Call.delete.send(with: RecordingTransport(status, body).client())
    #expect(exchange.failure == nil)
    #expect(exchange.status == status)
  }

  @Test(arguments: [
    "<html></html>", "Welcome", #"{"data":{"id":"#, "[]", "7", #""done""#, #"{"errors":[{"title":"busy"}]}"#,
    #"{"errors":"no"}"#,
    Body.record(#"{"id":"00000000-0000-4000-8000-000000000009"}"#),
  ])
  func `a page of something in between, or another record, is no deletion`(_ body: String) async throws {
    let exchange = try await Call.delete.send(with: RecordingTransport(200, body).client())
    guard case .notUnderstood = exchange.failure else {
      Issue.record("\(String(describing: exchange.failure))")
      return
    }
  }

  @Test(arguments: [200, 201, 202, 299])
  func `any 2xx with the record in it is a success`(_ status: Int) async throws {
    for call in [Call.read, .create, .rename] {
      let exchange = try await call.send(with: RecordingTransport(status, Body.record(Body.full)).client())
      #expect(exchange.failure == nil)
    }
  }

  @Test(arguments: [300, 301, 302, 303, 307, 308], Call.allCases)
  func `a redirect is named, never followed`(_ status: Int, _ call: Call) async throws {
    let transport = RecordingTransport(status, "", fields: [.location: "https://evil.example/v2/networks"])
    let exchange = try await call.send(with: transport.client())
    #expect(exchange.failure == .notUnderstood(.redirect(status: status)))
    #expect(transport.requests.count == 1)
  }

  @Test(arguments: [100, 402, 405, 410, 413, 600])
  func `a status that the API does not document is named`(_ status: Int) async throws {
    let exchange = try await Call.read.send(with: RecordingTransport(status, Body.error).client())
    #expect(exchange.failure == .notUnderstood(.status(status)))
  }

  @Test(
    arguments: [
      (.notSent(ConnectionFailure(.refused, host: "api")), .unreachable(ConnectionFailure(.refused, host: "api"))),
      (.noAnswer(reason: "timeout"), .noAnswer(reason: "timeout")),
      (.bodyTooLarge(limit: 8), .notUnderstood(.tooLarge(limit: 8))),
      (.headersTooLarge, .notUnderstood(.headersTooLarge)),
      (.notCompressedAsTold, .notUnderstood(.notCompressedAsTold)),
      (.decompressionBomb(ratio: 8), .notUnderstood(.decompressionBomb(ratio: 8))),
    ] as [(TransportFailure, APIFailure)],
    Call.allCases
  )
  func `no answer is no no`(_ row: (transport: TransportFailure, failure: APIFailure), _ call: Call) async throws {
    let exchange = try await call.send(with: RecordingTransport(.failure(row.transport)).client())
    #expect(exchange.failure == row.failure)
    #expect(exchange.status == nil)
    #expect(exchange.bytes == 0)
    #expect(exchange.clock == nil)
  }
}
