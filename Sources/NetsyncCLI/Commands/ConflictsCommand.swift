import ArgumentParser
import Netsync
import NetsyncReplica

/// `netsync conflicts`: base, mine and theirs, who and when.
struct ConflictsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts",
    abstract: "See and settle what was changed on both sides.",
    subcommands: [List.self, Show.self, Resolve.self]
  )

  struct List: NetsyncVerb {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List open conflicts.")
    static let answersWithRows = true
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let conflicts = try session.step { () throws(ReplicaError) in try replica.conflicts() }
      let now = Timestamp.now
      try await session.list(conflictColumns, conflicts.map { $0.cells(now: now) })
      if conflicts.isEmpty { session.note("No conflicts.") }
    }
  }

  struct Show: NetsyncVerb {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show both sides of one conflict.")
    static let answersWithRows = true
    @Argument(help: ArgumentHelp("Id, local id, id prefix or exact name.", valueName: "net"), completion: .networks)
    var network: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let network = try session.find(network, in: replica)
      let next: TerminalText =
        "next: netsync conflicts resolve \(network.id?.text ?? network.localID?.text ?? "NET") --take mine|theirs"
      try await session.show(
        conflictColumns,
        try session.conflict(of: network, in: replica).cells(now: .now),
        saying: [next]
      )
    }
  }

  struct Resolve: NetsyncVerb {
    static let configuration = CommandConfiguration(commandName: "resolve", abstract: "Settle a conflict.")
    @Argument(help: ArgumentHelp("Id, local id, id prefix or exact name.", valueName: "net"), completion: .networks)
    var network: String
    @Option(help: ArgumentHelp("mine or theirs.", valueName: "side"))
    var take: Choice<ConflictSide>?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let network = try session.find(network, in: replica)
      let side = try take?.value ?? ask(session, about: session.conflict(of: network, in: replica))
      let resolution = try session.step { () throws(ReplicaError) in
        try replica.resolveConflict(of: network.key, taking: side, localID: .random(at: .now))
      }
      try session.answer(JSONText(resolution), orSay: [resolution.line])
    }

    private func ask(_ session: Session, about conflict: Conflict) throws -> ConflictSide {
      guard session.mayAsk else {
        throw UserMessage.needsAnswer("which side is to stand?", flag: "--take mine, or --take theirs")
      }
      for (name, side) in [("base", conflict.baseName), ("mine", conflict.mine), ("theirs", conflict.theirs)] {
        let line: TerminalText = "\(name): \(side?.text ?? "(deleted)")"
        try StandardStream.error.write("\(line.string)\n")
      }
      try StandardStream.error.write("Take mine or theirs? ")
      guard let side = readLine().flatMap(ConflictSide.init(rawValue:)) else {
        throw UserMessage.usage(
          "that is neither side",
          why: "the answer is mine or theirs",
          next: "--take mine, or --take theirs"
        )
      }
      return side
    }
  }
}

/// The columns of `conflicts list`, by the keys of the contract.
private let conflictColumns: [Listing.Column] = [
  .init("edit", header: "EDIT", alignment: .trailing, isIdentifier: true),
  .init("id", header: "ID", visibility: .wide),
  .init("local_id", visibility: .hidden),
  .init("kind", header: "KIND"),
  .init("base_name", header: "BASE", isFlexible: true),
  .init("mine", header: "MINE", isFlexible: true),
  .init("theirs", header: "THEIRS", isFlexible: true),
  .init("mine_at", header: "MINE AT"),
  .init("theirs_at", header: "THEIRS AT"),
]

extension Session {
  fileprivate func conflict(of network: Network, in replica: Replica) throws(UserMessage) -> Conflict {
    try step { () throws(ReplicaError) in
      let edits = Set(try replica.operations(of: network.key).map(\.edit))
      guard let conflict = try replica.conflicts().first(where: { edits.contains($0.edit) }) else { throw .noConflict }
      return conflict
    }
  }
}

extension Conflict {
  fileprivate func cells(now: Timestamp) -> Listing.Row {
    let seenAt = theirsAt.flatMap { Timestamp($0) }
    return [
      .init(.integer(edit.rawValue)),
      .init(JSONText(id?.text)),
      .init(JSONText(localID?.text)),
      .init(.string(kind.rawValue)),
      .init(JSONText(baseName?.text)),
      .init(JSONText(mine?.text)),
      .init(JSONText(theirs?.text)),
      .init(.string(mineAt.rfc3339), text: RelativeTime.text(of: mineAt.microseconds, now: now.microseconds)),
      .init(JSONText(theirsAt), text: seenAt.map { RelativeTime.text(of: $0.microseconds, now: now.microseconds) }),
    ]
  }
}

extension Resolution {
  fileprivate var line: TerminalText {
    switch self {
    case .mineQueued(let edit):
      "Yours stands: edit \(edit.description) waits to be sent."
    case .mineAnew(let edit, let localID):
      "Yours stands: the network is made anew, with a new id and without its interfaces (edit \(edit.description), \(localID.text))."
    case .theirsStands(let edit):
      "Theirs stands: edit \(edit.description) is dropped."
    }
  }
}

extension JSONText {
  fileprivate init(_ resolution: Resolution) {
    switch resolution {
    case .mineQueued(let edit):
      self = ["edit": .integer(edit.rawValue), "taken": "mine", "local_id": nil]
    case .mineAnew(let edit, let localID):
      self = ["edit": .integer(edit.rawValue), "taken": "mine", "local_id": .string(localID.text)]
    case .theirsStands(let edit):
      self = ["edit": .integer(edit.rawValue), "taken": "theirs", "local_id": nil]
    }
  }
}
