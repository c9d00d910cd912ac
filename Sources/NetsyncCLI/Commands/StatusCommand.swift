import ArgumentParser
import Netsync
import NetsyncAPI
import NetsyncEngine
import NetsyncHTTP
import NetsyncReconcile
import NetsyncReplica

/// `netsync status`: freshness, outbox, conflicts, last sync.
struct StatusCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "How fresh the replica is, and what waits.",
    discussion: "-o prometheus prints it as metrics, for node_exporter's textfile collector."
  )

  /// How often a watched replica is looked at.
  private static let pause = Duration.seconds(1)

  @Flag(help: "Print it again whenever it changes, until Ctrl-C.")
  var watch = false
  @Flag(help: "One short line for a shell's prompt; nothing when in sync.")
  var prompt = false
  @Flag(help: "Exit 2 unless everything is in sync.")
  var exitCode = false
  @Option(help: ArgumentHelp("Exit 5 if the last complete pull is older.", valueName: "d"))
  var maxAge: DurationArgument?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if prompt, global.json || global.output != nil {
      throw ValidationError("--prompt is a line of its own form; it takes neither --json nor -o")
    }
    if watch, prompt || exitCode || maxAge != nil {
      throw ValidationError("--watch goes on for ever; it takes neither --prompt nor --exit-code nor --max-age")
    }
  }

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    if watch { try await follow(session, replica) }
    let look = try StatusLook(replica, session)
    if prompt {
      if let line = look.status.prompt { try StandardStream.output.write("\(line)\n") }
    } else {
      try look.answer(session)
      if global.output != .prometheus { try session.show(Refusals.grouped(look.refused)) }
    }
    try session.checkAge(look.status.completeAsOf, maxAge: maxAge?.duration, now: look.now)
    if exitCode && !look.status.isInSync { throw ExitStatus.pending }
  }

  /// On a terminal the same lines, painted anew; in a pipe a line for each change.
  private func follow(_ session: Session, _ replica: Replica) async throws -> Never {
    let stop = StopSignal()
    let canRepaint = StandardStream.output.canRepaint(environment: session.configuration.environment)
    let isRepainted = canRepaint && !global.saysJSON && global.output != .prometheus
    let commits = try session.step { () throws(ReplicaError) in try ReplicaWatch(replica) }
    try await Interrupts.watch(stop, saysSo: false) {
      var version: Int?
      var last: StatusLook?
      while !stop.isRequested {
        // Asked before the look: what is committed meanwhile is looked at next time.
        let committed = try session.step { () throws(ReplicaError) in try commits.version() }
        let look = try last.flatMap { committed == version ? $0.again() : nil } ?? StatusLook(replica, session)
        if isRepainted {
          try look.paint()
        } else if !look.isSame(as: last) {
          try look.answer(session, onOneLine: true)
        }
        (version, last) = (committed, look)
        try await Task.sleep(for: Self.pause)
      }
    }
    throw Interrupts.status
  }
}

/// How things stand at one moment.
private struct StatusLook {
  /// How many of the networks whose removal is held are named.
  private static let namedMost = 5

  let status: ReplicaStatus
  /// nil where nothing is held.
  let removals: HeldRemovals?
  let refused: [OutboxOperation]
  private(set) var daemon: DaemonRecord?
  /// nil where the settings do not name one.
  let road: (baseURL: BaseURL, road: Road)?
  let path: String
  private(set) var now = Timestamp.now

  init(_ replica: Replica, _ session: Session) throws(UserMessage) {
    (status, removals, refused) = try session.step { () throws(ReplicaError) in
      (try replica.status(), try replica.heldRemovals(limit: Self.namedMost), try replica.refusedOperations())
    }
    path = replica.path
    let baseURL = try? session.configuration.baseURL()
    road = baseURL.flatMap { url in (try? session.configuration.road(to: url)).map { (url, $0) } }
    daemon = DaemonLock.holder(ofReplica: replica.path)
  }

  /// The same a moment later, where nothing was committed since.
  func again() -> StatusLook {
    var look = self
    look.now = .now
    look.daemon = DaemonLock.holder(ofReplica: path)
    return look
  }

  func isSame(as other: StatusLook?) -> Bool { status == other?.status && daemon == other?.daemon }

