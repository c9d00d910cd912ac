import Dispatch
import FoundationEssentials
public import Logging
import NetsyncAPI
package import NetsyncEngine
import NetsyncHTTP
@_exported public import NetsyncModel
import NetsyncReconcile
package import NetsyncReplica

/// A host's replica of an account's networks: read, edit and follow it offline, pull and push when there is a network.
///
/// ```swift
/// let replica = try NetworkReplica(path: "/var/lib/mydaemon/replica.sqlite", apiKey: key)
/// let receipt = try replica.networks.rename("lab", to: "lab-eu")  // visible at once, sent with the next sync
/// for network in try replica.networks.list() { print(network.name?.text ?? "", network.state) }
/// let outcome = await replica.sync()
/// let settlement = try await receipt.settlement()  // what the server made of it
/// await replica.close()
/// ```
///
/// Any number of processes, and of these in one process, may open one file. Reads and edits never wait for the network. They are
/// synchronous, as SQLite is: an edit is on disk when its call returns.
///
/// Close it when it is no longer needed; ``close()`` says what that ends.
public final class NetworkReplica: Sendable {
  package let replica: Replica
  /// nil without a key.
  package let engine: SyncEngine?
  /// nil without a key, and where somebody else has made the engine.
  private let transport: HTTPTransport?
  let commits: CommitWatch
  private let syncs = InFlight()

  /// How long a commit may stay unnoticed.
  package static let interval = Duration.milliseconds(250)

  /// Opens a replica, and makes it where there is none: the file 0600, its directory 0700.
  ///
  /// - Parameters:
  ///   - path: of the SQLite file; others beside it begin with the same name.
  ///   - apiKey: without it, ``sync()`` answers ``SyncOutcome/noKey``; everything else works.
  ///   - baseURL: `https://` anywhere, `http://` on this host only.
  ///   - policy: whose change stands when a network was changed here and there.
  ///   - settleTime: how long after it was sent an unanswered create may still be applied by the server and come to be listed.
  ///   - logger: gets a line for every request, at the level debug, with neither the key nor a name.
  /// - Throws: ``NetsyncError/baseURLRefused`` and ``NetsyncError/keyMalformed``, and nothing was opened;
  ///   ``NetsyncError/notAReplica(path:)`` and ``NetsyncError/newerReplica(path:version:)``, and the file was not touched;
  ///   ``NetsyncError/damaged(path:reason:)``, ``NetsyncError/storage(path:reason:)``.
  public convenience init(
    path: String,
    apiKey: String?,
    baseURL: String = "https://api.telnyx.com/v2",
    policy: ConflictPolicy = .newest,
    settleTime: Duration = .seconds(90),
    logger: Logger = Logger(label: "netsync")
  ) throws(NetsyncError) {
    let url: BaseURL
    do { url = try BaseURL(baseURL) } catch { throw .baseURLRefused }
    let key = try apiKey.map { text throws(NetsyncError) in try Self.key(text) }
    let environment = EngineEnvironment.system(logger: logger)
    let replica: Replica
    do {
      replica = try Replica.open(path, .makeIfMissing, .many, now: environment.now)
    } catch {
      throw NetsyncError(error)
    }
    if let loss = replica.loss { logger.error("steps lost", metadata: ["what": "\(loss)"]) }
    guard let key else {
      self.init(replica: replica, engine: nil, transport: nil, interval: Self.interval)
      return
    }
    let road: Road
    do { road = try Road(to: url, ProcessInfo.processInfo.environment) } catch {
      throw .roadRefused(variable: error.variable)
    }
    let transport = HTTPTransport(over: road)
    let api = APIClient(transport: transport, baseURL: url, key: key, timeout: .seconds(30), now: environment.now)
    let engine = SyncEngine(
      replica: replica,
      api: api,
      environment: environment,
      policy: policy,
      settleTime: settleTime
    )
    self.init(replica: replica, engine: engine, transport: transport, interval: Self.interval)
  }

  /// Of a replica and an engine that are there already: on another transport or another clock.
  ///
  /// - Parameter interval: how often to look for commits while somebody waits for one, on the system's clock.
  package convenience init(replica: Replica, engine: SyncEngine?, interval: Duration = NetworkReplica.interval) {
    self.init(replica: replica, engine: engine, transport: nil, interval: interval)
  }

  private init(replica: Replica, engine: SyncEngine?, transport: HTTPTransport?, interval: Duration) {
    self.replica = replica
    self.engine = engine
    self.transport = transport
    commits = CommitWatch(replica, interval: interval)
  }

