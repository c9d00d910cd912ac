public import Logging
import NetsyncAPI
import NetsyncEngine
import NetsyncHTTP
@_exported public import NetsyncModel
import NetsyncReplica

/// A host's replica of an account's networks: read and edit offline, pull and push when there is a network.
///
/// ```swift
/// let replica = try NetworkReplica(path: "/var/lib/mydaemon/replica.sqlite", apiKey: key)
/// try replica.rename("lab", to: "lab-eu")   // visible at once, sent with the next sync
/// let outcome = await replica.sync()
/// for network in try replica.networks() { print(network.name?.text ?? "", network.state) }
/// await replica.close()
/// ```
///
/// Any number of processes may open one file. Reads and edits never wait for the network.
public final class NetworkReplica: Sendable {
  private let replica: Replica
  private let transport: HTTPTransport
  private let engine: SyncEngine?

  /// Opens a replica, and makes it where there is none.
  ///
  /// - Parameters:
  ///   - apiKey: without it, ``sync()`` answers ``SyncOutcome/noKey``; everything else works.
  ///   - baseURL: `https://` anywhere, `http://` on this host only.
  ///   - settle: how long after it was sent an unanswered create may still be applied by the server.
  /// - Throws: ``NetsyncError``.
  public init(
    path: String,
    apiKey: String?,
    baseURL: String = "https://api.telnyx.com/v2",
    policy: ConflictPolicy = .newest,
    settle: Duration = .seconds(90),
    logger: Logger = Logger(label: "netsync")
  ) throws(NetsyncError) {
    let url: BaseURL
    do { url = try BaseURL(baseURL) } catch { throw .baseURLRefused }
    let environment = EngineEnvironment.system(logger: logger)
    do {
      replica = try Replica.open(path, .makeIfMissing, now: environment.now)
    } catch {
      throw NetsyncError(error)
    }
    transport = HTTPTransport()
    guard let apiKey else {
      engine = nil
      return
    }
    guard let key = APIKey(apiKey) else { throw .keyMalformed }
    let api = APIClient(transport: transport, baseURL: url, key: key, timeout: .seconds(30), now: environment.now)
    engine = SyncEngine(replica: replica, api: api, environment: environment, policy: policy, settle: settle)
  }

  /// Ends every connection. The replica's file needs no closing.
  public func close() async {
    await transport.shutdown()
  }

  /// Every network, base and local edits together, by name; without those whose deletion waits.
  public func networks() throws(NetsyncError) -> [Network] {
    try step { () throws(ReplicaError) in try replica.networks() }
  }

  /// Every cached interface.
  public func interfaces() throws(NetsyncError) -> [NetworkInterface] {
    try step { () throws(ReplicaError) in try replica.interfaces() }
  }

  /// The outbox: edits that the server has not settled.
  public func outbox() throws(NetsyncError) -> [Operation] {
    try step { () throws(ReplicaError) in try replica.operations() }
  }

  /// Conflicts that wait for a person.
  public func conflicts() throws(NetsyncError) -> [Conflict] {
    try step { () throws(ReplicaError) in try replica.conflicts() }
  }

  /// The journal: every change of a network here or there, with its evidence, oldest first.
  ///
  /// - Parameters:
  ///   - after: only later ones; ask again after the last one for the next piece, or for what is new.
  ///   - limit: how many at most.
  public func changes(after: ChangeNumber? = nil, limit: Int = 1_000) throws(NetsyncError) -> [JournalChange] {
    try step { () throws(ReplicaError) in try replica.changes(after: after, limit: limit) }
  }

  /// Queues a new network. It is listed at once.
  ///
  /// - Returns: an id that resolves for ever, also when the server has given its own.
  @discardableResult
  public func create(_ name: String) throws(NetsyncError) -> LocalID {
    let name = try checked(name)
    let id = LocalID.random(at: replica.now())
    _ = try step { () throws(ReplicaError) in try replica.create(name, localID: id) }
    return id
  }

  /// Queues a rename of the network that `reference` names: an id, a local id, a unique prefix of one, or its exact name.
  public func rename(_ reference: String, to name: String) throws(NetsyncError) {
    let name = try checked(name)
    try edit(reference, .rename(to: name))
  }

  /// Queues a deletion.
  public func delete(_ reference: String) throws(NetsyncError) {
    try edit(reference, .delete)
  }

  /// Pulls, then pushes. Never throws: whatever fails, no edit is lost and nothing is removed without evidence.
  public func sync() async -> SyncOutcome {
    guard let engine else { return .noKey }
    let pulled = await engine.pull(PullOptions())
    if let failure = pulled.failure, failure.endsCycle { return SyncOutcome(failure) }
    let pushed = await engine.push(PushOptions())
    if let failure = pushed.failure ?? pulled.failure { return SyncOutcome(failure) }
    return pushed.conflicts + pushed.undecided + pushed.refused > 0 ? .needsDecision : .done
  }

  private func edit(_ reference: String, _ intent: Intent) throws(NetsyncError) {
    try step { () throws(ReplicaError) in
      guard case .found(let network) = try replica.find(reference) else { throw .networkGone }
      _ = try replica.edit(network.key, intent)
    }
  }

  private func checked(_ name: String) throws(NetsyncError) -> NetworkName {
    do { return try NetworkName(edited: name) } catch { throw .nameRefused(error) }
  }

  private func step<Value>(_ step: () throws(ReplicaError) -> Value) throws(NetsyncError) -> Value {
    do { return try step() } catch { throw NetsyncError(error) }
  }
}

/// How a sync ended.
public enum SyncOutcome: Hashable, Sendable {
  /// Everything was pulled and sent.
  case done
  /// A conflict, a create in doubt or a refused edit waits for a person.
  case needsDecision
  /// A guard holds what would be destroyed.
  case held
  /// The server could not be reached, or asked for patience; the next sync carries on.
  case notNow
  /// There is no key.
  case noKey
  /// The server refused the key.
  case keyRejected
  /// Anything else, in words for a log.
  case failed(String)

  init(_ failure: CycleFailure) {
    switch failure {
    case .api(.credentials, _, _): self = .keyRejected
    case .api(let failure, _, _) where failure.isTransient: self = .notNow
    case .quiet, .timedOut, .stopped, .busy: self = .notNow
    case .held: self = .held
    case .api, .replica: self = .failed(String(describing: failure))
    }
  }
}

/// What the library throws.
public enum NetsyncError: Error, Hashable, Sendable {
  case baseURLRefused
  case keyMalformed
  case nameRefused(NameRefused)
  /// No network, or more than one, answers to the reference.
  case networkNotFound
  /// The network's deletion waits; discard that edit first.
  case deletionWaits(EditNumber)
  /// The file is something else, damaged, from a newer version, or cannot be written; in words for a log.
  case replica(String)

  init(_ error: ReplicaError) {
    switch error {
    case .networkGone: self = .networkNotFound
    case .deletionWaits(let edit): self = .deletionWaits(edit)
    case .missing, .notAReplica, .newer, .damaged, .storage, .noEdit, .noChange, .notPossible, .noConflict, .idTaken:
      self = .replica(String(describing: error))
    }
  }
}
