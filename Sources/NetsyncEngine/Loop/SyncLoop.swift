import Logging
package import NetsyncModel
package import NetsyncReconcile
package import NetsyncReplica
import Synchronization

/// Syncs for ever: pulls by the ``SyncSchedule``, and pushes soon after an edit, whichever process made it.
///
/// In: the time, commits to the replica, and what people ask. Out: pulls and pushes, one after the other. Between them it looks
/// twice a second whether somebody committed something, which costs next to nothing; a server that cannot be reached is asked by
/// the schedule alone.
package final class SyncLoop: Sendable {
  private struct Wishes {
    var engine: SyncEngine
    var wantsSync = false
    /// For the next sync alone.
    var approval: SyncApproval?
    var isPaused = false
  }

  /// How often to look for edits of other processes.
  package static let glance: Duration = .milliseconds(500)
  /// A push comes back to what would have to be waited for; so the next edit is not kept waiting.
  private static let pushTimeout: Duration = .seconds(30)
  private static let pullTimeout: Duration = .seconds(30 * 60)
  /// For another process that syncs: it is as good as a sync of our own.
  private static let lockWait: Duration = .seconds(2)

  private let wishes: Mutex<Wishes>
  private let replica: Replica
  private let watch: ReplicaWatch
  private let environment: EngineEnvironment
  private let maximumDeletes: Int?
  private let listsOfCycle: Int
  private let interval: Duration
  private let glance: Duration
  private let onSync: @Sendable (SyncReport) -> Void
  private let onState: @Sendable (LoopState) -> Void
  /// Ends the loop; an engine that takes the place of another stops by it too.
  package let stop: StopSignal

  /// - Parameters:
  ///   - watch: on the engine's replica.
  ///   - interval: the longest distance between two pulls while all is well.
  ///   - maximumDeletes: as in ``PullOptions`` and ``PushOptions``.
  ///   - listsOfCycle: how many lists of interfaces a pull reads at most, of those that are due.
  ///   - glance: how often to look for edits of other processes.
  ///   - onSync: told of every sync, on the loop's own task.
  ///   - onState: told of every new state, likewise.
  package init(
    engine: SyncEngine,
    watch: ReplicaWatch,
    interval: Duration,
    maximumDeletes: Int? = nil,
    listsOfCycle: Int = Limits.listsOfCycle,
    glance: Duration = SyncLoop.glance,
    onSync: @escaping @Sendable (SyncReport) -> Void = { _ in },
    onState: @escaping @Sendable (LoopState) -> Void = { _ in }
  ) {
    wishes = Mutex(Wishes(engine: engine))
    replica = engine.replica
    environment = engine.environment
    stop = engine.stop
    self.watch = watch
    self.interval = interval
    self.glance = glance
    self.onSync = onSync
    self.maximumDeletes = maximumDeletes
    self.listsOfCycle = listsOfCycle
    self.onState = onState
  }

  /// Pulls and pushes at the next glance, paused or not.
  ///
  /// - Parameter approval: what a person has allowed this one sync.
  package func syncNow(_ approval: SyncApproval? = nil) {
    wishes.withLock { wishes in
      wishes.wantsSync = true
      wishes.approval = approval ?? wishes.approval
    }
  }

  /// Neither pulls nor pushes until ``resume()``; what is on its way is finished.
  package func pause() { wishes.withLock { $0.isPaused = true } }

  package func resume() { wishes.withLock { $0.isPaused = false } }

  /// Takes another engine, for another key, on the same replica and with the same stop; syncs with it at the next glance.
  package func replaceEngine(_ engine: SyncEngine) {
    wishes.withLock { wishes in
      wishes.engine = engine
      wishes.wantsSync = true
    }
  }

  /// Returns once a stop is requested or the task is cancelled, and the request in flight has ended.
  ///
  /// - Throws: ``ReplicaError/replaced(path:)``: nobody would see what it goes on to write.
  package func run() async throws(ReplicaError) {
    var schedule = SyncSchedule(interval: interval)
    let elapsed = environment.stopwatch()
    var due = Duration.zero
    var edits = EditGlance(watch: watch, replica: replica)
    var mayPush = false
    var state: LoopState?
    func enter(_ new: LoopState) {
      guard new != state else { return }
      state = new
      onState(new)
    }
    defer { enter(.stopped) }
    while !stop.endsTask {
      do { _ = try watch.version() } catch .replaced(let path) { throw .replaced(path: path) } catch {}
      let wished = wishes.withLock { wishes in
        defer { (wishes.wantsSync, wishes.approval) = (false, nil) }
        return wishes
      }
      let isPaused = wished.isPaused
      var result: CycleResult?
      if wished.wantsSync || (!isPaused && elapsed() >= due) {
        enter(.syncing)
        edits.beginTry()
        result = await sync(wished, pulling: true)
      } else if !isPaused, mayPush, edits.hasNew() {
        enter(.syncing)
        edits.beginTry()
        result = await sync(wished, pulling: false)
        // A push that only did what was asked does not move the next pull.
        if let pushed = result, pushed.isOnline { result = nil }
      }
      if let result {
        mayPush = result.isOnline
        let wait = schedule.wait(after: result, editsWait: edits.isAnyDue, chance: environment.chance())
        due = elapsed() + wait
        environment.logger.info(
          "next pull",
          metadata: ["in": "\(DurationText.short(wait))", "after": "\(result.word)"]
        )
        enter(isPaused ? .paused : .waiting(wait, after: result))
      } else {
        enter(
          isPaused ? .paused : state.flatMap { $0 == .syncing ? nil : $0 } ?? .waiting(due - elapsed(), after: .quiet)
        )
      }
      environment.heartbeat()
      await stop.sleep(for: glance, on: environment.clock)
    }
  }

  private func sync(_ wished: Wishes, pulling isPulling: Bool) async -> CycleResult {
    var pull = PullOptions()
    pull.interfaces = .due(atMost: listsOfCycle)
    pull.maximumDeletes = wished.approval?.removals ?? maximumDeletes
    pull.timeout = Self.pullTimeout
    pull.wait = Self.lockWait
    pull.triesUnanswered = 1
    var push = PushOptions()
    push.maximumDeletes = wished.approval?.deletions ?? maximumDeletes
    push.timeout = Self.pushTimeout
    push.wait = Self.lockWait
    push.triesUnanswered = 1
    let report = await wished.engine.sync(SyncOptions(pull: isPulling ? pull : nil, push: push))
    onSync(report)
    return report.verdict.pace
  }
}

/// Where a ``SyncLoop`` stands.
package enum LoopState: Hashable, Sendable {
  case syncing
  /// The next pull is due so long after the last cycle, or sooner where there is an edit.
  case waiting(Duration, after: CycleResult)
  case paused
  case stopped
}
