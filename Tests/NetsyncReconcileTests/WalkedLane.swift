import NetsyncModel
import NetsyncReconcile

/// The shipped lane on its way through a walk, and beside it what its user wants.
struct WalkedLane: Hashable, Sendable {
  /// When every edit is made, and when every decision is.
  static let now = Timestamp.at(30)
  static let clock = ServerClock(offset: .zero, uncertainty: .milliseconds(500))
  static let arming = Arming(notBefore: .at(0), known: [])

  private(set) var lane: Lane
  /// What the last edit that was taken wants of the server: a name, or nil for no network. Theirs once an edit has yielded.
  private(set) var wish: NetworkName?
  private var edits: Int64 = 0

  /// - Parameter base: nil for a network that its first edit makes.
  init(base: NetworkDocument?) {
    lane = Lane(network: NetworkKey(rawValue: 1), base: base)
    wish = base?.name
  }

  var base: NetworkDocument? { lane.base }
  var isGone: Bool { lane.departure != nil }
  var flying: OutboxOperation? { lane.flying }
  var queued: OutboxOperation? { lane.queued }
  var refused: OutboxOperation? { lane.refused }
  var isInDoubt: Bool { lane.flying?.state.word == .inDoubt }
  var conflict: ConflictKind? { if case .conflict(let kind)? = lane.queued?.state { kind } else { nil } }

  /// An edit by its user; one of a network that is gone is not taken.
  mutating func edit(_ intent: Intent) {
    guard !isGone else { return }
    edits += 1
    let number = EditNumber(rawValue: edits)
    if case .create(let name) = intent {
      lane = Lane.creating(name, lane.network, localID: .sample, as: number, at: Self.now).lane
      wish = name
      return
    }
    let isDeletedThere = conflict == .deletedThere
    guard let step = try? lane.edit(intent, as: number, at: Self.now) else { return }
    if case .takenBack = step.told, isDeletedThere { wish = nil } else { wish = intent.name }
  }

  /// The look before a rename or a delete is sent.
  mutating func look(_ sight: RemoteSight, under policy: ConflictPolicy, contests: Int) {
    guard lane.queued != nil else { return }
    let context = SightContext(policy: policy, clock: Self.clock)
    let outcome = lane.read(sight, context, contests: contests, Evidence()).told
    if outcome.edit == .yields { wish = lane.base?.name }
  }

  mutating func send() {
    guard let operation = lane.queued else { return }
    _ = lane.arm(operation, operation.intent.action == .create ? Self.arming : nil)
  }

  mutating func settle(_ answer: PushAnswer) {
    guard let sent = lane.flying else { return }
    let moment = Moment(host: Self.now, server: Self.now)
    _ = try? lane.answered(answer, to: sent.edit, holder: nil, Patience(failures: 1, chance: 0), at: moment, Evidence())
  }

  /// The process died while it was on its way.
  mutating func recover() {
    _ = lane.recover()
  }

  /// Whether another edit would change nothing.
  func isNothingNew(_ intent: Intent) -> Bool {
    var again = lane
    let receipt = try? again.edit(intent, as: EditNumber(rawValue: edits + 1), at: Self.now).told
    return receipt == .nothingToDo
  }

  /// What is kept of it, without when what was tried, and how often.
  var kept: Kept { Kept(self) }

  struct Kept: Hashable {
    struct Edit: Hashable {
      var intent: Intent
      var base: EditBase?
      var sentName: NetworkName?
      var state: OperationState.Word

      init(_ operation: OutboxOperation) {
        intent = operation.intent
        base = operation.base
        sentName = operation.sentName
        state = operation.state.word
      }
    }

    var base: NetworkDocument?
    var isGone: Bool
    var edits: [Edit]
    var conflict: ConflictKind?
    var wish: NetworkName?

    fileprivate init(_ walked: WalkedLane) {
      base = walked.base
      isGone = walked.isGone
      edits = walked.lane.operations.map(Edit.init)
      conflict = walked.conflict
      wish = walked.wish
    }
  }
}

extension LocalID {
  static let sample = LocalID(at: .at(0), random: (high: 0, low: 1))
}
