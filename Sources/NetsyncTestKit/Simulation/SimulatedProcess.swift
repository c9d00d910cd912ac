import NetsyncAPI
import NetsyncEngine
import Synchronization

typealias AnswerContinuation = CheckedContinuation<Result<TransportResponse, TransportFailure>, Never>

/// One process of a simulated host: it lives until its work is done or a crash ends it. What it awaits is held here, so that a
/// crash can end that too.
final class SimulatedProcess: Sendable {
  private struct State {
    var isAlive = true
    var nextNumber = 0
    var sleepers: [Int: CheckedContinuation<Void, Never>] = [:]
    var requests: [Int: AnswerContinuation] = [:]
  }

  let host: Int
  /// Tells the processes of a host apart.
  let process: Int
  /// Ends what its engine does.
  let stop = StopSignal()
  private let state = Mutex(State())

  init(host: Int, process: Int = 0) {
    self.host = host
    self.process = process
  }

  var isAlive: Bool { state.withLock { $0.isAlive } }

  /// A number for something that is awaited.
  func nextNumber() -> Int {
    state.withLock { state in
      state.nextNumber += 1
      return state.nextNumber
    }
  }

  /// - Returns: false where the process is dead: it waits for nothing any more.
  func hold(_ sleeper: CheckedContinuation<Void, Never>, as number: Int) -> Bool {
    state.withLock { state in
      guard state.isAlive else { return false }
      state.sleepers[number] = sleeper
      return true
    }
  }

  func wake(_ number: Int) {
    state.withLock { $0.sleepers.removeValue(forKey: number) }?.resume()
  }

  func hold(
    _ request: AnswerContinuation,
    as number: Int
  ) -> Bool {
    state.withLock { state in
      guard state.isAlive else { return false }
      state.requests[number] = request
      return true
    }
  }

  /// Ends a wait for an answer.
  ///
  /// - Returns: false where it was over already.
  @discardableResult
  func finish(_ number: Int, with result: Result<TransportResponse, TransportFailure>) -> Bool {
    let request = state.withLock { $0.requests.removeValue(forKey: number) }
    request?.resume(returning: result)
    return request != nil
  }

  /// How many answers are awaited.
  var awaited: Int { state.withLock { $0.requests.count } }

  /// Whether an answer is still awaited.
  func awaits(_ number: Int) -> Bool { state.withLock { $0.requests[number] != nil } }

  /// Nothing that it still does has any effect: its accesses fail, its requests are not sent, its waits are over.
  func die() {
    let (sleepers, requests) = state.withLock { state in
      state.isAlive = false
      defer {
        state.sleepers = [:]
        state.requests = [:]
      }
      return (state.sleepers, state.requests)
    }
    stop.request()
    for number in sleepers.keys.sorted() { sleepers[number]?.resume() }
    for number in requests.keys.sorted() {
      requests[number]?.resume(returning: .failure(.noAnswer(reason: "the process is dead")))
    }
  }
}
