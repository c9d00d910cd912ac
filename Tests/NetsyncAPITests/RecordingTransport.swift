import HTTPTypes
import NetsyncAPI
import NetsyncModel
import Synchronization
import Testing

/// Gives every request the same answer, and keeps what was sent.
final class RecordingTransport: Transport {
  private let answer: Result<TransportResponse, TransportFailure>
  private let recorded = Mutex<[TransportRequest]>([])

  init(_ answer: Result<TransportResponse, TransportFailure>) {
    self.answer = answer
  }

  convenience init(_ status: Int, _ body: [UInt8], fields: HTTPFields = [:]) {
    let head = HTTPResponse(status: .init(code: status), headerFields: fields)
    self.init(.success(TransportResponse(head: head, body: body)))
  }

  convenience init(_ status: Int = 200, _ body: String = "", fields: HTTPFields = [:]) {
    self.init(status, Array(body.utf8), fields: fields)
  }

  /// What was sent, in order.
  var requests: [TransportRequest] { recorded.withLock { $0 } }

  func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse {
    recorded.withLock { $0.append(request) }
    return try answer.get()
  }

  /// A client on this transport, whose clock stands still.
  func client(baseURL: BaseURL = .telnyx) throws -> APIClient {
    let key = try #require(APIKey("KEY-canary"))
    return APIClient(transport: self, baseURL: baseURL, key: key, timeout: .seconds(30), now: { .sample })
  }
}

extension TransportRequest {
  /// Method and URL.
  var line: String {
    "\(head.method.rawValue) \(head.scheme ?? "")://\(head.authority ?? "")\(head.path ?? "")"
  }

  /// The names of the header fields, sorted.
  var fieldNames: [String] { head.headerFields.map(\.name.canonicalName).sorted() }
}

extension Exchange {
  /// nil where it succeeded.
  var failure: APIFailure? {
    switch result {
    case .success: nil
    case .failure(let failure): failure
    }
  }
}
