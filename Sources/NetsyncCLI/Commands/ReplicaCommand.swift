import ArgumentParser
import FoundationEssentials
import Netsync
import NetsyncEngine
import NetsyncReplica

/// `netsync replica`: the file itself.
struct ReplicaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica",
    abstract: "Look at the replica's file, check it, back it up, shrink it, or begin it anew.",
    subcommands: [Info.self, Check.self, Backup.self, Compact.self, Reset.self]
  )

  struct Info: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "info",
      abstract: "Say where the file is and what it holds."
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let (inventory, meta) = try session.step { () throws(ReplicaError) in
        (try replica.inventory(), try replica.meta())
      }
      let size = replica.size
      let object: JSONText = .object(
        [.init("schema", "netsync.replica/1"), .init("path", .string(replica.path))] + JSONText.members(inventory) + [
          .init("base_url", JSONText(meta.baseURL)),
          .init("file_bytes", .integer(size.file)), .init("log_bytes", .integer(size.log)),
        ]
      )
      try session.answer(
        object,
        orSay: [
          "File:    \(replica.path)",
          "Holds:   \(inventory.words)",
          "Size:    \(bytesText(size.file)), write-ahead log \(bytesText(size.log))",
          "Account: \(meta.baseURL ?? "none yet; the first pull sets it")",
        ]
      )
    }
  }

  struct Check: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Read every page and every row; exit 10 where one is damaged.",
      discussion: """
        Others may read, edit and sync meanwhile. What is damaged is left as it is; only what every command does as it opens the file \
        is done here too: an older version's is brought up to date, and a log that was lost is noted down.
        """
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let path = session.settings.replicaPath
      let checkUp = try session.step { () throws(ReplicaError) in try Replica.checkUp(path, now: { .now }) }
      let faults = checkUp.faults
      session.warn(of: checkUp.loss)
      let object: JSONText = .object(
        [
          .init("schema", "netsync.check/1"), .init("path", .string(path)),
          .init("sound", .bool(faults.isEmpty)),
          .init("faults", .array(faults.map { .string($0) })),
        ] + JSONText.members(checkUp.inventory)
      )
      try session.answer(
        object,
        orSay: faults.isEmpty ? ["Sound: \(checkUp.inventory.words)."] : faults.map { "\($0)" }
      )
      guard let first = faults.first else { return }
      let reason = faults.count > 1 ? "\(first), and \(counted(faults.count - 1, "more fault"))" : first
      throw UserMessage(.damaged(path: path, reason: reason))
    }
  }

  struct Backup: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "backup",
      abstract: "Copy the replica, outbox and all, into a new file.",
      discussion: """
        The copy is of one moment, checked, and its owner's alone (0600); others may read, edit and sync meanwhile. It is a replica \
        too: put it in the place of a lost one, or read it with --replica. A create that waits in it is looked for before it is \
        sent, since it may have been sent after the backup.
        """
    )
    @Argument(help: ArgumentHelp("Where no file is.", valueName: "file"), completion: .file())
    var file: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let inventory = try session.step { () throws(ReplicaError) in try replica.backUp(to: file) }
      try session.answer(
        .object(
          [.init("schema", "netsync.backup/1"), .init("path", .string(file))] + JSONText.members(inventory)
        ),
        orSay: ["Backed up to \(file): \(inventory.words)."]
      )
    }
  }

  struct Compact: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "compact",
      abstract: "Give what is free within the file back to the disk.",
      discussion:
        "Edits wait while it runs, and it needs room for two more copies: one in $TMPDIR, one in the write-ahead log."
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let before = replica.size
      try await session.whileNobodySyncs(replica.path) { () throws(ReplicaError) in
        try replica.compactJournal()
        try replica.vacuum()
      }
      let after = replica.size
      let (was, isNow) = (before.file + before.log, after.file + after.log)
      try session.answer(
        ["schema": "netsync.compact/1", "bytes_before": .integer(was), "bytes_after": .integer(isNow)],
        orSay: ["Compacted: \(bytesText(was)) before, \(bytesText(isNow)) now."]
      )
    }
  }

  struct Reset: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "reset",
      abstract: "Forget what was pulled and begin anew; the outbox is kept.",
      discussion: """
        A damaged file is set aside, once its outbox has been read into a new one; a sound one is emptied where it is. The history \
        goes, but for that of networks that edits wait for or that were made here.
        """
    )
    @Flag(help: "Drop the outbox too: what was not sent is not sent.")
    var withOutbox = false
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let path = session.settings.replicaPath
      guard FileManager.default.fileExists(atPath: path) else { throw UserMessage(ReplicaError.missing(path: path)) }
      let report = try await session.whileNobodySyncs(path) { () throws(ReplicaError) in
        try Replica.reset(path, withOutbox: withOutbox, now: { .now })
      }
      session.warn(of: report.loss)
      try session.answer(JSONText(report), orSay: report.lines)
      if let lost = UserMessage(lost: report) { throw lost }
    }
  }
}

