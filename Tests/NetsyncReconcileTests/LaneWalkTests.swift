import NetsyncModel
import NetsyncReconcile
import Testing

/// Every lane that any course of events can lead to × every event, the shipped lane itself.
struct LaneWalkTests {
  @Test func `whatever happens to a lane, no edit leaves it without a word`() async throws {
    let space = try LaneSpace()
    var walk = Walk("lane")
    var reached = Set(space.starts().map(\.normal))
    var wave = Array(reached)
    while !wave.isEmpty {
      let found = await Self.walk(wave, in: space, &walk)
      wave = found.filter { !reached.contains($0) }
      reached.formUnion(wave)
    }
    print("lane: \(reached.count) lanes, \(space.events.count) events")
    walk.conclude()
    let states = Set(reached.flatMap(\.operations).map(\.state.word))
    #expect(states == Set(OperationState.Word.allCases))
    let departures = Set(reached.compactMap(\.departure))
    #expect(departures == [.deletedHere, .deletedThere, .neverSent])
  }

  /// Has every event happen to each of these lanes.
  ///
  /// - Returns: the lanes that they become.
  private static func walk(_ lanes: [Lane], in space: LaneSpace, _ walk: inout Walk) async -> Set<Lane> {
    let parts = stride(from: 0, to: lanes.count, by: 100).map { lanes[$0..<min($0 + 100, lanes.count)] }
    return await withTaskGroup(of: (Walk, Set<Lane>).self) { group in
      for part in parts {
        group.addTask {
          var walk = Walk("lane")
          var found: Set<Lane> = []
          for lane in part {
            for event in space.events {
              if let after = LaneCell(lane: lane, event: event, space: space).check(&walk) {
                found.insert(after.normal)
              }
            }
          }
          return (walk, found)
        }
      }
      return await group.reduce(into: []) { all, part in
        walk.add(part.0)
        all.formUnion(part.1)
      }
    }
  }
}

/// One lane and one event.
private struct LaneCell {
  let lane: Lane
  let event: LaneEvent
  let space: LaneSpace

  /// - Returns: the lane afterwards; nil where the event cannot happen to it.
  func check(_ walk: inout Walk) -> Lane? {
    guard canHappen else { return nil }
    walk.enter()
    var after = lane
    let effects: [LaneEffect]
    do {
      effects = try happen(to: &after)
    } catch {
      walk.expect("what is refused changes nothing", after == lane, in: words)
      return nil
    }
    checkEdits(after, effects, &walk)
    checkStates(after, &walk)
    checkAgain(after, &walk)
    return after
  }

  /// Whether the server has ever named the network, so that it can be seen there. While a write of it is on its way nobody looks: of a
  /// network one request is on its way at a time.
  private var canHappen: Bool {
    switch event {
    case .read, .listed:
      lane.flying == nil && (lane.base != nil || lane.departure == .deletedHere || lane.departure == .deletedThere)
    default: true
    }
  }

  private var words: String { "\(event) to \(lane)" }

  /// Of a conflict that a person takes mine of, the edit goes on.
  private var isResolved: Bool { event == .resolve(.mine) }

  // MARK: Promises

  private static let endings: Set<JournalChange.Kind> = [
    .sent, .adopted, .satisfied, .superseded, .discarded, .yielded, .resolved,
  ]

  private func checkEdits(_ after: Lane, _ effects: [LaneEffect], _ walk: inout Walk) {
    let ended = Set(
      effects.compactMap { effect in
        if case .journal(let entry) = effect, Self.endings.contains(entry.kind) { entry.edit } else { nil }
      }
    )
    let left = Dictionary(after.operations.map { ($0.edit, $0) }, uniquingKeysWith: { $1 })
    for operation in lane.operations {
      let isLeft = left[operation.edit] != nil
      walk.expect(
        "an edit is in the lane, or it is told what became of it",
        isLeft || ended.contains(operation.edit),
        in: words
      )
      walk.expect("what ends is not left", !isLeft || !ended.contains(operation.edit) || isResolved, in: words)
      guard let now = left[operation.edit] else { continue }
      let (was, isNow) = (operation.state.word, now.state.word)
      // A create of a copy is taken for one that was sent, and whose process died.
      let isSuspected = event == .suspect && was == .waiting && isNow == .inDoubt
      let isEdge = was == isNow || was.next.contains(isNow) || isSuspected
      walk.expect("states move along their edges", isEdge, in: words)
    }
    let new = after.operations.filter { operation in !lane.operations.contains { $0.edit == operation.edit } }
    walk.expect("an event makes one edit at most", new.count <= 1, in: words)
    walk.expect("a new edit waits", new.allSatisfy { [.waiting, .conflict].contains($0.state.word) }, in: words)
  }

