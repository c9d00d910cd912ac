import Synchronization

/// Runs the tasks of a simulation on the caller's thread, one job at a time, the next one picked by a seed: Swift's own
/// concurrency, without its chance.
///
/// A task that is started with this executor as its preference stays on it, with its child tasks and the actors that it calls.
/// Whatever it awaits must be resumed by the simulation.
final class SeededExecutor: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var random: SeededRandom
  }

  private let state: Mutex<State>

  init(seed: UInt64) {
    state = Mutex(State(random: SeededRandom(seed: seed, .schedule)))
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
  }

  /// Runs one job to its next suspension.
  ///
  /// - Returns: how many could have been picked; 0 where there was none.
  func runNext() -> Int {
    let picked: (job: UnownedJob, choices: Int)? = state.withLock { state in
      let choices = state.jobs.count
      guard choices > 0 else { return nil }
      let index = choices == 1 ? 0 : state.random.below(choices)
      return (state.jobs.remove(at: index), choices)
    }
    guard let picked else { return 0 }
    unsafe picked.job.runSynchronously(on: asUnownedTaskExecutor())
    return picked.choices
  }
}