  func answer(_ session: Session, onOneLine: Bool = false) throws {
    guard session.global.output == .prometheus else {
      let lines = lines
      let joined: [TerminalText] = ["\(lines.map(\.string).joined(separator: "; "))"]
      let object = JSONText(status, daemon, road.map { JSONText($0.baseURL, $0.road) } ?? .null, path: path, now: now)
      return try session.answer(object, orSay: onOneLine ? joined : lines)
    }
    let registry = PrometheusRegistry(help: EngineMetrics.help)
    ReplicaGauges(factory: registry).record(status)
    try StandardStream.output.write(registry.text())
    try StandardStream.output.flush()
  }

  func paint() throws {
    let output = StandardStream.output
    let home = "\u{1B}[H\u{1B}[J"
    try output.write(home + lines.map { "\($0.string)\n" }.joined())
    try output.flush()
  }

  private var lines: [TerminalText] {
    var lines = status.lines(now: now)
    if status.unreadLists > 0 {
      let unread = counted(status.unreadLists, "network")
      lines.insert("Unread:  the interfaces of \(unread); 'netsync pull' reads them", at: 1)
    }
    if let held { lines.insert("Held:    \(held)", at: lines.count - 1) }
    if let daemon { lines.insert(daemon.line, at: lines.count - 1) }
    let way = road.map { $0.road.words(to: $0.baseURL) } ?? "the settings name none that can be used"
    lines.insert("Road:    \(way)", at: lines.count - 1)
    return lines
  }
}

extension StatusLook {
  /// What a guard holds of the last pull, and what lets it go; nil where that is nothing.
  private var held: String? {
    guard status.lastSweep?.outcome == .held else { return nil }
    guard let removals, removals.reason != .otherAccount else { return "by a guard; 'netsync pull' says why" }
    let names = removals.networks.map { $0.name?.text ?? $0.id?.text ?? "?" }.joined(separator: ", ")
    let more = removals.count > removals.networks.count ? ", …" : ""
    let allow = "'netsync pull --max-deletes \(removals.count)' removes them here too"
    return "not listed there any more: \(names)\(more) (\(counted(removals.count, "network"))); \(allow)"
  }
}

extension Road {
  /// `https://api.telnyx.com/v2, through the proxy proxy.example:3128`.
  fileprivate func words(to baseURL: BaseURL) -> String {
    let way = proxyAddress.map { "through the proxy \($0)" } ?? "direct"
    let files = authorities.isEmpty ? "" : ", trusting \(authorities.joined(separator: ", ")) too"
    return "\(baseURL), \(way)\(files)"
  }
}

extension JSONText {
  /// `{"base_url", "proxy", "authorities"}`; `proxy` is null for a direct road.
  fileprivate init(_ baseURL: BaseURL, _ road: Road) {
    self = [
      "base_url": .string("\(baseURL)"),
      "proxy": JSONText(road.proxyAddress),
      "authorities": .array(road.authorities.map { .string($0) }),
    ]
  }
}

extension DaemonRecord {
  fileprivate var line: TerminalText {
    "Daemon:  process \(String(pid)), since \(startedAt)\(listen.map { ", at \($0)" } ?? "")"
  }
}

extension Session {
  /// Refuses an answer that is staler than its user can take.
  func checkAge(_ completeAsOf: Timestamp?, maxAge: Duration?, now: Timestamp) throws(UserMessage) {
    guard let maxAge else { return }
    let age = completeAsOf.map { now.since($0) }
    if let age, age <= maxAge { return }
    throw UserMessage(
      exit: .notNow,
      code: "stale",
      message: "the replica is staler than \(DurationText.short(maxAge))",
      why: age.map { "the last complete pull is \(DurationText.short($0)) old" } ?? "it was never pulled completely",
      state: "the replica stays usable",
      next: ["netsync pull"],
      isRetryable: true
    )
  }
}

extension ReplicaStatus {
  /// How many of the records that were set aside have a line of their own.
  private static let setAsideShown = 5

  /// `2 waiting, 1 held`; nothing where the outbox is empty.
  private var open: String {
    OperationState.Word.allCases.compactMap { state in outbox[state].map { "\($0) \(state.rawValue)" } }.joined(
      separator: ", "
    )
  }

