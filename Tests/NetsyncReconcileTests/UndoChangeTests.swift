import NetsyncModel
import NetsyncReconcile
import Testing

/// How a change is reversed, and when it is left alone.
struct UndoChangeTests {
  private static let edit = EditNumber(rawValue: 4)
  private static let deletion = EditNumber(rawValue: 9)
  private static let undo = ChangeNumber(rawValue: 31)

  @Test(arguments: JournalChange.Side.allCases)
  func `a rename goes back, unless the name is another by now`(side: JournalChange.Side) {
    let change = change(.renamed, side, before: .a, after: .b)
    #expect(decide(change, .here(.b)) == .queue(.rename(to: .a)))
    #expect(decide(change, .here(.c)) == .refuse(.changedSince))
    #expect(decide(change, .here(.a)) == .refuse(.alreadySo))
    #expect(decide(change, .gone) == .refuse(.gone))
    #expect(decide(change, .here(.b), deletion: Self.deletion) == .refuse(.deletionWaits(Self.deletion)))
  }

  @Test func `a rename of a network that had no name has nothing to go back to`() {
    #expect(decide(change(.renamed, .remote, before: nil, after: .b), .here(.b)) == .refuse(.nothingToReverse))
  }

  @Test func `a rename that took the name away gives it back`() {
    #expect(decide(change(.renamed, .remote, before: .a, after: nil), .here(nil)) == .queue(.rename(to: .a)))
  }

  @Test func `a refused rename is taken back, for people see the former name already`() {
    let change = change(.renamed, before: .a, after: .b)
    #expect(decide(change, .here(.a), edit: .refused) == .takeBack(Self.edit))
  }

  @Test(arguments: JournalChange.Side.allCases)
  func `a network that was made is deleted, unless it was renamed since`(side: JournalChange.Side) {
    let change = change(.created, side, after: .a)
    #expect(decide(change, .here(.a)) == .queue(.delete))
    #expect(decide(change, .here(.b)) == .refuse(.changedSince))
    #expect(decide(change, .gone) == .refuse(.alreadySo))
    #expect(decide(change, .here(.a), deletion: Self.deletion) == .refuse(.deletionWaits(Self.deletion)))
  }

  @Test func `a create that was not sent is taken back, one that may have arrived is deleted`() throws {
    let change = change(.created, after: .a)
    for state in [OperationState.waiting(notBefore: .at(1)), .held, .refused] {
      #expect(decide(change, .here(.a), edit: state) == .takeBack(Self.edit))
    }
    for state in try Self.inFlight {
      #expect(decide(change, .here(.a), edit: state) == .queue(.delete))
    }
  }

  @Test func `a deletion that waits is taken back`() throws {
    let change = change(.deleted, before: .a)
    for state in [OperationState.waiting(notBefore: nil), .held, .refused] {
      #expect(decide(change, .here(.a), edit: state, deletion: Self.edit) == .takeBack(Self.edit))
    }
    for state in try Self.inFlight {
      #expect(decide(change, .here(.a), edit: state, deletion: Self.edit) == .refuse(.onItsWay(Self.edit)))
    }
  }

  @Test(arguments: JournalChange.Side.allCases)
  func `a network that was deleted is made anew, once`(side: JournalChange.Side) {
    let change = change(.deleted, side, before: .a)
    #expect(decide(change, .gone) == .makeAnew(.a))
    #expect(decide(change, .gone, undoneBy: Self.undo) == .refuse(.alreadyUndone(by: Self.undo)))
    #expect(decide(change, .here(.a)) == .refuse(.alreadySo))
    #expect(decide(change, .here(.a), deletion: Self.deletion) == .refuse(.deletionWaits(Self.deletion)))
    #expect(decide(self.change(.deleted, side), .gone) == .refuse(.nothingToReverse))
  }

  @Test(arguments: [JournalChange.Kind.yielded, .discarded, .superseded])
  func `an edit that lost is asked for again`(kind: JournalChange.Kind) {
    let mine = change(kind, before: .mine, after: .theirs)
    #expect(decide(mine, .here(.theirs)) == .queue(.rename(to: .mine)))
    #expect(decide(mine, .here(.other)) == .refuse(.changedSince))
    #expect(decide(mine, .here(.mine)) == .refuse(.alreadySo))
    #expect(decide(mine, .gone) == .makeAnew(.mine))
    let deletion = change(kind, before: nil, after: .theirs)
    #expect(decide(deletion, .here(.theirs)) == .queue(.delete))
    #expect(decide(deletion, .here(.other)) == .refuse(.changedSince))
    #expect(decide(deletion, .gone) == .refuse(.alreadySo))
    #expect(decide(deletion, .here(.theirs), deletion: Self.deletion) == .refuse(.alreadySo))
  }

