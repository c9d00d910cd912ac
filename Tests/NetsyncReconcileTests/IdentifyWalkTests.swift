import NetsyncModel
import NetsyncReconcile
import Testing

/// Every combination of networks found, networks known, looks, unanswered creates of the same name and of another one, listings that
/// contradict themselves, and times.
struct IdentifyWalkTests {
  /// What a look may find.
  private struct Finding: Sendable {
    let network: NetworkDocument
    /// What it is to the one that was sent, if nobody here knows it.
    let kind: Kind
    /// It is listed under the name too.
    var isNamed = true

    enum Kind { case candidate, older, altered, stranger }

    /// Those that may be it are in the order of their making. 8 was there before the arming.
    static func all() throws -> [Finding] {
      [
        Finding(network: try .sample(1, createdAt: .at(0)), kind: .candidate),
        Finding(network: try .sample(2, createdAt: .at(1)), kind: .candidate),
        Finding(network: try .sample(9, createdAt: .at(1)), kind: .candidate),
        Finding(network: try .sample(3, createdAt: nil), kind: .candidate, isNamed: false),
        Finding(network: try .sample(4, createdAt: .at(-1)), kind: .older),
        Finding(network: try .sample(5, name: "ab", createdAt: .at(1)), kind: .stranger),
        Finding(network: try .sample(6, name: "A", createdAt: .at(1)), kind: .altered, isNamed: false),
        Finding(network: try .sample(7, name: "A", createdAt: .at(-1)), kind: .stranger, isNamed: false),
        Finding(network: try .sample(8, createdAt: .at(1)), kind: .stranger),
      ]
    }
  }

  private enum Everywhere: CaseIterable {
    case notLooked, whole, contradicting
  }

  /// One cell, with what the look shows of each kind, the oldest first.
  private struct Cell {
    var doubt: Doubt
    var look: CreateLook
    var seen: [Finding]
    var now: Int64

    var decision: UnknownCreateDecision {
      identify(NetworkName("a"), doubt, by: look, now: .at(now), clock: .exact, settleTime: .seconds(90))
    }

    func ids(_ kinds: Set<Finding.Kind>) -> [NetworkID] {
      seen.filter { kinds.contains($0.kind) }.map(\.network.id)
    }
  }

  @Test func `no combination adopts a stranger, or sends a create that may stand`() throws {
    let findings = try Finding.all()
    let knownIDs: [Set<NetworkID>] = [[], [try .sample(1), try .sample(9)]]
    let arming = Arming(notBefore: .at(0), known: [try .sample(8)])
    let other = UnansweredCreate(NetworkName("A"), Arming(notBefore: .at(0), known: []))
    var walk = Walk("resolve")
    for subset in 0..<(1 << findings.count) {
      let found = findings.indices.filter { subset & (1 << $0) != 0 }.map { findings[$0] }
      for known in knownIDs {
        for (everywhere, contradicts) in pairs(Everywhere.allCases, [false, true]) {
          for (siblings, others) in pairs([1, 2], [[], [other]]) {
            let named = found.filter(\.isNamed)
            let all = CreateSight(
              found.reversed().map(\.network),
              contradiction: everywhere == .contradicting ? "twice" : nil
            )
            let look = CreateLook(
              named: CreateSight(named.reversed().map(\.network), contradiction: contradicts ? "0 of 1" : nil),
              everywhere: everywhere == .notLooked ? nil : all,
              known: known,
              siblings: siblings,
              others: others
            )
            let seen = (everywhere == .notLooked ? named : found).filter { !known.contains($0.network.id) }
            for (looks, now) in pairs([0, 2, 3], [0, 89, 90, 179, 180] as [Int64]) {
              let doubt = Doubt(arming: arming, looks: looks, firstLook: looks == 0 ? nil : .at(0), nextLook: .at(0))
              check(Cell(doubt: doubt, look: look, seen: seen, now: now), &walk)
            }
          }
        }
      }
    }
    walk.conclude()
  }

  private func pairs<First, Second>(_ first: [First], _ second: [Second]) -> [(First, Second)] {
    first.flatMap { first in second.map { (first, $0) } }
  }

  private func check(_ cell: Cell, _ walk: inout Walk) {
    func expect(_ promise: String, _ holds: Bool) { walk.expect(promise, holds, in: "\(cell)") }
    walk.enter()
    let candidates = cell.ids([.candidate])
    let isExplained = !cell.look.others.isEmpty
    let suspects = cell.ids(isExplained ? [.older, .candidate] : [.older, .candidate, .altered])
    let (looks, isWhole) = (cell.doubt.looks, cell.look.named.isWhole)
    let first = looks == 0 ? cell.now : 0
    switch cell.decision {
    case .adopt(let network):
      expect("the oldest candidate is adopted", network.id == candidates.first)
      expect("no more are adopted than were sent", candidates.count <= cell.look.siblings)
      expect("nothing is adopted upon a contradiction", isWhole)
    case .ask(let ids):
      let asked = isWhole && !candidates.isEmpty ? candidates : suspects
      expect("everything that may be it is shown", Set(ids) == Set(asked))
      expect("the oldest is shown first", ids.filter(candidates.contains) == candidates)
      expect(
        "only what cannot be told is asked",
        candidates.count > cell.look.siblings || !isWhole || (candidates.isEmpty && !suspects.isEmpty)
          || cell.look.everywhere?.isWhole == false
      )
      expect("nobody is asked too soon", candidates.count > cell.look.siblings || cell.now >= first + 90)
    case .look(let again, let next, let told):
      expect("what is found is not looked for", candidates.isEmpty || !isWhole)
      expect("only a look that proves something is counted", next == looks || isWhole && next == looks + 1)
      expect("time does not run backward", again >= .at(cell.now))
      expect("the settle time counts from the first look", told == .at(first))
      expect("a search ends", cell.now < first + 180 && (next < looksBeforeSendingAgain || cell.now < first + 180))
    case .lookEverywhere:
      expect("it is not looked through twice", cell.look.everywhere == nil)
      expect("it is looked through when the looks are over", cell.now >= first + 90)
      expect("what is found is not looked for", candidates.isEmpty || !isWhole)
    case .sendAgain:
      expect("what may stand is not sent again", suspects.isEmpty)
      expect("everything was looked through", cell.look.everywhere?.isWhole == true && isWhole)
      expect("it was looked for often enough", looks + 1 >= looksBeforeSendingAgain)
      expect("it was looked for long enough", cell.now >= first + 90)
    }
  }
}