extension Session {
  /// Runs `work` while nobody syncs; waits up to 30 s for whoever does.
  fileprivate func whileNobodySyncs<Value>(
    _ path: String,
    _ work: () throws(ReplicaError) -> Value
  ) async throws -> Value {
    let (pause, wait) = (Duration.milliseconds(50), Duration.seconds(30))
    let deadline = ContinuousClock.now + wait
    while true {
      do {
        if let lock = try SyncLock(replica: path) {
          let value = try work()
          _ = consume lock
          return value
        }
      } catch {
        throw UserMessage(error)
      }
      guard ContinuousClock.now < deadline else { throw UserMessage(ReplicaError.locked(path: path)) }
      try await Task.sleep(for: pause)
    }
  }
}

/// `640 kB`, `12.3 MB`, `4.0 GB`.
func bytesText(_ bytes: Int64) -> String {
  func tenths(of unit: Int64) -> String { "\(bytes / unit).\(bytes % unit / (unit / 10))" }
  return switch bytes {
  case ..<1_000_000: "\(bytes / 1_000) kB"
  case ..<1_000_000_000: "\(tenths(of: 1_000_000)) MB"
  default: "\(tenths(of: 1_000_000_000)) GB"
  }
}

extension Inventory {
  fileprivate var words: String {
    let edited = "\(counted(edits, "edit")), \(counted(changes, "change"))"
    return "\(counted(networks, "network")), \(counted(interfaces, "interface")), \(edited)"
  }
}

extension JSONText {
  fileprivate static func members(_ inventory: Inventory) -> [Member] {
    [
      .init("networks", JSONText(inventory.networks)), .init("interfaces", JSONText(inventory.interfaces)),
      .init("edits", JSONText(inventory.edits)), .init("changes", JSONText(inventory.changes)),
    ]
  }

  /// `netsync.reset/1`.
  fileprivate init(_ report: ResetReport) {
    self = [
      "schema": "netsync.reset/1",
      "kept": JSONText(report.kept),
      "dropped": .array(report.dropped.map(JSONText.init)),
      "lost": .array(report.lost.map(JSONText.init)),
      "whole": .bool(report.isWhole),
      "set_aside": JSONText(report.setAside),
    ]
  }

  private init(_ edit: ResetReport.Edit) {
    self = [
      "edit": .integer(edit.number.rawValue), "action": JSONText(edit.action?.rawValue),
      "name": JSONText(edit.name?.text),
    ]
  }
}

extension ResetReport {
  fileprivate var lines: [TerminalText] {
    var lines: [TerminalText] = dropped.map { "Dropped \($0.words)" } + lost.map { "Lost \($0.words)" }
    if let setAside { lines.append("Set aside: the damaged file is \(setAside).") }
    lines.append("Reset: \(counted(kept, "edit")) kept; 'netsync pull' reads the networks anew.")
    return lines
  }
}

extension UserMessage {
  /// nil where nothing was lost.
  fileprivate init?(lost report: ResetReport) {
    guard !report.lost.isEmpty || !report.isWhole else { return nil }
    let (shown, isNone) = (5, report.lost.isEmpty)
    var told = report.lost.prefix(shown).map(\.words)
    if report.lost.count > shown { told.append("\(counted(report.lost.count - shown, "more edit"))") }
    if !report.isWhole {
      told.append(
        isNone ? "nothing tells of an edit that was open on such a page" : "perhaps others, of which nothing tells"
      )
    }
    let count = counted(report.lost.count, "edit")
    self = .row(
      .failed,
      "edits_lost",
      isNone
        ? "the outbox could not be read whole, for pages of it are damaged" : "lost with the damaged pages: \(count)",
      why: "\(told.joined(separator: "; "))",
      state: "what could be read is kept, and the replica can be used; the damaged file is \(report.setAside ?? "")",
      next: isNone ? "netsync outbox list" : "make those edits again; 'netsync status' names all of them"
    )
  }
}
