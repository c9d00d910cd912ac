import NetsyncModel
import NetsyncReconcile
import Testing

/// What somebody is told of: what has come about, once.
@Suite struct NoticesTests {
  private static let table: [(before: NoticeState, after: NoticeState, told: [Notice])] = [
    (NoticeState(), NoticeState(), []),
    (NoticeState(undecided: edits(1)), NoticeState(undecided: edits(1, 2)), [.conflict(edits(2))]),
    (NoticeState(undecided: edits(1)), NoticeState(undecided: edits(2)), [.conflict(edits(2))]),
    (NoticeState(undecided: edits(1)), NoticeState(), []),
    (NoticeState(undecided: edits(1)), NoticeState(refused: edits(1)), [.refused(edits(1))]),
    (NoticeState(), NoticeState(held: edits(1, 2)), [.held(edits(1, 2), networks: 0)]),
    (NoticeState(held: edits(1)), NoticeState(held: edits(1)), []),
    (NoticeState(heldNetworks: 3), NoticeState(heldNetworks: 3), []),
    (NoticeState(heldNetworks: 3), NoticeState(heldNetworks: 5), [.held([], networks: 5)]),
    (NoticeState(heldNetworks: 5), NoticeState(heldNetworks: 3), []),
    (NoticeState(heldNetworks: 5), NoticeState(held: edits(1), heldNetworks: 3), [.held(edits(1), networks: 0)]),
    (NoticeState(), NoticeState(refused: edits(1, 2)), [.refused(edits(1, 2))]),
    (NoticeState(refused: edits(1)), NoticeState(), []),
    (NoticeState(), NoticeState(isAlarming: true), [.alarm]),
    (NoticeState(isAlarming: true), NoticeState(isAlarming: true), []),
    (NoticeState(isAlarming: true), NoticeState(), [.recovered]),
    (
      NoticeState(isAlarming: true),
      NoticeState(undecided: edits(1), held: edits(2), heldNetworks: 1, refused: edits(3)),
      [.conflict(edits(1)), .held(edits(2), networks: 1), .refused(edits(3)), .recovered]
    ),
  ]

  @Test func `what has come about is told, what was so already is not, and what is over is not but for an alarm`() {
    for row in Self.table {
      #expect(notices(from: row.before, to: row.after) == row.told, "\(row.before) -> \(row.after)")
    }
  }
}

private func edits(_ numbers: Int64...) -> Set<EditNumber> { Set(numbers.map(EditNumber.init(rawValue:))) }
