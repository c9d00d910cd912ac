import NetsyncModel
import NetsyncReconcile
import Testing

/// One who follows the journal is given what comes right after its cursor, or told why not.
@Suite struct FollowJournalTests {
  @Test(
    arguments: [
      (3, [4, 5], 5, .changes(2)),
      (3, [4, 5], 900, .changes(2)),
      (0, [1], 1, .changes(1)),
      (3, [4, 9], 9, .changes(1)),
      (4, [9], 9, .forgotten),
      (3, [], 5, .forgotten),
      (0, [], 5, .forgotten),
      (5, [], 5, .changes(0)),
      (0, [], 0, .changes(0)),
      (6, [], 5, .ahead),
      (1, [], 0, .ahead),
    ] as [(Int64, [Int64], Int64, JournalDelivery)]
  )
  func `what is kept is delivered up to the first gap`(
    cursor: Int64,
    kept: [Int64],
    latest: Int64,
    delivery: JournalDelivery
  ) {
    let kept = kept.map { ChangeNumber(rawValue: $0) }
    let given = deliver(kept, after: ChangeNumber(rawValue: cursor), latest: ChangeNumber(rawValue: latest))
    #expect(given == delivery)
  }

  @Test func `of every journal and from every cursor, no change is stepped over`() {
    let latest: Int64 = 6
    for kept in 0..<(1 << latest) {
      let numbers = (1...latest).filter { kept & (1 << ($0 - 1)) != 0 }
      for cursor in 0...latest {
        let after = numbers.filter { $0 > cursor }.map { ChangeNumber(rawValue: $0) }
        let delivery = deliver(
          after,
          after: ChangeNumber(rawValue: cursor),
          latest: ChangeNumber(rawValue: latest)
        )
        let next = numbers.contains(cursor + 1)
        switch delivery {
        case .changes(let count):
          #expect(count > 0 ? next : cursor == latest)
          #expect(after.prefix(count).map(\.rawValue) == (0..<Int64(count)).map { cursor + 1 + $0 })
        case .forgotten: #expect(!next && cursor < latest)
        case .ahead: Issue.record("the journal has told \(cursor)")
        }
      }
    }
  }
}
