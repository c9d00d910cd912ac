package import NetsyncReplica
import Synchronization

/// Wakes those who wait for a commit to the replica, by this process or another.
///
/// One look serves all who wait, once in an interval, and while nobody waits there is none.
package final class CommitWatch: Sendable {
  /// The version that was found; nil where the wait ended without one.
  private typealias Answer = Result<Int?, NetsyncError>

  private struct Waiter {
    let seen: Int
    let continuation: CheckedContinuation<Answer, Never>
  }

  private struct State {
    /// Opened for the first who waits: most programs have none.
    var watch: ReplicaWatch?
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0
    var isPolling = false
    var isClosed = false
  }

  private let state = Mutex(State())
  private let replica: Replica
  private let interval: Duration

  package init(_ replica: Replica, interval: Duration) {
    self.replica = replica
    self.interval = interval
  }

  package var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Whether it looks again and again, for somebody waits.
  package var isPolling: Bool { state.withLock { $0.isPolling } }

  /// Waits until something was committed after the version that was `seen`; with nil, gives the present one.
  ///
  /// Read after it, never before: what is committed in between then counts as seen too late, and never as seen too early.
  ///
  /// - Returns: the version found; nil where the task was cancelled or the watch closed.
  package func version(after seen: Int?) async throws(NetsyncError) -> Int? {
    guard !Task.isCancelled else { return nil }
    guard let seen else { return try look() }
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    let answer = await withTaskCancellationHandler {
      await withCheckedContinuation { add(Waiter(seen: seen, continuation: $0), number) }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume(returning: .success(nil))
    }
    return try answer.get()
  }

  /// Ends every wait, now and later.
  package func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      state.watch = nil
      defer { state.waiters = [:] }
      return state.waiters
    }
    for waiter in waiters.values { waiter.continuation.resume(returning: .success(nil)) }
  }

  private func add(_ waiter: Waiter, _ number: Int) {
    let (mustWait, mustPoll) = state.withLock { state in
      guard !state.isClosed, !Task.isCancelled else { return (false, false) }
      state.waiters[number] = waiter
      defer { state.isPolling = true }
      return (true, !state.isPolling)
    }
    if !mustWait { waiter.continuation.resume(returning: .success(nil)) }
    if mustPoll { Task { await poll() } }
  }

  private func poll() async {
    while true {
      try? await Task.sleep(for: interval)
      let isNeeded = state.withLock { state in
        state.isPolling = !state.waiters.isEmpty
        return state.isPolling
      }
      guard isNeeded else { return }
      let answer: Answer
      do { answer = .success(try look()) } catch { answer = .failure(error) }
      for waiter in takeWaiters(for: answer) { waiter.continuation.resume(returning: answer) }
    }
  }

  /// Those for whom it is news. A failure is everybody's.
  private func takeWaiters(for answer: Answer) -> [Waiter] {
    state.withLock { state in
      let woken = state.waiters.filter { answer != .success($0.value.seen) }
      for number in woken.keys { state.waiters.removeValue(forKey: number) }
      return Array(woken.values)
    }
  }

  private func look() throws(NetsyncError) -> Int? {
    do {
      return try opened()?.version()
    } catch {
      throw NetsyncError(error)
    }
  }

  private func opened() throws(ReplicaError) -> ReplicaWatch? {
    try state.withLock { state throws(ReplicaError) in
      guard !state.isClosed else { return nil }
      if let watch = state.watch { return watch }
      let watch = try ReplicaWatch(replica)
      state.watch = watch
      return watch
    }
  }
}
