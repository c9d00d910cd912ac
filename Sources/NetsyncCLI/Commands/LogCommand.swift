import ArgumentParser
import Netsync
import NetsyncEngine
import NetsyncReplica

/// `netsync log`: the journal, newest last.
struct LogCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "What changed, here and there; newest last.",
    discussion: "The number of a change is what 'netsync undo' takes. --json holds the evidence for each."
  )
  static let answersWithRows = true

  @Option(help: ArgumentHelp("Only the last so much time.", valueName: "d"))
  var since: DurationArgument?
  @Option(help: ArgumentHelp("Only this network's, one that is gone too.", valueName: "net"), completion: .networks)
  var network: String?
  @Option(help: ArgumentHelp("At most the newest so many.", valueName: "n"))
  var limit: Int?
  @Flag(help: "Print new changes as they come, until Ctrl-C.")
  var follow = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit takes a whole number from 1 on") }
    if limit != nil, follow { throw ValidationError("--limit and --follow contradict each other") }
  }

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    let pieces = Pieces(
      session: session,
      replica: replica,
      network: try network.map { try session.trace($0, in: replica).key },
      since: since.map { .now - $0.duration }
    )
    if follow { try await pieces.follow() }
    if let limit {
      let newest = try pieces.newest(limit)
      try await session.list(logColumns, newest)
      if newest.isEmpty { session.note("No changes.") }
      return
    }
    var last: ChangeNumber?
    try await session.list(logColumns) { write in last = try pieces.write(after: nil, write) }
    if last == nil { session.note("No changes.") }
  }
}

/// The journal, read in pieces: a long one is never held whole.
private struct Pieces {
  static let size = 1_000
  /// How often to look for what another process has added; a look is one step in an index.
  static let pause = Duration.milliseconds(200)

  let session: Session
  let replica: Replica
  let network: NetworkKey?
  let since: Timestamp?

  /// Writes what came after `last`.
  ///
  /// - Returns: the last that was written, or `last`.
  func write(after last: ChangeNumber?, _ write: ([Listing.Row]) throws -> Void) throws -> ChangeNumber? {
    var last = last
    while true {
      let changes = try session.step { () throws(ReplicaError) in
        try replica.changes(since: since, of: network, after: last, limit: Self.size)
      }
      guard let newest = changes.last else { return last }
      let now = Timestamp.now
      try write(changes.map { $0.cells(now: now) })
      last = newest.number
      if changes.count < Self.size { return last }
    }
  }

  /// The rows of the newest changes, oldest first.
  func newest(_ limit: Int) throws -> [Listing.Row] {
    let changes = try session.step { () throws(ReplicaError) in
      try replica.newestChanges(since: since, of: network, limit: limit)
    }
    let now = Timestamp.now
    return changes.map { $0.cells(now: now) }
  }

  /// Writes new changes until it is stopped; those before it where a time was asked for.
  func follow() async throws -> Never {
    var last = since == nil ? try session.step { () throws(ReplicaError) in try replica.lastChange() } : nil
    let stop = StopSignal()
    try await Interrupts.watch(stop, saysSo: false) {
      try await session.list(logColumns, isEndless: true) { write in
        while !stop.isRequested {
          last = try self.write(after: last, write)
          try await Task.sleep(for: Self.pause)
        }
      }
    }
    throw Interrupts.status
  }
}

/// The columns of `log`, by the keys of the contract.
private let logColumns: [Listing.Column] = [
  .init("change", header: "CHANGE", alignment: .trailing, room: 6, isIdentifier: true),
  .init("at", header: "AT", room: 10),
  .init("side", header: "SIDE", room: 6),
  .init("kind", header: "KIND", room: 10),
  .init("id", header: "ID", visibility: .wide, standIn: "local_id"),
  .init("local_id", visibility: .hidden, isInTSV: false),
  .init("before", header: "BEFORE", isFlexible: true),
  .init("after", header: "AFTER", isFlexible: true),
  .init("evidence", visibility: .hidden, isInTSV: false),
]

extension JournalChange {
  fileprivate func cells(now: Timestamp) -> Listing.Row {
    [
      .init(.integer(number.rawValue)),
      .init(.string(at.rfc3339), text: RelativeTime.text(of: at.microseconds, now: now.microseconds)),
      .init(.string(side.rawValue), tone: side == .remote ? .dim : .plain),
      .init(.string(kind.rawValue), tone: kind.tone),
      .init(JSONText(id?.text)),
      .init(JSONText(localID?.text)),
      .init(JSONText(before?.text)),
      .init(JSONText(after?.text)),
      .init(JSONText(evidence)),
    ]
  }
}

extension JournalChange.Kind {
  fileprivate var tone: Style.Tone {
    switch self {
    case .created, .renamed, .changed, .sent, .adopted, .satisfied, .superseded, .discarded, .resolved: .plain
    case .deleted, .wentBack, .setAside, .prevailed, .yielded: .yellow
    case .refused, .conflict, .lost: .red
    }
  }
}
