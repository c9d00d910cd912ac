import NetsyncModel
import NetsyncReconcile
import Testing

/// Every combination of looks, networks found, times and unanswered creates of the same name.
struct ResolveWalkTests {
  /// What a look may find.
  private struct Finding {
    let network: NetworkDocument
    /// Whether it may be the one that was sent.
    let mayBeIt: Bool

    /// Those that may be it are in the order of their making. 8 was there before the arming, 9 is known already.
    static func all() throws -> [Finding] {
      [
        Finding(network: try .sample(1, createdAt: .at(0)), mayBeIt: true),
        Finding(network: try .sample(2, createdAt: .at(1)), mayBeIt: true),
        Finding(network: try .sample(3, createdAt: nil), mayBeIt: true),
        Finding(network: try .sample(4, createdAt: .at(-1)), mayBeIt: false),
        Finding(network: try .sample(5, name: "ab", createdAt: .at(1)), mayBeIt: false),
        Finding(network: try .sample(8, createdAt: .at(1)), mayBeIt: false),
        Finding(network: try .sample(9, createdAt: .at(1)), mayBeIt: false),
      ]
    }
  }

  @Test func `no combination adopts a stranger, or sends a create that may stand`() throws {
    let findings = try Finding.all()
    var count = 0
    for subset in 0..<(1 << findings.count) {
      let found = findings.indices.filter { subset & (1 << $0) != 0 }.map { findings[$0] }
      for looks in 0...4 {
        for siblings in 1...3 {
          for now in [-1, 0, 45, 89, 90, 3_600] as [Int64] {
            let broken = try broken(found, looks: looks, siblings: siblings, now: .at(now))
            #expect(broken == [], "\(found), \(looks) looks, \(siblings) siblings, at \(now)")
            count += 1
          }
        }
      }
    }
    print("resolve: \(count) combinations")
  }

  private func broken(
    _ found: [Finding],
    looks: Int,
    siblings: Int,
    now: Timestamp
  ) throws -> [String] {
    let candidates = found.filter(\.mayBeIt).map(\.network)
    let create = UnknownCreate(
      name: NetworkName("a"),
      doubt: Doubt(
        arming: Arming(notBefore: .at(0), known: [try .sample(8)]),
        looks: looks,
        firstLook: looks == 0 ? nil : .at(0),
        nextLook: now
      ),
      found: found.reversed().map(\.network),
      known: [try .sample(9)],
      siblings: siblings
    )
    var promises = Promises()
    switch resolve(create, now: now, settle: .seconds(90)) {
    case .adopt(let network):
      promises.expect("the oldest candidate is adopted", network == candidates.first)
      promises.expect("no more are adopted than were sent", candidates.count <= siblings)
    case .ask(let ids):
      promises.expect("every candidate is shown", ids == candidates.map(\.id))
      promises.expect("only what cannot be told apart is asked", candidates.count > siblings)
    case .look(let again, let next, let first):
      promises.expect("what is found is not looked for", candidates.isEmpty)
      promises.expect("a look is counted", next == looks + 1)
      promises.expect("time does not run backward", again >= now)
      promises.expect("the settle time counts from the first look", first == (looks == 0 ? now : .at(0)))
      promises.expect("a search ends", next < looksBeforeSendingAgain || now < .at(90))
    case .sendAgain:
      promises.expect("what may stand is not sent again", candidates.isEmpty)
      promises.expect("it was looked for often enough", looks + 1 >= looksBeforeSendingAgain)
      promises.expect("it was looked for long enough", now >= .at(90))
    }
    return promises.broken
  }
}
