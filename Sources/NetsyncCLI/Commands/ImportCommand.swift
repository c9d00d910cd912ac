import ArgumentParser
import FoundationEssentials
import Netsync
import NetsyncReconcile
import NetsyncReplica

/// `netsync import`: a table of edits, all of it or nothing.
struct ImportCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Queue the edits of a CSV file: every row, or none.",
    discussion: """
      The first row names the columns: name, and id or local_id, and action (create, rename, delete); those that 'export' writes \
      besides are passed over. Without an action a row with an id renames that network, and a row with a name alone makes a network \
      where none has the name. Every row is checked before the first is queued, and each fault is told with its row and column. What \
      'export' wrote changes nothing.
      """
  )

  /// Faults that are told one by one.
  private static let mostFaults = 100

  @Argument(help: ArgumentHelp("A CSV file in UTF-8, or '-' for stdin.", valueName: "file"), completion: .file())
  var file: String
  @Flag(name: [.customShort("n"), .long], help: "Check every row, and queue nothing.")
  var dryRun = false
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let session = try Session(global)
    let source = InputFile.label(file)
    let rows: [ImportRow]
    do { rows = try EditTable.read(try InputFile.read(file)) } catch let fault as EditTable.Fault {
      throw UserMessage(fault, in: source)
    }
    let replica = dryRun ? try session.trial() : try session.open(.makeIfMissing)
    defer { if dryRun { replica.endTrial() } }
    let report = try session.step { () throws(ReplicaError) in
      try replica.queue(rows) { .random(at: .now) }
    }
    guard report.faults.isEmpty else {
      if !global.saysJSON { report.faults.prefix(Self.mostFaults).forEach { session.note("\(source), \($0.words)") } }
      throw UserMessage(report.faults, in: source)
    }
    try session.answer(
      [
        "schema": "netsync.import/1", "rows": JSONText(rows.count), "created": JSONText(report.created),
        "renamed": JSONText(report.renamed), "deleted": JSONText(report.deleted),
        "taken_back": JSONText(report.takenBack), "unchanged": JSONText(report.unchanged),
        "edits": .array(report.edits.map { .integer($0.rawValue) }), "dry_run": .bool(dryRun),
      ],
      orSay: [report.sentence(isDryRun: dryRun)]
    )
  }
}

extension ImportReport {
  /// `Queued edits 4 to 9: 3 new, 2 renamed, 1 deleted; 40 rows change nothing.`
  fileprivate func sentence(isDryRun: Bool) -> TerminalText {
    let parts = [(created, "new"), (renamed, "renamed"), (deleted, "deleted"), (takenBack, "taken back")]
    let done = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let rest = unchanged > 0 ? "\(counted(unchanged, "row")) \(unchanged == 1 ? "changes" : "change") nothing" : ""
    guard let first = edits.first, let last = edits.last else {
      let nothing = isDryRun ? "Would queue nothing" : "Queued nothing"
      return "\([done.isEmpty ? nothing : "\(nothing): \(done)", rest].filter { !$0.isEmpty }.joined(separator: "; "))."
    }
    let numbers = first == last ? "edit \(first)" : "edits \(first) to \(last)"
    let queued = isDryRun ? "Would queue \(counted(edits.count, "edit"))" : "Queued \(numbers)"
    return "\(queued): \(done)\(rest.isEmpty ? "" : "; \(rest)")."
  }
}

extension ImportReport.Fault {
  fileprivate var words: TerminalText { "row \(String(row)), column \(column.rawValue): \(reason)" }

  fileprivate var reason: String {
    switch fault {
    case .missing:
      switch column {
      case .name: "a name is missing"
      default: "nothing says which network; give its id or local_id"
      }
    case .badName(.blank): "the name holds nothing but white space"
    case .badName(.holdsNUL): "the name holds a NUL character"
    case .unknownAction(let action):
      "there is no action \(action); there are \(ImportRow.Action.allCases.map(\.rawValue).joined(separator: ", "))"
    case .unknownNetwork: "no network here is called that"
    case .ambiguous(let count): "\(count) networks have this name; give the id of one"
    case .idsDisagree: "it is another network's than the id"
    case .notNew: "what has an id cannot be made anew; leave the id away, or the action"
    case .deletionWaits(let edit): "its deletion waits; 'netsync outbox discard \(edit)' takes that back"
    case .twice(let row): "row \(row) is about the same network"
    }
  }
}

extension UserMessage {
  private static let shownFaults = 5

  fileprivate init(_ faults: [ImportReport.Fault], in file: String) {
    let shown = faults.prefix(Self.shownFaults).map(\.words.string)
    let rest = faults.count - shown.count
    self.init(
      exit: .usage,
      code: "import_refused",
      message: "nothing was imported: \(counted(faults.count, "fault")) in \(file)",
      why: "\(shown.joined(separator: "; "))\(rest > 0 ? "; and \(rest) more" : "")",
      next: ["mend \(faults.count == 1 ? "it" : "them"); 'netsync import --dry-run' checks without queuing anything"]
    )
    more = [
      .init(
        "faults",
        .array(
          faults.map {
            ["row": JSONText($0.row), "column": .string($0.column.rawValue), "fault": .string($0.reason)]
          }
        )
      )
    ]
  }

  fileprivate init(_ fault: EditTable.Fault, in file: String) {
    let columns = EditTable.columns.joined(separator: ", ")
    let why: TerminalText =
      switch fault {
      case .csv(let fault): "row \(String(fault.row)), column \(String(fault.column)): \(fault.reason)"
      case .empty: "it is empty; its first row has to name the columns, such as id,name"
      case .unknownColumn(let name, let column):
        "row 1, column \(String(column)): there is no column \"\(name)\"; there are \(columns), and those that 'export' writes"
      case .columnTwice(let name, let column): "row 1, column \(String(column)): the column \"\(name)\" is there twice"
      case .noNameColumn: "its first row does not name the column name"
      case .fields(let count, let row, let header):
        "row \(String(row)) has \(counted(count, "field")), and the header has \(String(header))"
      }
    self.init(
      exit: .usage,
      code: "import_refused",
      message: "nothing was imported: \(file) is no table of edits",
      why: why,
      next: ["mend it; 'netsync import --dry-run' checks without queuing anything"]
    )
  }
}

extension CSVFault {
  fileprivate var reason: String {
    switch kind {
    case .notUTF8: "it is not UTF-8"
    case .strayQuote: "a quote stands in a field that does not begin with one"
    case .textAfterQuote: "something follows the quote that ends the field; a quote within is written twice"
    case .openQuote: "no quote ends the field"
    case .strayReturn: "a carriage return stands alone"
    }
  }
}
