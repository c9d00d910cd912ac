import HTTPTypes
import NetsyncAPI
import NetsyncModel

private let id = NetworkID("5a3c9e00-0000-4000-8000-000000000001")!

/// Whatever an API says instead of a success becomes a failure whose words are few and name no key.
func fuzzError(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let statuses = [400, 401, 403, 404, 408, 409, 422, 429, 500, 503, 302, 418, 200, 204]
  let status = input.one(of: statuses) ?? 400
  let api = api(answering: status, body: input.remainder)
  let (exchanges, deletion) = answers {
    (
      [await api.network(id), await api.create(NetworkName("a")), await api.rename(id, to: NetworkName("b"))],
      await api.delete(id)
    )
  }
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
  if case .success = deletion.result {
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
  let api = api(answering: status, headers)
  let exchange = answers { await api.network(id) }
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
