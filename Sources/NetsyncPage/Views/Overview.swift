import Hummingbird
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// The first page: how fresh it all is, what waits, and who has to decide.
struct OverviewView: Sendable {
  let title: String
  let isOverview = true
  let token: String
  let said: String?
  /// So many pulls in a row have failed that somebody should look.
  let alarm: AlarmView?
  let isInSync: Bool
  /// Why it is not in sync.
  let waits: [String]
  let completeAsOf: Moment?
  let networks: String
  let interfaces: String
  /// nil where no removal is held, or where another account is the reason, which is no question of single networks.
  let heldRemovals: HeldView?
  let heldDeletions: HeldView?
  let conflicts: [ConflictView]
  let hiddenConflicts: String?
  let edits: [EditView]
  let hiddenEdits: String?
  let history: SyncPlot
  let regions: RegionDrawing
}

extension Page {
  /// How many conflicts, edits and sweeps the first page shows.
  private static let conflicts = 50
  private static let edits = 100
  private static let held = 200
  private static let sweeps = 60

  func overview(said: Said?) throws -> Response {
    let now = replica.now()
    let status = try replica.status()
    let conflicts = try replica.conflicts(limit: Self.conflicts)
    let operations = try replica.operations(limit: Self.edits)
    let removals = try replica.heldRemovals(limit: Self.held).flatMap { $0.reason == .otherAccount ? nil : $0 }
    return templates.page(
      "overview",
      OverviewView(
        title: "Overview",
        token: token.text,
        said: said?.words,
        alarm: status.alarm.map { AlarmView($0, now: now) },
        isInSync: status.isInSync,
        waits: status.waits,
        completeAsOf: status.completeAsOf.map { Moment($0, now: now) },
        networks: status.networks.counted("network"),
        interfaces: status.interfaces.counted("interface"),
        heldRemovals: removals.map { HeldView($0.count, $0.networks.map { NetworkRow($0, now: now) }) },
        heldDeletions: status.outbox[.held].map { HeldView($0, []) },
        conflicts: conflicts.map { ConflictView($0, now: now) },
        hiddenConflicts: hidden(status.conflicts - conflicts.count, "more conflict"),
        edits: operations.map { EditView($0, now: now) },
        hiddenEdits: hidden(status.outbox.values.reduce(0, +) - operations.count, "more edit"),
        history: SyncPlot(try replica.sweeps(limit: Self.sweeps).reversed(), now: now),
        regions: RegionDrawing(try replica.regions())
      )
    )
  }
}

/// Pulls that fail one after another.
struct AlarmView: Sendable {
  let words: String
  let since: Moment

  init(_ failing: ReplicaStatus.FailingPulls, now: Timestamp) {
    words = "\(failing.count.counted("pull")) in a row \(failing.count == 1 ? "has" : "have") failed, the first"
    since = Moment(failing.since, now: now)
  }
}

/// What a guard holds until a person says otherwise.
struct HeldView: Sendable {
  let count: Int
  let words: String
  let networks: [NetworkRow]
  let hidden: String?

  init(_ count: Int, _ networks: [NetworkRow]) {
    self.count = count
    self.networks = networks
    words = count.counted("network")
    hidden = NetsyncPage.hidden(count - networks.count, "more network")
  }
}

/// How much more there is than what is shown; nil where that is all.
private func hidden(_ count: Int, _ noun: String) -> String? {
  count > 0 ? count.counted(noun) : nil
}

extension ReplicaStatus {
  /// What keeps it from being in sync.
  fileprivate var waits: [String] {
    var waits: [String] = []
    if conflicts > 0 { waits.append("\(conflicts.counted("conflict")) \(conflicts == 1 ? "needs" : "need") you") }
    let words: [(OperationState.Word, String)] = [
      (.waiting, "to be sent"), (.sending, "on the way"), (.inDoubt, "sent and not answered"),
      (.held, "held for safety"), (.refused, "refused"),
    ]
    for (state, word) in words {
      if let count = outbox[state] { waits.append("\(count.counted("edit")) \(word)") }
    }
    switch lastSweep?.outcome {
    case nil: waits.append(lastSweep == nil ? "never pulled" : "a pull runs, or was cut short")
    case .ok: if lastSweep?.isComplete == false { waits.append("the last pull was not complete") }
    case .partial: waits.append("the last pull was cut short")
    case .held: waits.append("the last pull's removals are held: 'netsync pull' says why")
    case .offline: waits.append("the API could not be reached")
    case .error: waits.append("the last pull failed")
    }
    return waits
  }
}

/// A conflict with its two sides.
struct ConflictView: Sendable {
  let edit: String
  /// What names the network in an address.
  let reference: String?
  let base: String
  let what: String
  let mine: String
  let mineAt: Moment
  let theirs: String
  /// nil for a deletion.
  let theirsAt: Moment?
  let takeMine: String
  let takeTheirs: String

  init(_ conflict: Conflict, now: Timestamp) {
    edit = conflict.edit.description
    reference = conflict.id?.text ?? conflict.localID?.text
    base = conflict.baseName.words(or: "a network without a name")
    mine = conflict.mine.words(or: "deleted")
    mineAt = Moment(conflict.mineAt, now: now)
    theirs = conflict.kind == .deletedThere ? "deleted" : conflict.theirs.words(or: "a network without a name")
    theirsAt = conflict.theirsAt.map { Moment(server: $0, now: now) }
    switch conflict.kind {
    case .bothChanged:
      what = "Renamed here and there, to different names."
      takeMine = "Keep mine"
      takeTheirs = "Take theirs"
    case .deletedThere:
      what = "Edited here, deleted there."
      takeMine = "Make it anew"
      takeTheirs = "Let it go"
    case .deletedHere:
      what = "Deleted here, renamed there."
      takeMine = "Delete it"
      takeTheirs = "Keep theirs"
    }
  }
}

/// An edit in the outbox.
struct EditView: Sendable {
  let edit: String
  let what: String
  let state: String
  let stateWords: String
  let editedAt: Moment
  let attempts: Int
  /// What the server said last.
  let failure: String?
  let retry: String?
  let canDiscard: Bool
  let isConflict: Bool

  init(_ operation: OutboxOperation, now: Timestamp) {
    edit = operation.edit.description
    what = operation.sentence.madeVisible
    state = operation.state.word.rawValue
    stateWords = operation.state.word.rawValue.replacing("_", with: " ")
    editedAt = Moment(operation.editedAt, now: now)
    attempts = operation.attempts
    failure = operation.failure.map(\.words)
    switch operation.state {
    case .waiting: retry = operation.attempts > 0 ? "Send now" : nil
    case .held: retry = "Send all the same"
    case .refused: retry = "Try again"
    // Whether it arrived is for 'netsync outbox show' to weigh: sent again, it might be a second network.
    case .inDoubt, .sending, .conflict: retry = nil
    }
    isConflict = if case .conflict = operation.state { true } else { false }
    canDiscard = !operation.state.isInFlight && !isConflict
  }
}

extension APIErrorDetail {
  fileprivate var words: String {
    let said = [title, detail].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
    return ([status.map(String.init), said.isEmpty ? code : said].compactMap { $0 }).joined(separator: " ").madeVisible
  }
}