  @Test func `an edit that a later one took in is asked for again, whatever the name is now`() {
    #expect(decide(change(.superseded, before: .a), .here(.b)) == .queue(.rename(to: .a)))
  }

  @Test(arguments: [JournalChange.Kind.prevailed, .resolved])
  func `where mine stood, theirs is brought back`(kind: JournalChange.Kind) {
    let rename = change(kind, before: .theirs, after: .mine)
    #expect(decide(rename, .here(.mine), edit: .waiting(notBefore: nil)) == .queue(.rename(to: .theirs)))
    #expect(decide(rename, .here(.mine)) == .queue(.rename(to: .theirs)))
    #expect(decide(rename, .here(.other)) == .refuse(.changedSince))
    let deletion = change(kind, before: .theirs)
    let waiting = OperationState.waiting(notBefore: nil)
    #expect(decide(deletion, .here(.theirs), edit: waiting, deletion: Self.edit) == .takeBack(Self.edit))
    #expect(decide(deletion, .gone) == .makeAnew(.theirs))
  }

  @Test func `a server that went back is overruled only where the name went with it`() {
    #expect(decide(change(.wentBack, .remote, before: .b, after: .a), .here(.a)) == .queue(.rename(to: .b)))
    #expect(decide(change(.wentBack, .remote, before: .a, after: .a), .here(.a)) == .refuse(.nothingToReverse))
  }

  @Test func `what no client can write is not reversed`() {
    #expect(decide(change(.changed, .remote, before: .a, after: .a), .here(.a)) == .refuse(.nothingToReverse))
  }

  @Test(arguments: [JournalChange.Kind.sent, .adopted, .satisfied, .refused, .conflict])
  func `what became of an edit is undone by its own change`(kind: JournalChange.Kind) {
    #expect(decide(change(kind, before: .b, after: .b), .here(.b)) == .refuse(.outcomeOf(Self.edit)))
  }

  @Test func `a network made elsewhere may carry the same name in other bytes, and that is another name`() {
    let change = change(.renamed, .remote, before: .a, after: NetworkName("u\u{308}"))
    #expect(decide(change, .here(NetworkName("\u{FC}"))) == .refuse(.changedSince))
  }

