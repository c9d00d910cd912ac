import ArgumentParser
import Netsync
import NetsyncReconcile
import NetsyncReplica

/// `netsync networks`: local reads, queued edits.
struct NetworksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "networks",
    abstract: "List and edit networks, with or without a network to Telnyx.",
    subcommands: [List.self, Show.self, Create.self, Rename.self, Delete.self]
  )

  struct List: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List networks as they are here, local edits included."
    )
    static let answersWithRows = true

    @Option(help: ArgumentHelp("Only names that hold this, letters' case ignored.", valueName: "text"))
    var name: String?
    @Option(help: ArgumentHelp("Only this state.", valueName: "s"))
    var state: Choice<NetworkState>?
    @Flag(help: "Also networks whose deletion waits.")
    var all = false
    @Option(help: ArgumentHelp("Sort by this column.", valueName: "column"))
    var sort = Choice(NetworkFilter.Order.name)
    @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
    var limit: Int?
    @Option(help: ArgumentHelp("Exit 5 if the last complete pull is older.", valueName: "d"))
    var maxAge: DurationArgument?
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      if let limit, limit < 1 { throw ValidationError("--limit takes a whole number from 1 on") }
    }

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      var filter = NetworkFilter()
      filter.name = name
      filter.state = state?.value
      filter.includesDeleting = all
      filter.order = sort.value
      filter.limit = limit
      let completeAsOf = try session.step { () throws(ReplicaError) in try replica.completeAsOf() }
      let now = Timestamp.now
      try session.checkAge(completeAsOf, maxAge: maxAge?.duration, now: now)
      var isEmpty = true
      try await session.list(networkColumns) { write in
        try session.eachNetwork(of: replica, filter) { piece in
          try write(piece.map { $0.cells(now: now) })
          isEmpty = false
        }
      }
      if isEmpty { session.note("No networks.") }
    }
  }

  struct Show: NetsyncVerb {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one network and its edits.")
    static let answersWithRows = true

    @Argument(help: ArgumentHelp("Id, local id, id prefix or exact name.", valueName: "net"), completion: .networks)
    var network: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let network = try session.find(network, in: replica)
      let (edits, clock) = try session.step { () throws(ReplicaError) in
        (try replica.operations(of: network.key), try replica.meta().clock)
      }
      try await session.show(
        networkColumns,
        network.cells(now: .now),
        and: [.init("edits", .array(edits.map { JSONText($0, clock: clock) }))],
        saying: edits.map { "edit \($0.edit.description): \($0.sentence), \($0.state.word.rawValue)" }
      )
    }
  }

  struct Create: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "create",
      abstract: "Queue new networks; they are listed at once."
    )

    @Argument(help: ArgumentHelp("One or more; 'import' takes a whole table.", valueName: "name"))
    var names: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      // All are looked at before the first is made.
      let names = try names.map(checkedName)
      let replica = try session.open(.makeIfMissing)
      for name in names {
        let receipt = try session.step { () throws(ReplicaError) in
          try replica.create(name, localID: .random(at: .now))
        }
        try session.say(receipt, in: replica)
      }
    }
  }

  struct Rename: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "rename",
      abstract: "Queue a rename; it is visible at once."
    )

    @Argument(help: ArgumentHelp("Id, local id, id prefix or exact name.", valueName: "net"), completion: .networks)
    var network: String
    @Argument var name: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let name = try checkedName(name)
      let replica = try session.open()
      let network = try session.find(network, in: replica)
      let receipt = try session.step { () throws(ReplicaError) in
        try replica.edit(network.key, .rename(to: name))
      }
      try session.say(receipt, in: replica)
    }
  }

  struct Delete: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "delete",
      abstract: "Queue deletions; 'outbox discard' takes one back until it is pushed."
    )

    @Argument(
      help: ArgumentHelp("Ids, local ids, id prefixes or exact names.", valueName: "net"),
      completion: .networks
    )
    var networks: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      // All are found before the first is deleted: a typing error deletes nothing. One that is named twice is deleted once.
      var keys: Set<NetworkKey> = []
      let found = try networks.map { try session.find($0, in: replica) }
      for network in found where keys.insert(network.key).inserted {
        let receipt = try session.step { () throws(ReplicaError) in try replica.edit(network.key, .delete) }
        try session.say(receipt, in: replica)
      }
    }
  }
}

