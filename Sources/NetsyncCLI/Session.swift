import FoundationEssentials
import Logging
import Netsync
import NetsyncAPI
import NetsyncEngine
import NetsyncHTTP
import NetsyncReconcile
import NetsyncReplica

/// What a command works with: settings, the replica, and the two streams.
struct Session {
  let global: GlobalOptions
  let configuration: Configuration
  let settings: Settings

  init(_ global: GlobalOptions) throws(UserMessage) {
    self.global = global
    configuration = try Configuration(global, ProcessInfo.processInfo.environment)
    settings = try Settings(configuration)
    for stray in configuration.strayVariables { note("warning: \(stray)") }
  }

  /// Whether a person can be asked.
  var mayAsk: Bool { settings.mayAsk && StandardStream(descriptor: 0, capacity: 0).isTerminal }

  func open(
    _ opening: Replica.Opening = .existing,
    _ connections: Replica.Connections = .one
  ) throws(UserMessage) -> Replica {
    let replica = try step { () throws(ReplicaError) in
      try Replica.open(settings.replicaPath, opening, connections, tolerance: settings.tolerance, now: { .now })
    }
    warn(of: replica.loss)
    return replica
  }

  /// The replica to pull into, which is made where there is none: but for a pull that can only fail, or an empty replica would pass for
  /// an empty account.
  func openToPull(_ connections: Replica.Connections = .one) throws(UserMessage) -> Replica {
    if !FileManager.default.fileExists(atPath: settings.replicaPath) {
      guard !settings.isOffline else { throw .offline }
      guard KeySource(configuration) != nil else { throw .noKey(KeySource.credentials(configuration)) }
    }
    return try open(.makeIfMissing, connections)
  }

  /// A copy of the replica, for a dry run.
  func trial() throws(UserMessage) -> Replica {
    let trial = try step { () throws(ReplicaError) in try Replica.trial(of: settings.replicaPath, now: { .now }) }
    warn(of: trial.loss)
    return trial.replica
  }

  /// Runs `work` with an engine that talks to the API, and ends its connections. Ctrl-C asks it to end.
  func withEngine<Value>(
    on replica: Replica,
    _ work: (SyncEngine) async throws -> Value
  ) async throws -> Value {
    try await withTransport { transport in
      let engine = try await engine(on: replica, over: transport)
      return try await Interrupts.watch(engine.stop) { try await work(engine) }
    }
  }

  /// Runs `work` with connections, and ends them.
  func withTransport<Value>(_ work: (HTTPTransport) async throws -> Value) async throws -> Value {
    let transport = try transport()
    do {
      let value = try await work(transport)
      await transport.shutdown()
      return value
    } catch {
      await transport.shutdown()
      throw error
    }
  }

  /// A transport on the road that the settings say.
  func transport(logger: Logger? = nil) throws(UserMessage) -> HTTPTransport {
    guard !settings.isOffline else { throw .offline }
    let baseURL = try configuration.baseURL()
    let road = try configuration.road(to: baseURL)
    (logger ?? self.logger()).info(
      "road",
      metadata: [
        "base_url": "\(baseURL)", "proxy": "\(road.proxyAddress ?? "none")",
        "authorities": "\(road.authorities.joined(separator: " "))",
      ]
    )
    return HTTPTransport(
      over: road,
      connectTimeout: settings.requestTimeout,
      connections: settings.requestsInFlight
    )
  }

  /// An engine that talks to the API with the key as it can be found now.
  func engine(
    on replica: Replica,
    over transport: HTTPTransport,
    logger: Logger? = nil,
    metrics: EngineMetrics? = nil,
    stop: StopSignal = StopSignal(),
    heartbeat: @escaping @Sendable () -> Void = {}
  ) async throws(UserMessage) -> SyncEngine {
    var environment = EngineEnvironment.system(logger: logger ?? self.logger())
    environment.heartbeat = heartbeat
    return SyncEngine(
      replica: replica,
      api: try client(over: transport, key: try await KeySource.find(configuration).key, now: environment.now),
      environment: environment,
      policy: settings.policy,
      settleTime: settings.settleTime,
      inFlight: settings.requestsInFlight,
      stop: stop,
      metrics: metrics
    )
  }

