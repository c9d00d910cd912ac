package import NetsyncEngine
package import NetsyncModel
package import NetsyncReplica
public import ServiceLifecycle

/// Keeps a replica in sync for as long as a daemon runs.
///
/// Pulls within every interval, sooner while the account changes; sends an edit within two seconds of its commit, whichever
/// process made it. While the server cannot be reached it tries less and less often, and edits wait in the outbox.
///
/// ```swift
/// let group = ServiceGroup(
///   services: [try SyncService(replica)],
///   gracefulShutdownSignals: [.sigterm, .sigint],
///   logger: logger
/// )
/// try await group.run()
/// ```
///
/// On graceful shutdown no new request is sent, and ``run()`` returns when the requests in flight are answered, or after four seconds:
/// what was not answered by then is settled by the next sync, as after any lost answer. Cancellation does not wait. The replica stays
/// open, and can be synced by hand or by another service; closing it ends the service. A replica without a key is kept as it is: the
/// service waits for the shutdown.
public struct SyncService: Service {
  /// What is on its way gets so long to be answered.
  private static let farewell = Duration.seconds(4)

  private let loop: SyncLoop?
  private let stop: StopSignal
  /// That of the replica, which ends with its closing; nil where the engine is nobody else's.
  private let closing: StopSignal?

  /// A service for a replica.
  ///
  /// - Parameters:
  ///   - replica: opened with a key; it has to stay open for as long as the service runs.
  ///   - interval: the longest time between two pulls while all is well.
  ///   - interfaceLists: how many lists of interfaces a pull reads at most, which is a request for each. Those that are due are read in
  ///     turn: soon where a network or its interfaces have changed, else less and less often, and every one at least once a day as long as
  ///     so many pulls have room for all.
  /// - Throws: ``NetsyncError`` where the replica's file cannot be watched.
  public init(
    _ replica: NetworkReplica,
    interval: Duration = .seconds(300),
    interfaceLists: Int = 600
  ) throws(NetsyncError) {
    var engine = replica.engine
    stop = StopSignal()
    closing = engine?.stop
    engine?.stop = stop
    do {
      loop = try engine.map {
        SyncLoop(
          engine: $0,
          watch: try ReplicaWatch(replica.replica),
          interval: interval,
          listsOfCycle: interfaceLists
        )
      }
    } catch let error as ReplicaError {
      throw NetsyncError(error)
    } catch {
      throw .storage(path: replica.replica.path, reason: String(describing: error))
    }
  }

  /// - Parameters:
  ///   - watch: on the engine's replica.
  ///   - onState: told of every new state.
  package init(
    engine: SyncEngine,
    watch: ReplicaWatch,
    interval: Duration,
    maximumDeletes: Int? = nil,
    listsOfCycle: Int,
    onState: @escaping @Sendable (LoopState) -> Void = { _ in }
  ) {
    loop = SyncLoop(
      engine: engine,
      watch: watch,
      interval: interval,
      maximumDeletes: maximumDeletes,
      listsOfCycle: listsOfCycle,
      onState: onState
    )
    stop = engine.stop
    closing = nil
  }

  /// Syncs until graceful shutdown or cancellation.
  ///
  /// - Throws: ``NetsyncError/replaced(path:)``: open the file anew that is at the path now.
  public func run() async throws {
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          guard let loop else { return await stop.requested() }
          do throws(ReplicaError) { try await loop.run() } catch { throw NetsyncError(error) }
        }
        group.addTask {
          await stop.requested()
          try? await Task.sleep(for: Self.farewell)
        }
        if let closing {
          group.addTask {
            await closing.requested()
            stop.request()
            try? await Task.sleep(for: Self.farewell)
          }
        }
        try await group.next()
        group.cancelAll()
      }
    } onGracefulShutdown: {
      stop.request()
    }
  }

  /// Pulls and pushes within a second, paused or not.
  public func syncNow() { loop?.syncNow() }

  /// Neither pulls nor pushes until ``resume()``; what is on its way is finished. Edits are queued all the same.
  public func pause() { loop?.pause() }

  /// Goes on after ``pause()``.
  public func resume() { loop?.resume() }

  /// The same, with what a person has allowed this one sync.
  package func syncNow(_ approval: SyncApproval?) { loop?.syncNow(approval) }

  /// Takes another engine, for another key, on the same replica and with the same stop.
  package func replaceEngine(_ engine: SyncEngine) { loop?.replaceEngine(engine) }
}
