import Dispatch
import HTTPTypes
import NetsyncAPI
import NetsyncCLI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import Synchronization

/// Answers every request with the same, at once.
private struct Answering: Transport {
  var response: TransportResponse

  func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse { response }
}

private let now = Timestamp(microseconds: 1_780_000_000_000_000)
private let id = NetworkID("5a3c9e00-0000-4000-8000-000000000001")!

/// Asks an API that answers so.
private func ask<Value: Sendable>(
  _ status: Int,
  headers: HTTPFields = HTTPFields(),
  _ body: [UInt8],
  _ question: @escaping @Sendable (APIClient) async -> Exchange<Value>
) -> Exchange<Value> {
  let response = TransportResponse(head: HTTPResponse(status: .init(code: status), headerFields: headers), body: body)
  let api = APIClient(
    transport: Answering(response: response),
    baseURL: try! BaseURL("http://127.0.0.1:1/v2"),
    key: APIKey("fuzz-key")!,
    timeout: .seconds(1),
    now: { now }
  )
  let answered = DispatchSemaphore(value: 0)
  let exchange = Mutex<Exchange<Value>?>(nil)
  Task {
    let answer = await question(api)
    exchange.withLock { $0 = answer }
    answered.signal()
  }
  answered.wait()
  return exchange.withLock { $0 }!
}

/// A page that is understood is taken in; the same page again changes nothing (I7), and the replica is sound.
func fuzzPage(_ body: [UInt8]) {
  _ = ask(200, body) { await $0.interfaces(of: id, page: 1) }
  _ = ask(200, body) { await $0.network(id) }
  let exchange = ask(200, body) { await $0.networks(page: 1) }
  guard case .success(.changed(let page, _)) = exchange.result else { return }
  promise(page.records.count + page.faults.count <= Limits.rowsOnPage, "more records than a page may have")
  do {
    let replica = Replica(in: try MemoryFile(), now: { now })
    var seen: [[String]] = []
    for _ in 0..<2 {
      let sweep = try replica.beginSweep(networksOnly: true)
      let listed = ListedPage(
        number: 1,
        records: page.records,
        faults: page.faults,
        fingerprint: [UInt8](repeating: 1, count: 16),
        totalPages: page.meta.totalPages,
        totalResults: page.meta.totalResults,
        asked: 0
      )
      _ = try replica.apply([listed], sweep: sweep, SightContext(policy: .newest, clock: .unknown))
      try replica.endSweep(sweep, .ok, isComplete: page.faults.isEmpty, SweepCounts())
      seen.append(try replica.networks().map { "\($0)" } + ["\(try replica.latestChange())"])
    }
    promise(seen[0] == seen[1], "a page that comes again changes something")
    promise(try replica.checkUp().faults.isEmpty, "the replica is not sound")
  } catch {
    fatalError("the replica does not take a page that was understood: \(error)")
  }
}

/// Whatever an API says instead of a success becomes a failure whose words are few and name no key.
func fuzzError(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let statuses = [400, 401, 403, 404, 408, 409, 422, 429, 500, 503, 302, 418, 200, 204]
  let status = input.one(of: statuses) ?? 400
  let body = input.remainder
  let exchanges = [
    ask(status, body) { await $0.network(id) }, ask(status, body) { await $0.create(NetworkName("a")) },
    ask(status, body) { await $0.rename(id, to: NetworkName("b")) },
  ]
  for exchange in exchanges {
    switch exchange.result {
    case .success: promise(status == 200, "\(status) is no success")
    case .failure(let failure):
      promise(!"\(failure)".contains("fuzz-key"), "the key is in a failure")
      if case .gone = failure { promise(status == 404, "only a 404 is gone") }
      if case .refused(let detail) = failure {
        for words in [detail.code, detail.title, detail.detail, detail.pointer] {
          promise((words ?? "").count <= Limits.errorText + 1, "the server's words are not cut")
        }
      }
    }
  }
  if case .success = ask(status, body, { await $0.delete(id) }).result {
    promise((200...299).contains(status), "\(status) is no deletion")
  }
}

/// Lines of `name: value`. What is made of them stays within the limits.
func fuzzHeaders(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let status = input.one(of: [200, 429, 503]) ?? 200
  var headers = HTTPFields()
  while !input.isEmpty, headers.count < 32 {
    let line = input.text(until: UInt8(ascii: "\n"))
    let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2, let name = HTTPField.Name(parts[0]) else { continue }
    headers.append(HTTPField(name: name, value: parts[1].trimming))
  }
  let exchange = ask(status, headers: headers, []) { await $0.network(id) }
  if let silence = exchange.silence {
    promise(Limits.serverWait.contains(silence), "a silence of \(silence)")
  }
  if case .failure(.slowDown(let wait?, _)) = exchange.result {
    promise(Limits.serverWait.contains(wait), "a wait of \(wait)")
  }
  if let date = exchange.date {
    promise(date.microseconds.isMultiple(of: 1_000_000), "a date has no fraction")
  }
}

extension String {
  fileprivate var trimming: String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }
}
