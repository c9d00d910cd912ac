import Synchronization

/// Asks a cycle to end: requests in flight are finished, nothing new is sent, waits are cut short.
package final class StopSignal: Sendable {
  private struct State {
    var isRequested = false
    var sleepers: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextSleeper = 0
  }

  private let state = Mutex(State())

  package init() {}

  package var isRequested: Bool { state.withLock { $0.isRequested } }

  package func request() {
    let sleepers = state.withLock { state in
      state.isRequested = true
      defer { state.sleepers = [:] }
      return state.sleepers
    }
    // In the order in which they came: a dictionary's own is another in every process.
    for (_, sleeper) in sleepers.sorted(by: { $0.key < $1.key }) { sleeper.resume() }
  }

  /// Whether this task should end: the stop is requested, or the task is cancelled.
  var endsTask: Bool { isRequested || Task.isCancelled }

  /// Returns when the stop is requested, or the task is cancelled.
  package func requested() async {
    let number = state.withLock { state in
      state.nextSleeper += 1
      return state.nextSleeper
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          guard !state.isRequested, !Task.isCancelled else { return false }
          state.sleepers[number] = continuation
          return true
        }
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: number) }?.resume()
    }
  }

  /// Waits, but no longer than until the stop is requested.
  func sleep(for duration: Duration, on clock: any Clock<Duration>) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await clock.sleep(for: duration) }
      group.addTask { await self.requested() }
      await group.next()
      group.cancelAll()
    }
  }
}