  deinit {
    // A client that was never shut down ends the process when it goes.
    guard let transport, !commits.isClosed else { return }
    Task { await transport.shutdown() }
  }

  /// Ends every observation, feed and wait for a settlement, then the sync that runs, and at last all connections.
  ///
  /// A sync that runs finishes the requests that are on their way, sends no others, and is waited for. Reads and edits go on
  /// working; the file itself is closed with the last reference.
  public func close() async {
    commits.close()
    engine?.stop.request()
    await syncs.ended()
    await transport?.shutdown()
  }

  /// Pulls, then pushes, and returns when both are done. Never throws: whatever fails, no edit is lost and nothing is removed
  /// without evidence.
  ///
  /// Where another process syncs, it waits up to 30 s for it. Each of the two takes 300 s at most; the next sync carries on.
  @concurrent public func sync() async -> SyncOutcome {
    await run(SyncOptions(pull: PullOptions(), push: PushOptions())).outcome
  }

  /// Pulls, pushes, or both, as far as a request says. Whatever fails, no edit is lost and nothing is removed without evidence.
  ///
  /// ```swift
  /// let (steps, progress) = AsyncStream.makeStream(of: SyncProgress.self)
  /// async let summary = replica.sync(.pull, progress: progress)
  /// for await step in steps { print(step) }
  /// print(try await summary.pull?.counts.listed ?? 0)
  /// ```
  ///
  /// - Parameters:
  ///   - request: what to do, and what a person has allowed.
  ///   - progress: told how far it has come, and finished at its end.
  /// - Throws: before anything is asked, where the request names a network: ``NetsyncError/networkNotFound``,
  ///   ``NetsyncError/networkAmbiguous(_:)``; ``NetsyncError/storage(path:reason:)``.
  @concurrent public func sync(
    _ request: SyncRequest,
    progress: AsyncStream<SyncProgress>.Continuation? = nil
  ) async throws(NetsyncError) -> SyncSummary {
    defer { progress?.finish() }
    return await run(SyncOptions(request, try key(of: request))) { progress?.yield($0) }
  }

  /// What a push would send now, and what it would leave, and why. Sends nothing, and needs no network. Without a key it is planned for the
  /// account that was pulled last.
  ///
  /// - Parameter request: as for ``sync(_:progress:)``; give its plan back to that to send just this.
  /// - Throws: what ``sync(_:progress:)`` throws.
  public func plan(_ request: SyncRequest = .push) throws(NetsyncError) -> PushPlan {
    let scope = SyncOptions(request, try key(of: request)).push?.scope
    let baseURL = engine?.api.baseURL.description
    return try step { replica throws(ReplicaError) in
      try replica.plan(scope ?? PushScope(planned: []), approved: request.maximumDeletes, baseURL: baseURL)
    }
  }

  private func run(
    _ options: SyncOptions,
    _ onProgress: @Sendable (SyncProgress) -> Void = { _ in }
  ) async -> SyncSummary {
    guard let engine else { return SyncSummary(.noKey) }
    guard !commits.isClosed else { return SyncSummary(.notNow) }
    return await syncs.run { SyncSummary(await engine.sync(options, onProgress: onProgress)) }
  }

  private func key(of request: SyncRequest) throws(NetsyncError) -> NetworkKey? {
    guard let reference = request.network else { return nil }
    guard let network = try networks.find(reference) else { throw .networkNotFound }
    return network.key
  }
}

extension NetworkReplica {
  private static let queue = DispatchQueue(label: "netsync", attributes: .concurrent)

  /// Reads or edits on a thread that nobody else waits for: a file that is busy or on a slow disk can hold it for seconds.
  ///
  /// ```swift
  /// let labs = try await replica.offload { try $0.networks.list(named: "lab") }
  /// ```
  ///
  /// - Throws: what `work` throws.
  public func offload<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable (NetworkReplica) throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let result = await withCheckedContinuation { continuation in
      Self.queue.async { continuation.resume(returning: Result { () throws(Failure) in try work(self) }) }
    }
    return try result.get()
  }

  private static func key(_ text: String) throws(NetsyncError) -> APIKey {
    guard let key = APIKey(text) else { throw .keyMalformed }
    return key
  }

  /// Runs a step of the replica, its errors in the library's words.
  func step<Value>(_ step: (Replica) throws(ReplicaError) -> Value) throws(NetsyncError) -> Value {
    do { return try step(replica) } catch { throw NetsyncError(error) }
  }
}
