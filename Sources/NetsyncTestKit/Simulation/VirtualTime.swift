import NetsyncModel
import Synchronization

/// The time of a simulation: it stands still while anything can run, and then jumps to the next thing that is due.
final class VirtualTime: Sendable {
  fileprivate struct Event {
    var time: Int64
    var number: Int
    var work: @Sendable () -> Void

    func isBefore(_ other: Event) -> Bool { (time, number) < (other.time, other.number) }
  }

  fileprivate struct State {
    var now: Int64 = 0
    var events: [Event] = []
    var nextNumber = 0
  }

  private let state = Mutex(State())

  /// Microseconds since the start.
  var now: Int64 { state.withLock { $0.now } }

  /// Has `work` done after `delay`; things that are due at the same time are done in the order of their scheduling.
  func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void) {
    state.withLock { state in
      let event = Event(
        time: state.now + max(0, delay.wholeMicroseconds),
        number: state.nextNumber,
        work: work
      )
      state.nextNumber += 1
      state.insert(event)
    }
  }

  /// Jumps to the next thing that is due, and does it.
  ///
  /// - Returns: false where nothing is.
  func runNext() -> Bool {
    let event: Event? = state.withLock { state in
      guard let event = state.removeFirst() else { return nil }
      state.now = max(state.now, event.time)
      return event
    }
    event?.work()
    return event != nil
  }
}

extension VirtualTime.State {
  /// A binary heap, the earliest first.
  fileprivate mutating func insert(_ event: VirtualTime.Event) {
    events.append(event)
    var child = events.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard events[child].isBefore(events[parent]) else { break }
      events.swapAt(child, parent)
      child = parent
    }
  }

  fileprivate mutating func removeFirst() -> VirtualTime.Event? {
    guard let first = events.first else { return nil }
    let last = events.removeLast()
    guard !events.isEmpty else { return first }
    events[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < events.count && events[child].isBefore(events[least])
      {
        least = child
      }
      guard least != parent else { return first }
      events.swapAt(parent, least)
      parent = least
    }
  }
}

/// The monotonic clock of one simulated process. A sleep ends when the virtual time has come, when its task is cancelled, or when
/// the process dies.
struct VirtualClock: Clock {
  struct Instant: InstantProtocol {
    var microseconds: Int64

    func advanced(by duration: Swift.Duration) -> Instant {
      Instant(microseconds: microseconds + duration.wholeMicroseconds)
    }
    func duration(to other: Instant) -> Swift.Duration { .microseconds(other.microseconds - microseconds) }
    static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
  }

  let time: VirtualTime
  let process: SimulatedProcess

  var now: Instant { Instant(microseconds: time.now) }
  var minimumResolution: Swift.Duration { .microseconds(1) }

  func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
    let number = process.nextNumber()
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        guard !Task.isCancelled, process.hold(continuation, as: number) else { return continuation.resume() }
        time.schedule(after: now.duration(to: deadline)) { process.wake(number) }
      }
    } onCancel: {
      process.wake(number)
    }
  }
}
