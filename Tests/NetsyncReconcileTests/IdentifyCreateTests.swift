import NetsyncModel
import NetsyncReconcile
import Testing

/// A create without an answer is looked for, and never sent blindly (R6). It was armed at second 0.
struct IdentifyCreateTests {
  @Test func `the one new network of that name is adopted`() throws {
    let found = try NetworkDocument.sample(1, createdAt: .at(1))
    #expect(try identified([found]) == .adopt(found))
  }

  @Test func `a network that was made at the moment of arming is adopted`() throws {
    let found = try NetworkDocument.sample(1, createdAt: .at(0))
    #expect(try identified([found]) == .adopt(found))
  }

  @Test(arguments: [nil, ServerStamp("yesterday")])
  func `a network that does not say when it was made may be the one`(_ createdAt: ServerStamp?) throws {
    let found = try NetworkDocument.sample(1, createdAt: createdAt)
    #expect(try identified([found]) == .adopt(found))
  }

  @Test func `of several a person says which, the oldest first`() throws {
    let older = try NetworkDocument.sample(2, createdAt: .at(1))
    let younger = try NetworkDocument.sample(1, createdAt: .at(2))
    #expect(try identified([younger, older]) == .ask([older.id, younger.id]))
  }

  @Test func `as many networks as unanswered creates are told apart by their order`() throws {
    let older = try NetworkDocument.sample(2, createdAt: .at(1))
    let younger = try NetworkDocument.sample(1, createdAt: .at(2))
    #expect(try identified([younger, older], siblings: 2) == .adopt(older))
    #expect(try identified([younger], siblings: 2) == .adopt(younger))
  }

  @Test func `networks of one second are told apart by their ids`() throws {
    let one = try NetworkDocument.sample(1, createdAt: .at(1))
    let two = try NetworkDocument.sample(2, createdAt: .at(1))
    #expect(try identified([two, one], siblings: 2) == .adopt(one))
  }

  @Test(arguments: ["A", "ab", "a ", "", "a\u{301}"])
  func `a filter that finds too much finds nothing`(_ name: String) throws {
    let found = try NetworkDocument.sample(1, name: name, createdAt: .at(1))
    #expect(try identified([found]).isLook)
  }

  @Test func `a network in another normal form is another network`() throws {
    let found = try NetworkDocument.sample(1, name: "cafe\u{301}", createdAt: .at(1))
    #expect(try identified([found], name: "caf\u{E9}").isLook)
  }

  @Test func `what was there before is not the one`() throws {
    let namesake = try NetworkDocument.sample(8, createdAt: .at(1))
    let madeHere = try NetworkDocument.sample(9, createdAt: .at(1))
    let tooOld = try NetworkDocument.sample(1, createdAt: .at(-1))
    let nameless = NetworkDocument(id: try .sample(2), name: nil, createdAt: .at(1))
    #expect(try identified([namesake, madeHere, tooOld, nameless]).isLook)
  }

  @Test func `one that says it was made before is asked about where nothing else is found, and not before`() throws {
    let older = try NetworkDocument.sample(1, createdAt: .at(-1))
    #expect(try identified([older], looks: 1, now: 90).isLook)
    #expect(try identified([older], looks: 2, now: 89).isLook)
    #expect(try identified([older], looks: 2, now: 90) == .ask([older.id]))
    let found = try NetworkDocument.sample(2, createdAt: .at(1))
    #expect(try identified([older, found], looks: 2, now: 90) == .adopt(found))
  }

  @Test(
    arguments: [
      (0, 0, .look(again: .at(45), looks: 1, first: .at(0))),
      (0, 60, .look(again: .at(105), looks: 1, first: .at(60))),
      (1, 45, .look(again: .at(90), looks: 2, first: .at(0))),
      (1, 88, .look(again: .at(97), looks: 2, first: .at(0))),
      (2, 60, .look(again: .at(90), looks: 3, first: .at(0))),
      (2, 89, .look(again: .at(98), looks: 3, first: .at(0))),
      (2, 90, .sendAgain),
      (1, 3_600, .look(again: .at(3_609), looks: 2, first: .at(0))),
      (9, 60, .look(again: .at(90), looks: 10, first: .at(0))),
      (9, 90, .sendAgain),
    ] as [(Int, Int64, UnknownCreateDecision)]
  )
  func `three looks over the settle time find nothing before it is sent again`(
    _ looks: Int,
    _ now: Int64,
    _ decision: UnknownCreateDecision
  ) throws {
    #expect(try identified([], looks: looks, now: now) == decision)
  }

  @Test func `a look that something may have slipped through is no look`() throws {
    let doubt = Doubt(arming: Arming(notBefore: .at(0), known: []), looks: 2, firstLook: .at(0), nextLook: .at(90))
    var create = UnknownCreate(name: NetworkName("a"), doubt: doubt, found: [], known: [], isWhole: false)
    let decision = identify(create, now: .at(200), settleTime: .seconds(90))
    #expect(decision == .look(again: .at(209), looks: 2, first: .at(0)))
    create.isWhole = true
    #expect(identify(create, now: .at(200), settleTime: .seconds(90)) == .sendAgain)
  }

  @Test(arguments: [0, 1, 30, 44, 45, 46, 89, 90, 91, 86_400] as [Int64])
  func `a create that never arrived is sent again after enough looks, and not before`(_ firstLook: Int64) throws {
    var now = Timestamp.at(firstLook)
    var looks = 0
    while case .look(let again, let next, let first) = try identified([], looks: looks, first: .at(firstLook), at: now)
    {
      #expect(first == .at(firstLook))
      #expect(again >= now)
      #expect(next == looks + 1)
      now = again
      looks = next
      try #require(looks < 10, "it is looked for without end")
    }
    #expect(looks + 1 == looksBeforeSendingAgain)
    #expect(now >= .at(firstLook + 90))
  }

  private func identified(
    _ found: [NetworkDocument],
    name: String = "a",
    looks: Int = 0,
    siblings: Int = 1,
    now: Int64 = 0
  ) throws -> UnknownCreateDecision {
    try identified(found, name: name, looks: looks, siblings: siblings, at: .at(now))
  }

  private func identified(
    _ found: [NetworkDocument],
    name: String = "a",
    looks: Int = 0,
    first: Timestamp = .at(0),
    siblings: Int = 1,
    at now: Timestamp
  ) throws -> UnknownCreateDecision {
    let arming = Arming(notBefore: .at(0), known: [try .sample(8)])
    let create = UnknownCreate(
      name: NetworkName(name),
      doubt: Doubt(arming: arming, looks: looks, firstLook: looks == 0 ? nil : first, nextLook: now),
      found: found,
      known: [try .sample(9)],
      siblings: siblings
    )
    return identify(create, now: now, settleTime: .seconds(90))
  }
}

extension UnknownCreateDecision {
  fileprivate var isLook: Bool {
    if case .look = self { true } else { false }
  }
}
