import NetsyncReconcile
import Synchronization

/// Lets requests through as ``RequestWindow`` says, the first that came first.
final class RequestGate: Sendable {
  private struct State {
    var window: RequestWindow
    var entering: [CheckedContinuation<Void, Never>] = []
    var sending: [CheckedContinuation<Int, Never>] = []

    /// Has those go on who may now.
    mutating func admit() {
      while !entering.isEmpty, window.enter() { entering.removeFirst().resume() }
      while !sending.isEmpty, let number = window.send() { sending.removeFirst().resume(returning: number) }
    }
  }

  /// How many requests may ever be on their way at once.
  let most: Int
  private let state: Mutex<State>

  init(most: Int) {
    self.most = most
    state = Mutex(State(window: RequestWindow(most: most)))
  }

  /// A cycle begins.
  func renew() {
    change { $0.window = $0.window.renewed }
  }

  /// Returns when there is a place. Whoever enters leaves: a wait ends when those before it have been answered or given up.
  func enter() async {
    await withCheckedContinuation { continuation in
      change { $0.entering.append(continuation) }
    }
  }

  func leave() {
    change { $0.window.leave() }
  }

  /// Returns when a request may leave: its number. Whoever has it says what came of it, or that it did not leave.
  ///
  /// - Parameter isUrgent: before those that are not.
  func send(_ isUrgent: Bool) async -> Int {
    await withCheckedContinuation { continuation in
      change { $0.sending.insert(continuation, at: isUrgent ? 0 : $0.sending.endIndex) }
    }
  }

  /// It could not leave.
  func unsent() {
    change { $0.window.unsent() }
  }

  /// What came of the request of this number, as ``RequestWindow`` takes it.
  func answered(_ number: Int, _ ease: ServerEase, after time: Duration, remaining: Int?) {
    change { $0.window.answered(number, ease, after: time, remaining: remaining) }
  }

  private func change(_ change: (inout State) -> Void) {
    state.withLock { state in
      change(&state)
      state.admit()
    }
  }
}
