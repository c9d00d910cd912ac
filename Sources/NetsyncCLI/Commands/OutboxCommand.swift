import ArgumentParser
import Netsync
import NetsyncReplica

/// `netsync outbox`: the queue as a workbench; nothing leaves it unsaid.
struct OutboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outbox",
    abstract: "Look at and work on the edits that the API has not settled.",
    subcommands: [List.self, Show.self, Edit.self, Retry.self, Discard.self, Adopt.self]
  )

  struct List: NetsyncVerb {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the open edits.")
    static let answersWithRows = true

    @Option(help: ArgumentHelp("Only this state.", valueName: "s"))
    var state: Choice<OperationState.Word>?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let (operations, clock) = try session.step { () throws(ReplicaError) in
        (try replica.operations(), try replica.meta().clock)
      }
      let shown = operations.filter { state == nil || $0.state.word == state?.value }
      try await session.list(outboxColumns, shown.map { $0.cells(clock: clock) })
      if shown.isEmpty { session.note("The outbox is empty.") }
      if state?.value == .refused { try session.show(Refusals.grouped(shown)) }
    }
  }

  struct Show: NetsyncVerb {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one edit.")
    static let answersWithRows = true
    @OptionGroup var edit: EditArgument
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let (operation, clock) = try session.step { () throws(ReplicaError) in
        guard let operation = try replica.operation(edit.number) else { throw .noEdit(edit.number) }
        return (operation, try replica.meta().clock)
      }
      var candidates: [NetworkID] = []
      if case .inDoubt(let doubt) = operation.state { candidates = doubt.candidates }
      let next: [TerminalText] = [
        "candidates: \(candidates.map(\.text).joined(separator: ", "))",
        "next: 'netsync outbox adopt \(operation.edit.description) ID', or 'outbox retry' if none of them is it",
      ]
      try await session.show(
        outboxColumns,
        operation.cells(clock: clock),
        and: [.init("candidates", .array(candidates.map { .string($0.text) }))],
        saying: candidates.isEmpty ? [] : next
      )
    }
  }

  struct Edit: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "edit",
      abstract: "Give an edit another name; a refused one waits again."
    )
    @OptionGroup var edit: EditArgument
    @Argument var name: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let name = try checkedName(name)
      let operation = try session.step { () throws(ReplicaError) in try replica.operation(edit.number) }
      guard operation?.intent != .delete else { throw UserMessage.hasNoName(edit.number) }
      let receipt = try session.step { () throws(ReplicaError) in try replica.rename(edit.number, to: name) }
      try session.say(receipt, in: replica)
    }
  }

  struct Retry: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "retry",
      abstract: "Make an edit due now; one in doubt is sent again, because none of the candidates is it."
    )
    @OptionGroup var edit: EditArgument
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let waiting = try session.step { () throws(ReplicaError) in try replica.retry(edit.number) }
      guard let waiting else {
        return try session.answer(
          ["edit": .integer(edit.number.rawValue), "state": "superseded"],
          orSay: ["Edit \(edit.number.description) is done with: what was queued behind it took it back."]
        )
      }
      let number = waiting.edit.description
      let aside = waiting.edit == edit.number ? "" : ", in place of edit \(edit.number.description)"
      try session.answer(
        ["edit": .integer(waiting.edit.rawValue), "state": .string(waiting.state.word.rawValue)],
        orSay: ["Edit \(number) waits to be sent: \(waiting.sentence)\(aside)."]
      )
    }
  }

  struct Discard: NetsyncVerb {
    static let configuration = CommandConfiguration(commandName: "discard", abstract: "Take an edit back.")
    @OptionGroup var edit: EditArgument
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let operation = try session.step { () throws(ReplicaError) in try replica.discard(edit.number) }
      try session.answer(
        ["edit": .integer(edit.number.rawValue), "state": "discarded"],
        orSay: ["Discarded edit \(edit.number.description): \(operation.sentence)."]
      )
    }
  }

  struct Adopt: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "adopt",
      abstract: "Say which network an unanswered create became."
    )
    @OptionGroup var edit: EditArgument
    @Argument var id: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      guard let id = NetworkID(id) else {
        throw UserMessage.usage(
          "\(id) is no network id",
          why: "ids are UUIDs",
          next: "netsync outbox show \(edit.number.description)"
        )
      }
      try session.step { () throws(ReplicaError) in try replica.adopt(edit.number, id) }
      try session.answer(
        ["edit": .integer(edit.number.rawValue), "state": "adopted", "id": .string(id.text)],
        orSay: ["Edit \(edit.number.description) became network \(id.text); the next pull brings its content."]
      )
    }
  }
}

/// The number of an edit on the command line.
struct EditArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("The number that 'Queued edit N' printed.", valueName: "n"))
  var edit: Int64

  var number: EditNumber { EditNumber(rawValue: edit) }
}

/// The columns of `outbox list`, by the keys of the contract.
let outboxColumns: [Listing.Column] = [
  .init("edit", header: "EDIT", alignment: .trailing, isIdentifier: true),
  .init("action", header: "ACTION"),
  .init("id", header: "ID", visibility: .wide),
  .init("local_id", visibility: .wide),
  .init("name", header: "NAME", isFlexible: true),
  .init("base_name", header: "BASE", isFlexible: true),
  .init("base_updated_at", header: "BASE UPDATED", visibility: .wide),
  .init("edited_at", header: "EDITED"),
  .init("state", header: "STATE"),
  .init("attempts", header: "TRIES", alignment: .trailing),
  .init("next_attempt_at", header: "NEXT", visibility: .wide),
  .init("error", header: "ERROR", isFlexible: true),
]

extension OutboxOperation {
  /// - Parameter clock: tells when a look that is due on the server's clock is due here.
  func cells(clock: ServerClock) -> Listing.Row {
    let next: Timestamp? =
      switch state {
      case .waiting(let notBefore): notBefore
      case .inDoubt(let doubt): clock.hostTime(doubt.nextLook)
      case .sending, .conflict, .held, .refused: nil
      }
    let age = RelativeTime.text(of: editedAt.microseconds, now: Timestamp.now.microseconds)
    return [
      .init(.integer(edit.rawValue)),
      .init(.string(intent.action.rawValue)),
      .init(JSONText(id?.text)),
      .init(JSONText(localID?.text)),
      .init(JSONText(intent.name?.text)),
      .init(JSONText(base?.name?.text)),
      .init(JSONText(base?.updatedAt?.raw)),
      .init(.string(editedAt.rfc3339), text: age),
      .init(.string(state.word.rawValue)),
      .init(JSONText(attempts)),
      .init(JSONText(next?.rfc3339)),
      .init(failure.map { JSONText($0) } ?? .null, text: failure?.title ?? failure?.code),
    ]
  }
}

extension JSONText {
  /// One object of `outbox list`.
  init(_ operation: OutboxOperation, clock: ServerClock) {
    self = .object(operation.members(clock: clock))
  }
}

extension OutboxOperation {
  /// The members of its object.
  func members(clock: ServerClock) -> [JSONText.Member] {
    zip(outboxColumns, cells(clock: clock)).map { .init($0.key, $1.value) }
  }
}