  @Test func `no change that came since is overwritten, whatever the change and the standing`() throws {
    var cells = 0
    for change in Self.changes {
      for standing in try Self.standings {
        cells += 1
        #expect(
          broken(by: NetsyncReconcile.undo(change, upon: standing), change, standing) == [],
          "\(change), \(standing)"
        )
      }
    }
    print("undo: \(cells) combinations")
  }

  // MARK: The walk

  private func broken(by decision: UndoDecision, _ change: JournalChange, _ standing: UndoStanding) -> [String] {
    var promises = Promises()
    let isLoser = [JournalChange.Kind.yielded, .discarded, .superseded].contains(change.kind)
    let isOutcome = [JournalChange.Kind.sent, .adopted, .satisfied, .refused, .conflict, .changed].contains(change.kind)
    var today: NetworkName??
    if case .here(let name) = standing.presence { today = .some(name) }
    switch decision {
    case .queue(.rename(let name)):
      promises.expect("the name is the one from before", name == change.before)
      promises.expect("it is another than today's", today != .some(name))
      promises.expect("nothing changed since", today == .some(change.after) || isLoser && change.after == nil)
      promises.expect("a network whose deletion waits is not edited", standing.deletion == nil)
    case .queue(.delete):
      promises.expect(
        "only what was made, or wanted gone, goes",
        change.kind == .created || isLoser && change.before == nil
      )
      promises.expect("nothing changed since", today == .some(change.after) || isLoser && change.after == nil)
      promises.expect("a network whose deletion waits is not deleted twice", standing.deletion == nil)
    case .queue(.create):
      promises.expect("a network that is there is not made", false)
    case .takeBack(let edit):
      promises.expect("the edit is the change's own", edit == change.edit)
      promises.expect("it has not been sent", standing.edit.map { !$0.isInFlight } ?? false)
    case .makeAnew(let name):
      promises.expect("the network is gone", standing.presence == .gone)
      promises.expect("the name is the one from before", name == change.before)
      promises.expect("it is made anew once", standing.undoneBy == nil)
    case .refuse(.changedSince):
      promises.expect("it has changed since", today != nil && today != .some(change.after))
    case .refuse(.gone):
      promises.expect("it is gone", standing.presence == .gone)
    case .refuse(.deletionWaits(let edit)):
      promises.expect("that deletion waits", edit == standing.deletion)
    case .refuse(.onItsWay(let edit)):
      promises.expect("that edit is on its way", edit == change.edit && standing.edit?.isInFlight == true)
    case .refuse(.conflictOpen(let edit)):
      promises.expect("that edit is in conflict", edit == change.edit && standing.edit == .conflict(.bothChanged))
    case .refuse(.alreadyUndone(let by)):
      promises.expect("that change undid it", by == standing.undoneBy)
    case .refuse(.outcomeOf(let edit)):
      promises.expect("it tells of that edit", edit == change.edit && isOutcome)
    case .refuse(.alreadySo), .refuse(.nothingToReverse):
      break
    }
    if isOutcome { promises.expect("an outcome is not reversed", decision.isRefusal) }
    if change.edit != nil, standing.edit == .conflict(.bothChanged) {
      promises.expect("a person decides first", decision.isRefusal)
    }
    return promises.broken
  }

  private static let names: [NetworkName?] = [nil, .a, .b]

  private static let changes: [JournalChange] = JournalChange.Kind.allCases.flatMap { kind in
    JournalChange.Side.allCases.flatMap { side in
      names.flatMap { before in
        names.map { after in
          JournalChange(
            number: ChangeNumber(rawValue: 17),
            at: .at(0),
            side: side,
            kind: kind,
            network: NetworkKey(rawValue: 1),
            edit: side == .local ? edit : nil,
            before: before,
            after: after
          )
        }
      }
    }
  }

  private static var standings: [UndoStanding] {
    get throws {
      let presences: [UndoStanding.Presence] = [.gone] + (names + [.c]).map { .here($0) }
      let states: [OperationState?] =
        [nil, .waiting(notBefore: nil), .conflict(.bothChanged), .held, .refused] + (try inFlight)
      return presences.flatMap { presence in
        states.flatMap { state in
          [nil, edit, deletion].flatMap { deletion in
            [nil, undo].map { UndoStanding(presence, edit: state, deletion: deletion, undoneBy: $0) }
          }
        }
      }
    }
  }

  private static var inFlight: [OperationState] {
    get throws {
      let arming = Arming(notBefore: .at(0), known: [try .sample()])
      return [.sending(nil), .sending(arming), .inDoubt(Doubt(arming: arming, nextLook: .at(0)))]
    }
  }

  // MARK: Building

  private func decide(
    _ change: JournalChange,
    _ presence: UndoStanding.Presence,
    edit: OperationState? = nil,
    deletion: EditNumber? = nil,
    undoneBy: ChangeNumber? = nil
  ) -> UndoDecision {
    NetsyncReconcile.undo(
      change,
      upon: UndoStanding(presence, edit: edit, deletion: deletion, undoneBy: undoneBy)
    )
  }

  /// A change that tells of an edit of ours, unless it is the server's.
  private func change(
    _ kind: JournalChange.Kind,
    _ side: JournalChange.Side = .local,
    before: NetworkName? = nil,
    after: NetworkName? = nil
  ) -> JournalChange {
    JournalChange(
      number: ChangeNumber(rawValue: 17),
      at: .at(0),
      side: side,
      kind: kind,
      network: NetworkKey(rawValue: 1),
      edit: side == .local ? Self.edit : nil,
      before: before,
      after: after
    )
  }
}

extension UndoDecision {
  fileprivate var isRefusal: Bool {
    if case .refuse = self { true } else { false }
  }
}

extension NetworkName {
  fileprivate static let a = NetworkName("a")
  fileprivate static let b = NetworkName("b")
  fileprivate static let c = NetworkName("c")
  fileprivate static let mine = NetworkName("mine")
  fileprivate static let theirs = NetworkName("theirs")
  fileprivate static let other = NetworkName("other")
}
