import Logging
import Netsync
import NetsyncEngine
import NetsyncHTTP
import NetsyncPage
import NetsyncReplica
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What `netsync daemon` runs: the sync service, the page where one is wanted, and what is said to systemd.
struct Daemon: Sendable {
  /// What has not ended by then is ended; systemd's own patience is longer.
  private static let longestFarewell = Duration.seconds(5)

  let session: Session
  let replica: Replica
  let logger: Logger
  let transport: HTTPTransport
  let registry = PrometheusRegistry(help: EngineMetrics.help)
  let teller: StateTeller
  /// Ends the service, whichever engine it has by then.
  private let stop = StopSignal()
  /// nil where systemd does not listen.
  let notifier: SystemdNotifier?

  init(session: Session, replica: Replica) throws(UserMessage) {
    self.session = session
    self.replica = replica
    logger = session.logger(from: .info)
    transport = try session.transport(logger: logger)
    notifier = SystemdNotifier(environment: session.configuration.environment)
    SystemdNotifier.forgetEnvironment()
    teller = StateTeller(replica, logger, notifier)
  }

  /// Returns after a graceful end.
  ///
  /// - Parameters:
  ///   - interval: between two pulls.
  ///   - address: of the page; nil for none.
  func run(interval: Duration, at address: PageAddress?) async throws {
    // A socket is there before its permissions can be set.
    umask(0o077)
    // The process ends with this, whatever task still has the replica: its log is to be folded in by then.
    defer { replica.close() }
    do {
      try await serve(interval: interval, at: address)
      await transport.shutdown()
    } catch {
      await transport.shutdown()
      // What was cut off after the farewell goes on with the next start.
      guard !(error is CancellationError) else { return }
      if case NetsyncError.replaced(let path) = error { throw UserMessage(ReplicaError.replaced(path: path)) }
      throw error as? UserMessage ?? UserMessage.bug(error)
    }
  }

  private func serve(interval: Duration, at address: PageAddress?) async throws {
    let engine = try await engine()
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    let record = DaemonRecord(pid: getpid(), listen: nil, startedAt: Timestamp.now.rfc3339)
    try write(record, to: lock)
    let watch = try session.step { () throws(ReplicaError) in try ReplicaWatch(replica) }
    defer { watch.close() }
    let herald = try session.step { () throws(ReplicaError) in try makeHerald() }
    let service = SyncService(
      engine: engine,
      watch: watch,
      interval: interval,
      maximumDeletes: session.settings.maximumDeletes,
      listsOfCycle: session.settings.listsOfCycle,
      onState: { state in
        teller.tell(state)
        herald?.look(after: state)
      }
    )
    var services: [any Service] = [service]
    if let address {
      let (listening, listens) = AsyncStream.makeStream(of: Void.self)
      let page = try page(at: address, service) { url in
        var record = record
        record.listen = url
        try? write(record, to: lock)
        notifier?.ready()
        listens.finish()
      }
      // What comes last ends first: the page may wait for a browser, the edits must not wait for the page. Nothing is synced by a daemon
      // that cannot listen.
      services = [page, Later(service: service, signal: listening)]
    }
    if let herald { services.insert(herald, at: services.count - 1) }
    // The group says of each service all that it is made of, down to the page's templates.
    var logger = session.logger()
    logger.logLevel = max(logger.logLevel, .info)
    var configuration = ServiceGroupConfiguration(services: services, logger: logger)
    configuration.maximumGracefulShutdownDuration = Self.longestFarewell
    let group = ServiceGroup(configuration: configuration)
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    let watcher = Task { await obey(signals, group, service) }
    defer { watcher.cancel() }
    if address == nil { notifier?.ready() }
    try await group.run()
  }

  /// An engine with the key as it can be found now. Its counts go on where an earlier one's ended.
  func engine() async throws(UserMessage) -> SyncEngine {
    try await session.engine(
      on: replica,
      over: transport,
      logger: logger,
      metrics: EngineMetrics(factory: registry),
      stop: stop,
      heartbeat: { notifier?.heartbeat() }
    )
  }

  /// nil where nobody wants to be told.
  private func makeHerald() throws(ReplicaError) -> Herald? {
    let hooks = Hooks(commands: session.settings.hooks, logger: logger)
    return hooks.isEmpty ? nil : try Herald(replica, hooks)
  }

  private func lock() throws(UserMessage) -> DaemonLock {
    do {
      if let lock = try DaemonLock(replica: replica.path) { return lock }
    } catch {
      throw .daemonFile("\(replica.path).daemon", error)
    }
    throw .daemonRuns(DaemonLock.holder(ofReplica: replica.path))
  }

  private func write(_ record: DaemonRecord, to lock: DaemonLock) throws(UserMessage) {
    do { try lock.write(record) } catch { throw .daemonFile("\(replica.path).daemon", error) }
  }
}

/// A service that begins when a signal ends.
private struct Later<Begun: Service>: Service {
  let service: Begun
  let signal: AsyncStream<Void>

  func run() async throws {
    await cancelWhenGracefulShutdown { for await _ in signal {} }
    try await service.run()
  }
}