  /// The API, for who asks it without a replica; an engine has one too.
  func client(
    over transport: HTTPTransport,
    key: APIKey,
    now: @escaping @Sendable () -> Timestamp = { .now }
  ) throws(UserMessage) -> APIClient {
    guard !settings.isOffline else { throw .offline }
    return APIClient(
      transport: transport,
      baseURL: try configuration.baseURL(),
      key: key,
      timeout: settings.requestTimeout,
      now: now
    )
  }

  /// Writes to stderr, in the form and from the level on that were asked for.
  ///
  /// - Parameter level: where none was asked for.
  func logger(from level: Logger.Level = .warning) -> Logger {
    let format = settings.logFormat
    var logger = Logger(label: "netsync") { label in
      switch format {
      case .text: StreamLogHandler.standardError(label: label)
      case .json: JSONLogHandler(label: label)
      }
    }
    logger.logLevel =
      switch global.verbose {
      case 0: settings.logLevel ?? level
      case 1: .debug
      default: .trace
      }
    return logger
  }

  /// What is run where something has come about.
  var hooks: Hooks { Hooks(commands: settings.hooks, logger: logger()) }

  /// Runs `sync`, and the hooks for what comes about meanwhile.
  func tellingHooks<Value>(of replica: Replica, _ sync: () async throws -> Value) async throws -> Value {
    let hooks = hooks
    // What cannot be told is no failure of the sync.
    guard !hooks.isEmpty, let before = try? replica.noticeState() else { return try await sync() }
    let value = try await sync()
    if let after = try? replica.noticeState() { await hooks.tell(notices(from: before, to: after), of: replica) }
    return value
  }

  // MARK: Answers

  /// Writes a list in the format that was asked for.
  func list(_ columns: [Listing.Column], _ rows: [Listing.Row]) async throws {
    try await list(columns) { write in try write(rows) }
  }

  /// Writes a list whose rows come in pieces, each as soon as it is there. A person at a terminal has a pager for it.
  ///
  /// - Parameter isEndless: nobody knows when it ends, so an array is written as lines.
  func list(
    _ columns: [Listing.Column],
    isEndless: Bool = false,
    _ produce: (_ write: ([Listing.Row]) throws -> Void) async throws -> Void
  ) async throws {
    let output = StandardStream.output
    var format = global.format(isTerminal: output.isTerminal)
    if isEndless, format == .json { format = .jsonl }
    let renderer = try projection(columns).renderer(for: format, on: destination(output), isEndless: isEndless)
    func write(to stream: StandardStream) async throws {
      var renderer = renderer
      try stream.write(renderer.start())
      try await produce { rows in
        for row in rows { try stream.write(renderer.row(row)) }
        guard isEndless else { return }
        try stream.write(renderer.flush())
        try stream.flush()
      }
      try stream.write(renderer.end())
      try stream.flush()
    }
    if [.table, .wide].contains(format), output.isTerminal, mayAsk, !isEndless, let pager = Pager(configuration),
      try await pager.show(write(to:))
    {
      return
    }
    try await write(to: output)
  }

  func projection(_ columns: [Listing.Column]) throws(UserMessage) -> Projection {
    do { return try Projection(columns, fields: global.fields) } catch { throw .unknownField(error) }
  }

  /// Writes one answer: an object in a JSON mode, else lines for people.
  func answer(_ object: JSONText, orSay lines: [TerminalText]) throws { try global.answer(object, orSay: lines) }

  /// Writes one record: an object in a JSON mode, a row where rows were asked for, else its fields line by line.
  ///
  /// - Parameters:
  ///   - more: what its object has beside the columns.
  ///   - lines: what to add for people.
  func show(
    _ columns: [Listing.Column],
    _ row: Listing.Row,
    and more: [JSONText.Member] = [],
    saying lines: [TerminalText] = []
  ) async throws {
    switch global.output?.rows {
    case .csv, .tsv, .id: return try await list(columns, [row])
    case .table, .wide, .json, .jsonl, nil: break
    }
    let projection = try projection(columns)
    let members = projection.members(of: row)
    let (object, text) = global.fields == nil ? (members + more, lines) : (members, [])
    try answer(.object(object), orSay: members.map { "\($0.key): \($0.value.cellText ?? "-")" } + text)
  }

  /// Adds refused edits to an answer, by the server's words, for a person at a terminal. Programs have them edit by edit.
  func show(_ refusals: [Refusals]) throws {
    let output = StandardStream.output
    guard output.isTerminal else { return }
    switch global.format(isTerminal: true) {
    case .table, .wide: for refusal in refusals { try output.write(refusal.line.string + "\n") }
    case .json, .jsonl, .csv, .tsv, .id: return
    }
    try output.flush()
  }

