import NetsyncModel
import NetsyncReconcile
import Testing

/// Every combination of networks found, networks known, looks, unanswered creates of the same name, times and settle times.
struct IdentifyWalkTests {
  /// What a look may find.
  private struct Finding: Sendable {
    let network: NetworkDocument
    /// What it is to the one that was sent, if nobody here knows it.
    let kind: Kind

    enum Kind { case candidate, older, stranger }

    /// Those that may be it are in the order of their making. 8 was there before the arming.
    static func all() throws -> [Finding] {
      [
        Finding(network: try .sample(1, createdAt: .at(0)), kind: .candidate),
        Finding(network: try .sample(2, createdAt: .at(1)), kind: .candidate),
        Finding(network: try .sample(9, createdAt: .at(1)), kind: .candidate),
        Finding(network: try .sample(3, createdAt: nil), kind: .candidate),
        Finding(network: try .sample(4, createdAt: .at(-1)), kind: .older),
        Finding(network: try .sample(5, name: "ab", createdAt: .at(1)), kind: .stranger),
        Finding(network: try .sample(8, createdAt: .at(1)), kind: .stranger),
      ]
    }
  }

  /// One cell, with the candidates among what was found, the oldest first.
  private struct Cell {
    var create: UnknownCreate
    var candidates: [NetworkDocument]
    /// Those that say that they were made before it was sent.
    var older: [NetworkDocument]
    var now: Int64
    var settleTime: Int64

    var decision: UnknownCreateDecision {
      identify(create, now: .at(now), settleTime: .seconds(settleTime))
    }
  }

  @Test func `no combination adopts a stranger, or sends a create that may stand`() throws {
    let findings = try Finding.all()
    let knownIDs: [Set<NetworkID>] = [[], [try .sample(9)], [try .sample(1), try .sample(9)]]
    let arming = Arming(notBefore: .at(0), known: [try .sample(8)])
    var walk = Walk("resolve")
    for subset in 0..<(1 << findings.count) {
      let found = findings.indices.filter { subset & (1 << $0) != 0 }.map { findings[$0] }
      for known in knownIDs {
        let unknown = found.filter { !known.contains($0.network.id) }
        let candidates = unknown.filter { $0.kind == .candidate }.map(\.network)
        let older = unknown.filter { $0.kind == .older }.map(\.network)
        for looks in 0...3 {
          for siblings in 1...3 {
            let create = UnknownCreate(
              name: NetworkName("a"),
              doubt: Doubt(arming: arming, looks: looks, firstLook: looks == 0 ? nil : .at(0), nextLook: .at(0)),
              found: found.reversed().map(\.network),
              known: known,
              siblings: siblings
            )
            for now in [-1, 0, 5, 10, 45, 89, 90, 3_600] as [Int64] {
              for settleTime in [10, 90] as [Int64] {
                check(
                  Cell(create: create, candidates: candidates, older: older, now: now, settleTime: settleTime),
                  &walk
                )
              }
            }
          }
        }
      }
    }
    walk.conclude()
  }

  private func check(_ cell: Cell, _ walk: inout Walk) {
    func expect(_ promise: String, _ holds: Bool) { walk.expect(promise, holds, in: "\(cell)") }
    walk.enter()
    let candidates = cell.candidates
    let looks = cell.create.doubt.looks
    switch cell.decision {
    case .adopt(let network):
      expect("the oldest candidate is adopted", network == candidates.first)
      expect("no more are adopted than were sent", candidates.count <= cell.create.siblings)
    case .ask(let ids):
      let asked = candidates.isEmpty ? cell.older : candidates
      expect("every candidate is shown", ids == asked.map(\.id) && !ids.isEmpty)
      expect("only what cannot be told apart is asked", candidates.isEmpty || candidates.count > cell.create.siblings)
    case .look(let again, let next, let first):
      expect("what is found is not looked for", candidates.isEmpty)
      expect("a look is counted", next == looks + 1)
      expect("time does not run backward", again >= .at(cell.now))
      expect("the settle time counts from the first look", first == .at(looks == 0 ? cell.now : 0))
      expect("a search ends", next < looksBeforeSendingAgain || cell.now < cell.settleTime)
    case .sendAgain:
      expect("what may stand is not sent again", candidates.isEmpty && cell.older.isEmpty)
      expect("it was looked for often enough", looks + 1 >= looksBeforeSendingAgain)
      expect("it was looked for long enough", cell.now >= cell.settleTime)
    }
  }
}
