import NetsyncModel
import NetsyncReconcile
import Testing

/// What became of an edit is read from the outbox first, then from the journal's last word.
@Suite struct ReadSettlementTests {
  static let taken = APIErrorDetail(status: 422, code: "10012", title: "Duplicate", detail: "The name is taken.")
  static let candidates = [NetworkID("00000000-0000-4000-8000-000000000001")].compactMap { $0 }
  static let doubt = Doubt(arming: Arming(notBefore: .at(0), known: []), nextLook: .at(1))
  static let undecided = Doubt(arming: doubt.arming, nextLook: .at(1), candidates: candidates)

  @Test(
    arguments: [
      (.waiting(notBefore: nil), .open),
      (.waiting(notBefore: .at(5)), .open),
      (.sending(nil), .open),
      (.inDoubt(doubt), .open),
      (.inDoubt(undecided), .settled(.undecided(candidates))),
      (.conflict(.bothChanged), .settled(.conflict(.bothChanged))),
      (.conflict(.deletedThere), .settled(.conflict(.deletedThere))),
      (.held, .settled(.held)),
      (.refused, .settled(.refused(APIErrorDetail()))),
    ] as [(OperationState, EditProgress)]
  )
  func `an edit in the outbox is where its state says, whatever the journal told before`(
    state: OperationState,
    progress: EditProgress
  ) {
    let operation = OutboxOperation.sample(1, .rename(to: NetworkName("b")), state)
    for kind in JournalChange.Kind.allCases {
      #expect(NetsyncReconcile.progress(of: operation, lastTold: .told(kind)) == progress, "\(kind)")
    }
    #expect(NetsyncReconcile.progress(of: operation, lastTold: nil) == progress)
  }

  @Test func `a refused edit in the outbox is told with all of the server's words`() {
    var detail = Self.taken
    detail.pointer = "/name"
    let refused = OutboxOperation(
      edit: EditNumber(rawValue: 1),
      network: NetworkKey(rawValue: 1),
      intent: .create(NetworkName("a")),
      editedAt: .at(0),
      state: .refused,
      failure: detail
    )
    #expect(progress(of: refused, lastTold: .told(.refused)) == .settled(.refused(detail)))
  }

  @Test(
    arguments: [
      (.sent, .settled(.sent(id: candidates.first, name: NetworkName("after")))),
      (.adopted, .settled(.sent(id: candidates.first, name: NetworkName("after")))),
      (.satisfied, .settled(.sent(id: candidates.first, name: NetworkName("after")))),
      (.yielded, .settled(.yielded(to: NetworkName("after")))),
      (.refused, .settled(.refused(APIErrorDetail()))),
      (.superseded, .settled(.superseded(by: nil))),
      (.resolved, .settled(.superseded(by: nil))),
      (.discarded, .settled(.discarded)),
      // None of these can be the last of an edit that is no longer there.
      (.created, .unknown), (.renamed, .unknown), (.deleted, .unknown), (.changed, .unknown), (.wentBack, .unknown),
      (.conflict, .unknown), (.prevailed, .unknown),
    ] as [(JournalChange.Kind, EditProgress)]
  )
  func `an edit that has left the outbox is what the journal last told of it`(
    kind: JournalChange.Kind,
    progress: EditProgress
  ) {
    #expect(NetsyncReconcile.progress(of: nil, lastTold: .told(kind)) == progress)
  }

  @Test func `the evidence says which edit took its place, and what the server said`() {
    let later = EditNumber(rawValue: 9)
    let superseded = JournalChange.told(.superseded, Evidence(supersededBy: later))
    #expect(progress(of: nil, lastTold: superseded) == .settled(.superseded(by: later)))
    let refused = JournalChange.told(.refused, Evidence(request: "POST /networks", failure: Self.taken))
    #expect(progress(of: nil, lastTold: refused) == .settled(.refused(Self.taken)))
  }

  @Test func `an edit that neither tells of is unknown`() {
    #expect(progress(of: nil, lastTold: nil) == .unknown)
  }

  @Test func `what waits for a person is what is still in the outbox`() {
    let waiting: [Settlement] = [.refused(Self.taken), .conflict(.deletedHere), .undecided(Self.candidates), .held]
    let ended: [Settlement] = [
      .sent(id: nil, name: nil), .yielded(to: nil), .superseded(by: nil), .discarded, .nothingToSend,
    ]
    #expect(waiting.allSatisfy { $0.waitsForPerson })
    #expect(!ended.contains { $0.waitsForPerson })
  }
}

extension JournalChange {
  /// The last of edit 1, of a network that is known there.
  fileprivate static func told(_ kind: Kind, _ evidence: Evidence = Evidence()) -> JournalChange {
    JournalChange(
      number: ChangeNumber(rawValue: 7),
      at: .at(0),
      side: .local,
      kind: kind,
      network: NetworkKey(rawValue: 1),
      id: ReadSettlementTests.candidates.first,
      edit: EditNumber(rawValue: 1),
      before: NetworkName("before"),
      after: NetworkName("after"),
      evidence: evidence
    )
  }
}