  /// Tells of what the replica was found to lack, whatever was asked for; 'status' and 'log' have it from then on.
  func warn(of loss: String?) {
    if let loss { try? StandardStream.error.write("warning: \(TerminalText(loss).string)\n") }
  }

  /// Says something beside the answer.
  func note(_ line: TerminalText) {
    guard !global.quiet else { return }
    try? StandardStream.error.write(line.string + "\n")
  }

  /// Tells what the policy made of conflicts: nobody was asked.
  func note(_ verdicts: PolicyVerdicts) {
    let (yielded, prevailed) = (counted(verdicts.yielded, "edit"), counted(verdicts.prevailed, "edit"))
    var parts: [String] = []
    if verdicts.yielded > 0 { parts.append("\(yielded) gave way to a change there") }
    if verdicts.prevailed > 0 { parts.append("\(prevailed) prevailed over a change there") }
    guard !parts.isEmpty else { return }
    let next = "'netsync log' has the loser, 'netsync undo N' brings it back."
    note("By the policy: \(parts.joined(separator: ", ")). \(next)")
  }

  /// Tells of the names that the server has changed.
  func note(alteredNames changes: [JournalChange]) {
    let shown = 10
    for change in changes.prefix(shown) {
      let (asked, named) = (change.before?.text ?? "", change.after?.text ?? "")
      note("Edit \(change.edit.map { "\($0)" } ?? "?"): named \(named), not \"\(asked)\"; the server changes names.")
    }
    if changes.count > shown { note("'netsync log' has \(String(changes.count - shown)) more names that it changed.") }
  }

  func destination(_ stream: StandardStream) -> Destination {
    stream.destination(color: global.color, environment: configuration.environment)
  }
}

extension GlobalOptions {
  /// Runs `work`; where it fails before it could ask anything, a program still gets the result object that it waits for.
  func answering<Value>(_ empty: (CycleOutcome) -> JSONText, _ work: () async throws -> Value) async throws -> Value {
    do {
      return try await work()
    } catch let message as UserMessage {
      let outcome: CycleOutcome = message.exit == .notNow ? .offline : message.exit == .held ? .held : .error
      if saysJSON { try answer(empty(outcome), orSay: []) }
      throw message
    }
  }

  /// Writes one answer, as ``Session/answer(_:orSay:)`` does, where the settings may be what is asked about.
  func answer(_ object: JSONText, orSay lines: [TerminalText]) throws {
    let output = StandardStream.output
    if saysJSON {
      let pretty = output.isTerminal && format(isTerminal: true) != .jsonl
      try output.write(object.rendered(pretty: pretty, onTerminal: output.isTerminal) + "\n")
    } else {
      for line in lines { try output.write(line.string + "\n") }
    }
    try output.flush()
  }
}

extension Session {
  /// Finds the network that a user names, or says which names are near.
  func find(_ reference: String, in replica: Replica) throws(UserMessage) -> Network {
    let found = try step { () throws(ReplicaError) in try replica.find(reference) }
    return try only(found, reference, in: replica) { NetworkTrace($0).label }
  }

  /// The same, of a network that may be gone.
  func trace(_ reference: String, in replica: Replica) throws(UserMessage) -> NetworkTrace {
    let found = try step { () throws(ReplicaError) in try replica.trace(reference) }
    return try only(found, reference, in: replica) { $0.label }
  }

  private func only<Found>(
    _ found: NetworkReference<Found>,
    _ reference: String,
    in replica: Replica,
    label: (Found) -> String
  ) throws(UserMessage) -> Found {
    switch found {
    case .found(let network): return network
    case .ambiguous(let candidates): throw .ambiguous(reference, candidates.map(label))
    case .unknown:
      let names = try step { () throws(ReplicaError) in try replica.names(limit: 10_000) }
      throw .unknownNetwork(reference, near: NearNames.nearest(to: reference, among: names))
    }
  }

  /// Runs a step of the replica, its errors in words for people.
  func step<Value>(_ work: () throws(ReplicaError) -> Value) throws(UserMessage) -> Value {
    do { return try work() } catch { throw UserMessage(error) }
  }
}

extension NetworkTrace {
  /// Its id, and its name beside it.
  var label: String {
    "\(id?.text ?? localID?.text ?? "?") (\(name?.text ?? "without a name")\(goneAt == nil ? "" : ", gone"))"
  }
}