func checkedName(_ text: String) throws(UserMessage) -> NetworkName {
  do { return try NetworkName(edited: text) } catch { throw .badName(error) }
}

/// The columns of `networks list`, by the keys of the contract.
let networkColumns: [Listing.Column] = [
  .init("name", header: "NAME", isFlexible: true),
  .init("id", header: "ID", visibility: .wide, isIdentifier: true, standIn: "local_id"),
  .init("local_id", visibility: .hidden, isInTSV: false, isIdentifier: true),
  .init("interfaces", header: "INTERFACES", alignment: .trailing),
  .init("state", header: "STATE"),
  .init("updated_at", header: "UPDATED"),
  .init("created_at", header: "CREATED", visibility: .wide, isInTSV: false),
  .init("record_type", header: "TYPE", visibility: .hidden, isInTSV: false),
  .init("as_of", header: "AS OF", visibility: .wide, isInTSV: false),
]

extension Network {
  func cells(now: Timestamp) -> Listing.Row {
    let tone: Style.Tone =
      switch state {
      case .synced: .dim
      case .waiting, .sending, .deleting: .plain
      case .inDoubt, .held: .yellow
      case .conflict, .refused: .red
      }
    return [
      .init(JSONText(name?.text)),
      .init(JSONText(id?.text)),
      .init(JSONText(localID?.text)),
      .init(JSONText(interfaces)),
      .init(.string(state.rawValue), tone: tone),
      .init(JSONText(updatedAt), text: relative(updatedAt.flatMap { Timestamp($0) }, now)),
      .init(JSONText(createdAt)),
      .init(JSONText(recordType)),
      .init(JSONText(asOf?.rfc3339), text: relative(asOf, now)),
    ]
  }
}

private func relative(_ time: Timestamp?, _ now: Timestamp) -> String? {
  time.map { RelativeTime.text(of: $0.microseconds, now: now.microseconds) }
}

extension Session {
  /// Reads a list of networks piece by piece: of a long one only the keys are held.
  func eachNetwork(of replica: Replica, _ filter: NetworkFilter, _ take: ([Network]) throws -> Void) throws {
    let pieceSize = 1_000
    var rest = try step { () throws(ReplicaError) in try replica.networkKeys(filter) }[...]
    while !rest.isEmpty {
      try take(try step { () throws(ReplicaError) in try replica.networks(rest.prefix(pieceSize)) })
      rest = rest.dropFirst(pieceSize)
    }
  }

  /// Says where an edit went. Only called after its commit: who reads the line may rely on it.
  ///
  /// - Parameter undone: the change that it reverses.
  func say(_ receipt: EditReceipt, undoing undone: ChangeNumber? = nil, in replica: Replica) throws {
    let undoes: [JSONText.Member] = undone.map { [.init("undoes", .integer($0.rawValue))] } ?? []
    let undoing = undone.map { "undoes change \($0)" }
    switch receipt {
    case .queued(let edit, _, let replaced):
      // It is committed: what cannot be read of it now is no failure of the edit.
      let read = try? step { () throws(ReplicaError) in (try replica.operation(edit), try replica.meta().clock) }
      let asides = [replaced.map { "in place of edit \($0)" }, undoing].compactMap { $0 }
      let aside = asides.isEmpty ? "" : " (\(asides.joined(separator: ", ")))"
      let sentence =
        read.map { ": \($0.0?.sentence ?? "already on its way")" } ?? ": it is saved, and could not be read back"
      let members = read.flatMap { $0.0?.members(clock: $0.1) } ?? [.init("edit", .integer(edit.rawValue))]
      try answer(
        .object(members + undoes),
        orSay: ["Queued edit \(edit.description)\(sentence)\(aside)."]
      )
    case .takenBack(let edit):
      try answer(
        .object([.init("edit", .integer(edit.rawValue)), .init("state", "discarded")] + undoes),
        orSay: [
          "Edit \(edit.description) is taken back; nothing is left to send\(undoing.map { " (\($0))" } ?? "")."
        ]
      )
    case .nothingToDo:
      try answer(["edit": nil, "state": "unchanged"], orSay: ["Nothing to do: it is so already."])
    }
  }
}
