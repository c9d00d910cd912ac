package import HTTPTypes
package import NetsyncAPI
import NetsyncModel
package import NetsyncSandbox
import Synchronization

/// The transport to a sandbox in the same process: no sockets, no waiting.
package final class SandboxTransport: Transport {
  /// What happens to a request on its way.
  package enum Fate: Sendable {
    case arrives
    /// No connection: not one byte left.
    case notSent
    /// It never arrives, and nobody can know.
    case requestLost
    /// It is carried out; its answer never arrives.
    case answerLost
    /// Something in between answers instead.
    case replaced(TransportResponse)
  }

  private struct State {
    var sandbox: Sandbox
    var fate: @Sendable (HTTPRequest) -> Fate = { _ in .arrives }
    var requests: [String] = []
  }

  private let state: Mutex<State>
  private let clock: ManualClock
  /// How long an exchange takes; the clock moves by it.
  private let roundTrip: Duration

  package init(_ sandbox: Sandbox, clock: ManualClock, roundTrip: Duration = .milliseconds(20)) {
    state = Mutex(State(sandbox: sandbox))
    self.clock = clock
    self.roundTrip = roundTrip
  }

  /// Looks at or changes the account, as somebody at the portal would.
  package func withSandbox<Value: Sendable>(_ work: (inout Sandbox) -> Value) -> Value {
    state.withLock { work(&$0.sandbox) }
  }

  /// Decides the fate of every request from now on.
  package func decide(_ fate: @escaping @Sendable (HTTPRequest) -> Fate) {
    state.withLock { $0.fate = fate }
  }

  /// Method and path of every request, in the order of sending.
  package var requests: [String] { state.withLock { $0.requests } }

  package func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse {
    clock.advance(by: roundTrip / 2)
    let now = clock.wall.microseconds
    let outcome: Result<TransportResponse, TransportFailure> = state.withLock { state in
      state.requests.append("\(request.head.method.rawValue) \(request.head.path ?? "")")
      switch state.fate(request.head) {
      case .notSent:
        return .failure(.notSent(ConnectionFailure(.refused, host: "sandbox")))
      case .requestLost:
        return .failure(.noAnswer(reason: "the request was lost"))
      case .answerLost:
        _ = state.sandbox.answer(to: request.head, body: request.body, at: now)
        return .failure(.noAnswer(reason: "the answer was lost"))
      case .replaced(let response):
        return .success(response)
      case .arrives:
        switch state.sandbox.answer(to: request.head, body: request.body, at: now) {
        case .lost: return .failure(.noAnswer(reason: "the connection was closed"))
        case .answer(let answer): return .success(TransportResponse(head: answer.response, body: answer.body))
        }
      }
    }
    clock.advance(by: roundTrip / 2)
    return try outcome.get()
  }
}
