import NetsyncModel
import NetsyncReconcile

/// Every event that can happen to a lane, with everything that an event can depend on.
enum LaneEvent: Hashable, Sendable {
  case edit(Intent)
  case rename(Int)
  case discard(Int)
  case retry(Int)
  case resolve(ConflictSide)
  case hold(Bool)
  case undo(JournalChange.Kind, before: NetworkName?, after: NetworkName?)
  case adopt(NetworkID, isTaken: Bool)
  case read(RemoteSight, ConflictPolicy, contests: Int)
  case listed(NetworkDocument, ConflictPolicy, asked: Int64)
  case arm
  case answered(PushAnswer, isHeldBy: Holder)
  case lookedFor(CreateLook, isLate: Bool)
  case recover
  case suspect

  /// Who has the answered id already.
  enum Holder: Hashable, Sendable {
    case nobody
    /// A network that a listing showed before the answer, with an edit of its own or without.
    case listed(hasEdit: Bool)
    /// A network that was made here.
    case madeHere
  }
}

/// The names, documents, answers and times of a walk over lanes: few, and of each kind at least one.
struct LaneSpace: Sendable {
  static let (a, b, theirs) = (NetworkName("a"), NetworkName("b"), NetworkName("theirs"))
  static let network = NetworkKey(rawValue: 1)
  static let arming = Arming(notBefore: .at(0), known: [])
  static let now = Timestamp.at(30)
  /// When every settle time is over.
  static let late = Timestamp.at(3_000)

  let base: NetworkDocument
  let documents: [NetworkDocument]
  let twins: [NetworkDocument]
  let events: [LaneEvent]

  init() throws {
    base = try .sample(name: "a")
    documents = [
      base, try .sample(name: "a", updatedAt: .at(20)), try .sample(name: "theirs", updatedAt: .at(60)),
      try .sample(name: "b", updatedAt: .at(10)),
    ]
    twins = [
      try .sample(1, name: "b", createdAt: .at(10), updatedAt: .at(10)),
      try .sample(2, name: "b", createdAt: .at(11), updatedAt: .at(11)),
    ]
    events = Self.events(documents, twins)
  }

  private static func events(_ documents: [NetworkDocument], _ twins: [NetworkDocument]) -> [LaneEvent] {
    var events: [LaneEvent] = [.arm, .recover, .suspect, .hold(true), .hold(false)]
    events += [.resolve(.mine), .resolve(.theirs)]
    events += [.edit(.rename(to: a)), .edit(.rename(to: b)), .edit(.delete)]
    for slot in 1...3 { events += [.rename(slot), .discard(slot), .retry(slot)] }
    for id in twins.map(\.id) { for isTaken in [false, true] { events.append(.adopt(id, isTaken: isTaken)) } }
    let changes: [(JournalChange.Kind, NetworkName?, NetworkName?)] = [
      (.created, nil, b), (.renamed, a, b), (.deleted, a, nil), (.yielded, b, theirs), (.discarded, nil, a),
    ]
    for (kind, before, after) in changes { events.append(.undo(kind, before: before, after: after)) }
    for policy in ConflictPolicy.allCases {
      for contests in [0, Limits.contests] {
        for sight in documents.map(RemoteSight.read) + [.gone] {
          events.append(.read(sight, policy, contests: contests))
        }
      }
      for document in documents {
        for asked in [0, 1] as [Int64] { events.append(.listed(document, policy, asked: asked)) }
      }
    }
    for answer in answers(documents) {
      events.append(.answered(answer, isHeldBy: .nobody))
    }
    for holder: LaneEvent.Holder in [.listed(hasEdit: false), .listed(hasEdit: true), .madeHere] {
      events.append(.answered(.success(twins[0]), isHeldBy: holder))
    }
    for found in [[], [twins[0]], twins] {
      for contradiction in [nil, "twice"] {
        for everywhere in [nil, CreateSight([])] {
          let look = CreateLook(named: CreateSight(found, contradiction: contradiction), everywhere: everywhere)
          events += [true, false].map { .lookedFor(look, isLate: $0) }
        }
      }
    }
    return events
  }

  /// Every class of answer: as it was sent, as it was before, gone, and each failure.
  private static func answers(_ documents: [NetworkDocument]) -> [PushAnswer] {
    let words = APIErrorDetail(status: 422, code: "10015", title: "Bad")
    let failures: [APIFailure] = [
      .noAnswer(reason: "timeout"), .gone(words), .refused(words), .credentials(words), .slowDown(wait: nil, words),
      .serverFault(words), .unreachable(ConnectionFailure(.refused, host: "api")),
      .notUnderstood(.foreign(status: 404)),
    ]
    return documents.map { .success($0) } + [.success(nil)] + failures.map { .failure($0) }
  }

  /// Where every walk begins: a network that is made here, one that is known, and one that we have just written to.
  func starts() -> [Lane] {
    let written = Lane.Acknowledgement(at: Self.now, number: 1)
    return [
      Lane.creating(Self.b, Self.network, localID: .sample, as: EditNumber(rawValue: 1), at: Self.now).lane,
      Lane(network: Self.network, base: base),
      Lane(network: Self.network, base: base, acknowledgement: written),
    ]
  }
}

extension Lane {
  /// The same lane as far as any rule goes: edits numbered by their slots, tries uncounted, times that only move forward as one.
  var normal: Lane {
    Lane(
      network: network,
      localID: localID,
      base: base,
      departure: departure,
      acknowledgement: acknowledgement,
      operations: [(1, flying), (2, queued), (3, refused)].compactMap { number, operation in
        operation.map { $0.normal(EditNumber(rawValue: number)) }
      },
      verdict: verdict.map { _ in Evidence() }
    )
  }
}

extension OutboxOperation {
  fileprivate func normal(_ number: EditNumber) -> OutboxOperation {
    let state: OperationState =
      switch state {
      case .waiting: .waiting(notBefore: nil)
      case .inDoubt(let doubt):
        .inDoubt(
          Doubt(
            arming: doubt.arming,
            looks: min(doubt.looks, looksBeforeSendingAgain),
            firstLook: doubt.firstLook.map { _ in LaneSpace.now },
            nextLook: LaneSpace.now,
            candidates: doubt.isUndecided ? doubt.candidates : nil
          )
        )
      case .sending, .conflict, .held, .refused: self.state
      }
    return OutboxOperation(
      edit: number,
      network: LaneSpace.network,
      intent: intent,
      base: base,
      sentName: sentName,
      editedAt: LaneSpace.now,
      state: state
    )
  }
}