  private func checkStates(_ after: Lane, _ walk: inout Walk) {
    func expect(_ promise: String, _ holds: Bool) { walk.expect(promise, holds, in: words) }
    expect(
      "only a create is in doubt",
      after.flying.map { $0.state.word != .inDoubt || $0.intent.action == .create } ?? true
    )
    expect("a refused edit stands alone", after.refused == nil || (after.flying == nil && after.queued == nil))
    expect(
      "a network that is gone has no base, and no edit but a refused one",
      after.departure == nil || (after.base == nil && after.flying == nil && after.queued == nil)
    )
    expect(
      "only a new network has no base",
      after.base != nil || after.departure != nil || after.operations.contains { $0.intent.action == .create }
    )
    let isAgreed = after.queued?.state == .conflict(.deletedThere) && after.queued?.intent == .delete
    expect("deleted on both sides is no conflict", !isAgreed)
    if case .conflict(.deletedThere)? = after.queued?.state {
      expect("a conflict keeps what it was decided upon", after.verdict != nil)
    }
  }

  /// What is seen twice is seen once (I7); what is answered is answered.
  private func checkAgain(_ after: Lane, _ walk: inout Walk) {
    var again = after
    switch event {
    case .read, .listed:
      let effects = try? happen(to: &again)
      walk.expect("a sight that comes again changes nothing", again.normal == after.normal, in: words)
      walk.expect("and is not told again", effects?.isEmpty ?? true || isContest(effects ?? []), in: words)
    case .answered:
      let effects = try? happen(to: &again)
      walk.expect("an answer that comes again changes nothing", effects == nil && again == after, in: words)
    case .recover, .suspect, .hold:
      let effects = try? happen(to: &again)
      walk.expect("done twice is done once", again == after && effects == [], in: words)
    case .edit, .rename, .discard, .retry, .resolve, .undo, .adopt, .arm, .lookedFor: break
    }
  }

  /// Each time that an edit prevails is told.
  private func isContest(_ effects: [LaneEffect]) -> Bool {
    effects.allSatisfy { if case .journal(let entry) = $0 { entry.kind == .prevailed } else { false } }
  }

  // MARK: The event

  private func happen(to lane: inout Lane) throws(LaneRefusal) -> [LaneEffect] {
    let next = EditNumber(rawValue: 9)
    switch event {
    case .edit(let intent): return try lane.edit(intent, as: next, at: LaneSpace.now).effects
    case .rename(let slot): return try lane.rename(number(slot), to: LaneSpace.a, as: next, at: LaneSpace.now).effects
    case .discard(let slot): return try lane.discard(number(slot)).effects
    case .retry(let slot): return try lane.retry(number(slot)).effects
    case .resolve(let side): return try lane.resolve(taking: side).effects
    case .hold(let isHeld): return lane.holdDeletion(isHeld).effects
    case .undo(let kind, let before, let after):
      let change = JournalChange(
        number: ChangeNumber(rawValue: 5),
        at: LaneSpace.now,
        side: .local,
        kind: kind,
        network: LaneSpace.network,
        edit: number(2),
        before: before,
        after: after
      )
      return try lane.undo(change, undoneBy: nil, as: next, at: LaneSpace.now).effects
    case .adopt(let id, let isTaken):
      let holder = isTaken ? Lane(network: NetworkKey(rawValue: 2), base: nil) : nil
      return try lane.adopt(id, for: number(1), holder: holder, serverNow: LaneSpace.now).effects
    case .read(let sight, let policy, let contests):
      return lane.read(sight, context(policy), contests: contests, Evidence()).effects
    case .listed(let document, let policy, let asked):
      let moment = ListingMoment(asked: asked, serverNow: LaneSpace.now)
      return lane.listed(document, moment, context(policy), contests: 0, Evidence()).effects
    case .arm:
      guard let operation = lane.queued else { return [] }
      return lane.arm(operation, operation.intent.action == .create ? LaneSpace.arming : nil).effects
    case .answered(let answer, let holder):
      let moment = Moment(host: LaneSpace.now, server: LaneSpace.now)
      let patience = Patience(failures: 1, chance: 0)
      return try lane.answered(answer, to: number(1), holder: self.holder(holder), patience, at: moment, Evidence())
        .effects
    case .lookedFor(let look, let isLate):
      let now = isLate ? LaneSpace.late : LaneSpace.now
      return lane.lookedFor(number(1), look, settleTime: .seconds(90), now: now, clock: .exact, Evidence()).effects
    case .recover: return lane.recover().effects
    case .suspect: return lane.suspect(by: .unknown).effects
    }
  }

  private func number(_ slot: Int) -> EditNumber { EditNumber(rawValue: Int64(slot)) }

  private func context(_ policy: ConflictPolicy) -> SightContext {
    SightContext(policy: policy, clock: ServerClock(offset: .zero, uncertainty: .milliseconds(500)))
  }

  private func holder(_ holder: LaneEvent.Holder) -> Lane? {
    let key = NetworkKey(rawValue: 2)
    let edit = OutboxOperation.sample(7, of: 2, .rename(to: LaneSpace.a))
    return switch holder {
    case .nobody: nil
    case .listed(let hasEdit): Lane(network: key, base: space.twins[0], operations: hasEdit ? [edit] : [])
    case .madeHere: Lane(network: key, localID: .sample, base: space.twins[0])
    }
  }
}
