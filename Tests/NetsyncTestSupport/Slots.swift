import Synchronization

/// A bound on how many do something at the same time. Whoever comes when all slots are taken waits, and gets the next one in the
/// order of coming.
///
/// A wait holds no thread, and ends when its task is cancelled.
final class Slots: Sendable {
  private struct Waiter {
    let number: Int
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    /// None while somebody waits: a slot that is given back goes to whoever waits longest.
    var free: Int
    var lastNumber = 0
    /// In the order of coming.
    var waiters: [Waiter] = []

    mutating func newNumber() -> Int {
      lastNumber += 1
      return lastNumber
    }

    /// - Returns: whether it has a slot; nil where it has to wait for one.
    mutating func answer(to waiter: Waiter) -> Bool? {
      // Within the lock: a cancellation that comes later finds the one who waits.
      guard !Task.isCancelled else { return false }
      guard free == 0 else {
        free -= 1
        return true
      }
      waiters.append(waiter)
      return nil
    }

    /// - Returns: the one whose turn it is, where somebody waits.
    mutating func next() -> Waiter? {
      guard waiters.isEmpty else { return waiters.removeFirst() }
      free += 1
      return nil
    }

    /// - Returns: the one who leaves, where it still waits.
    mutating func withdraw(_ number: Int) -> Waiter? {
      guard let index = waiters.firstIndex(where: { $0.number == number }) else { return nil }
      return waiters.remove(at: index)
    }
  }

  private let state: Mutex<State>

  init(_ count: Int) {
    precondition(count > 0, "without a slot nobody would ever get one")
    state = Mutex(State(free: count))
  }

  /// How many wait.
  var waiting: Int { state.withLock { $0.waiters.count } }

  /// Does the work once there is a slot for it.
  ///
  /// - Throws: what the work throws; `CancellationError` where the task was cancelled before it had a slot.
  func withSlot(_ work: () async throws -> Void) async throws {
    guard await take() else { throw CancellationError() }
    defer { giveBack() }
    try await work()
  }

  /// Waits for a slot, which has to be given back.
  ///
  /// - Returns: whether there is one; not where the task was cancelled.
  func take() async -> Bool {
    let number = state.withLock { $0.newNumber() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
        let waiter = Waiter(number: number, continuation: continuation)
        let answer = state.withLock { $0.answer(to: waiter) }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      state.withLock { $0.withdraw(number) }?.continuation.resume(returning: false)
    }
  }

  func giveBack() {
    state.withLock { $0.next() }?.continuation.resume(returning: true)
  }
}
