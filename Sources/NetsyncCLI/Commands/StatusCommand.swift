import ArgumentParser
import Netsync
import NetsyncReplica

/// `netsync status`: freshness, outbox, conflicts, last sync.
struct StatusCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "How fresh the replica is, and what waits."
  )

  @Flag(help: "Exit 2 unless everything is in sync.")
  var exitCode = false
  @Option(help: ArgumentHelp("Exit 5 if the last complete pull is older.", valueName: "d"))
  var maxAge: DurationArgument?
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    let (status, operations) = try session.step { () throws(ReplicaError) in
      (try replica.status(), try replica.operations())
    }
    let now = Timestamp.now
    try session.answer(JSONText(status, path: replica.path, now: now), orSay: status.lines(now: now))
    try session.show(Refusals.grouped(operations))
    try session.checkAge(status, maxAge: maxAge?.duration, now: now)
    if exitCode && !status.isInSync { throw ExitStatus.pending }
  }
}

extension Session {
  /// Refuses an answer that is staler than its user can take.
  func checkAge(_ status: ReplicaStatus, maxAge: Duration?, now: Timestamp) throws(UserMessage) {
    guard let maxAge else { return }
    let age = status.completeAsOf.map { now.since($0) }
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
  func lines(now: Timestamp) -> [TerminalText] {
    let freshness: TerminalText =
      completeAsOf.map { "complete as of \(RelativeTime.text(of: $0.microseconds, now: now.microseconds))" }
      ?? "never pulled completely"
    let states = ["waiting", "sending", "in_doubt", "conflict", "held", "refused"]
      .compactMap { state in outbox[state].map { "\($0) \(state)" } }
    var lines: [TerminalText] = [
      "Replica: \(counted(networks, "network")), \(counted(interfaces, "interface")), \(freshness.string)",
      "Outbox:  \(states.isEmpty ? "empty" : states.joined(separator: ", "))",
    ]
    if let lastSweep {
      let ended = lastSweep.endedAt.map { RelativeTime.text(of: $0.microseconds, now: now.microseconds) } ?? "cut short"
      lines.append("Pulled:  \(ended), \(lastSweep.outcome?.rawValue ?? "not to the end")")
    }
    lines.append(isInSync ? "In sync." : "Not in sync.")
    return lines
  }
}

extension JSONText {
  /// `netsync.status/1`.
  init(_ status: ReplicaStatus, path: String, now: Timestamp) {
    func count(_ state: String) -> JSONText { JSONText(status.outbox[state] ?? 0) }
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
        "complete_as_of": JSONText(status.completeAsOf?.rfc3339),
        "age_s": JSONText(status.completeAsOf.map { now.since($0).rounded }),
        "path": .string(path),
      ],
      "outbox": [
        "waiting": count("waiting"),
        "sending": count("sending"),
        "in_doubt": count("in_doubt"),
        "held": count("held"),
        "refused": count("refused"),
      ],
      "conflicts": JSONText(status.conflicts),
      "in_sync": .bool(status.isInSync),
      "last_sync": lastSync,
      "daemon": .null,
    ]
  }
}
