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
    static let configuration = CommandConfiguration(abstract: "List open conflicts.")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let conflicts = try session.step { () throws(ReplicaError) in try replica.conflicts() }
      try session.list(conflictColumns, conflicts.map(\.cells))
      if conflicts.isEmpty { session.note("No conflicts.") }
    }
  }

  struct Show: NetsyncVerb {
    static let configuration = CommandConfiguration(abstract: "Show both sides of one conflict.")
    @Argument(help: ArgumentHelp("Id, local id, id prefix or exact name.", valueName: "net"))
    var network: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let network = try session.find(network, in: replica)
      let conflict = try session.step { () throws(ReplicaError) in
        let edits = Set(try replica.operations().filter { $0.network == network.key }.map(\.edit))
        guard let conflict = try replica.conflicts().first(where: { edits.contains($0.edit) }) else {
          throw .noConflict
        }
        return conflict
      }
      let members = zip(conflictColumns, conflict.cells).map { JSONText.Member($0.key, $1.value) }
      try session.answer(
        .object(members),
        orSay: members.map { "\($0.key): \($0.value.cellText ?? "-")" } + [
          "next: netsync conflicts resolve \(network.id?.text ?? network.localID?.text ?? "NET") --take mine|theirs"
        ]
      )
    }
  }

  struct Resolve: NetsyncVerb {
    static let configuration = CommandConfiguration(abstract: "Settle a conflict.")
    @Argument(help: ArgumentHelp("Id, local id, id prefix or exact name.", valueName: "net"))
    var network: String
    @Option(help: ArgumentHelp("mine or theirs.", valueName: "side"))
    var take: Choice<ConflictSide>?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let network = try session.find(network, in: replica)
      let side = try take?.value ?? ask(session)
      let resolution = try session.step { () throws(ReplicaError) in
        try replica.resolveConflict(of: network.key, taking: side, localID: .random(at: .now))
      }
      try session.answer(JSONText(resolution), orSay: [resolution.line])
    }

    private func ask(_ session: Session) throws -> ConflictSide {
      guard session.mayAsk else {
        throw UserMessage.needsAnswer("which side is to stand?", flag: "--take mine, or --take theirs")
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

extension Conflict {
  fileprivate var cells: Listing.Row {
    [
      .init(.integer(edit.rawValue)),
      .init(JSONText(id?.text)),
      .init(JSONText(localID?.text)),
      .init(.string(kind.rawValue)),
      .init(JSONText(baseName?.text)),
      .init(JSONText(mine?.text)),
      .init(JSONText(theirs?.text)),
      .init(.string(mineAt.rfc3339)),
      .init(JSONText(theirsAt)),
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
