package import HTTPTypes
package import NetsyncAPI
import NetsyncModel
import Synchronization

/// Answers every request with the same, at once.
private struct Answering: Transport {
  var response: TransportResponse

  func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse { response }
}

/// An API that answers every request so.
package func api(answering status: Int, _ headers: HTTPFields = HTTPFields(), body: [UInt8] = []) -> APIClient {
  let head = HTTPResponse(status: .init(code: status), headerFields: headers)
  guard let key = APIKey("fuzz-key") else { broken("a good key is none") }
  return APIClient(
    transport: Answering(response: TransportResponse(head: head, body: body)),
    baseURL: .telnyx,
    key: key,
    timeout: .seconds(1),
    now: { Timestamp(microseconds: 1_780_000_000_000_000) }
  )
}

/// What is said to questions that nothing but such an API answers. They are asked on this thread, for a fuzzer calls its targets one
/// after another, and a change of threads would take longer than most of them.
package func answers<Value: Sendable>(_ questions: @escaping @Sendable () async -> Value) -> Value {
  let thread = ThisThread()
  let answers = Mutex<Value?>(nil)
  Task(executorPreference: thread) {
    let value = await questions()
    answers.withLock { $0 = value }
  }
  thread.run()
  guard let value = answers.withLock(\.self) else { broken("an answer waits for something else") }
  return value
}

/// Keeps what is to be done until it is run.
private final class ThisThread: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
  }

  func run() {
    while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}