  func lines(now: Timestamp) -> [TerminalText] {
    let freshness: TerminalText =
      completeAsOf.map { "complete as of \(RelativeTime.text(of: $0.microseconds, now: now.microseconds))" }
      ?? "never pulled completely"
    var lines: [TerminalText] = [
      "Replica: \(counted(networks, "network")), \(counted(interfaces, "interface")), \(freshness.string)",
      "Outbox:  \(open.isEmpty ? "empty" : open)",
    ]
    if let lastSweep {
      let ended = lastSweep.endedAt.map { RelativeTime.text(of: $0.microseconds, now: now.microseconds) } ?? "cut short"
      lines.append("Pulled:  \(ended), \(lastSweep.outcome?.rawValue ?? "not to the end")")
    }
    if let alarm {
      let since = RelativeTime.text(of: alarm.since.microseconds, now: now.microseconds)
      let pulls = "\(counted(alarm.count, "pull")) in a row failed, the first of them \(since)"
      lines.append("Alarm:   \(pulls); 'netsync doctor --network' finds out why")
    }
    if isDiskFull { lines.append("Disk:    full; pulls stop, edits go on as long as their reserve lasts") }
    lines += losses.map {
      "Lost:    \($0.words); found \(RelativeTime.text(of: $0.foundAt.microseconds, now: now.microseconds))"
    }
    lines += setAside.prefix(Self.setAsideShown).map { "Set aside: \($0.words)" }
    let rest = setAside.count - Self.setAsideShown
    if rest > 0 { lines.append("Set aside: \(counted(rest, "more record"))") }
    lines.append(isInSync ? "In sync." : "Not in sync.")
    return lines
  }

  /// One line for a log: `In sync: 8 networks.`
  var headline: String {
    let pulled = completeAsOf == nil ? "never pulled completely" : "last pull \(lastSweep?.outcome?.rawValue ?? "runs")"
    return isInSync
      ? "In sync: \(counted(networks, "network"))."
      : "Not in sync: \(pulled), outbox \(open.isEmpty ? "empty" : open)."
  }

  /// The shortest word on what is not in sync; nil where everything is.
  var prompt: String? {
    if isInSync { return nil }
    if !open.isEmpty { return "netsync: \(open)" }
    return completeAsOf == nil
      ? "netsync: never pulled completely" : "netsync: last pull \(lastSweep?.outcome?.rawValue ?? "not ended")"
  }
}

extension JSONText {
  /// `{"network_id", "page", "position", "fault"}`; `network_id` is null in the listing of networks.
  fileprivate init(_ record: SetAsideRecord) {
    self = [
      "network_id": JSONText(record.network?.text),
      "page": JSONText(record.page),
      "position": JSONText(record.position),
      "fault": .string(record.fault.rawValue),
    ]
  }

  /// `netsync.status/1`.
  init(_ status: ReplicaStatus, _ daemon: DaemonRecord?, _ road: JSONText, path: String, now: Timestamp) {
    func count(_ state: OperationState.Word) -> JSONText { JSONText(status.outbox[state] ?? 0) }
    let lastSync: JSONText =
      status.lastSweep.map { sweep in
        [
          "started_at": .string(sweep.startedAt.rfc3339),
          "ended_at": JSONText(sweep.endedAt?.rfc3339),
          "complete": .bool(sweep.isComplete),
          "outcome": JSONText(sweep.outcome?.rawValue),
        ]
      } ?? .null
    self = [
      "schema": "netsync.status/1",
      "replica": [
        "networks": JSONText(status.networks),
        "interfaces": JSONText(status.interfaces),
        "interfaces_as_of": JSONText(status.lastSweep?.listsAsOf.flatMap { $0.microseconds > 0 ? $0.rfc3339 : nil }),
        "complete_as_of": JSONText(status.completeAsOf?.rfc3339),
        "age_s": JSONText(status.completeAsOf.map { now.since($0).rounded }),
        "path": .string(path),
      ],
      "outbox": [
        "waiting": count(.waiting),
        "sending": count(.sending),
        "in_doubt": count(.inDoubt),
        "held": count(.held),
        "refused": count(.refused),
      ],
      "conflicts": JSONText(status.conflicts),
      "disk_full": .bool(status.isDiskFull),
      "set_aside": .array(status.setAside.map(JSONText.init)),
      "losses": .array(
        status.losses.map { ["found_at": .string($0.foundAt.rfc3339), "what": .string($0.words)] }
      ),
      "failed_pulls": JSONText(status.failing?.count ?? 0),
      "failing_since": JSONText(status.failing?.since.rfc3339),
      "alarm": .bool(status.alarm != nil),
      "in_sync": .bool(status.isInSync),
      "last_sync": lastSync,
      "road": road,
      "daemon": daemon.map { daemon in
        [
          "pid": .integer(Int64(daemon.pid)),
          "listen": JSONText(daemon.listen),
          "started_at": .string(daemon.startedAt),
        ]
      } ?? .null,
    ]
  }
}
