import NetsyncModel
import NetsyncReconcile
import Testing

/// How far back the journal goes.
struct JournalHorizonTests {
  private static let day: Int64 = 86_400

  @Test(
    arguments: [
      (nil, 90), (100, 90), (90, 90), (30, 30), (1, 1), (0, 1),
    ] as [(Int64?, Int64)]
  )
  func `age and count bound the journal, and the last day is kept whatever they say`(surplus: Int64?, horizon: Int64) {
    let now = Timestamp.at(200 * Self.day)
    let written = surplus.map { now - .seconds($0 * Self.day) }
    #expect(journalHorizon(now: now, surplus: written) == now - .seconds(horizon * Self.day))
  }

  @Test(
    arguments: [(nil, true), (0, false), (1, false), (86_399, false), (86_400, true), (900_000, true), (-1, true)]
      as [(Int64?, Bool)]
  )
  func `the journal is looked through once a day, and at once after a clock was set back`(ago: Int64?, isDue: Bool) {
    let now = Timestamp.at(0)
    #expect(isCompactionDue(now: now, last: ago.map { now - .seconds($0) }) == isDue)
  }

  @Test func `an entry from a clock that ran ahead removes nothing of the last day`() {
    let now = Timestamp.at(0)
    #expect(journalHorizon(now: now, surplus: now + .seconds(Self.day)) == now - .seconds(Self.day))
  }
}
