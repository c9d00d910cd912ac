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
    #expect(try identified([namesake, madeHere, tooOld]).isLook)
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

  @Test(
    arguments: [
      ("  a  ", "a"), ("a  b", "a b"), ("Lab", "lab"), ("caf\u{E9}", "cafe\u{301}"), ("cafe\u{301}", "caf\u{E9}"),
      ("a long name", "a long"), ("a long name", "a"), ("stra\u{DF}e", "STRASSE"), ("\u{FB01}n", "fin"),
      ("caf\u{E9}", "caf\u{FFFD}"), ("a\u{200B}b", "ab"), ("a", ""), ("a", nil),
    ]
  )
  func `a name that a server changes is asked about before it is made a second time`(
    _ asked: String,
    _ named: String?
  ) throws {
    let changed = NetworkDocument(id: try .sample(1), name: named.map { NetworkName($0) }, createdAt: .at(1))
    let decision = try identified([], name: asked, looks: 2, everywhere: CreateSight([changed]), now: 90)
    #expect(decision == .ask([changed.id]))
  }

  @Test(arguments: [("a", "ab"), ("lab-eu", "lab-us"), ("lab", "la b"), ("a", "b"), ("caf\u{E9}", "cafx")])
  func `others' networks are no reason to ask`(_ asked: String, _ named: String) throws {
    let others = try NetworkDocument.sample(1, name: named, createdAt: .at(1))
    let decision = try identified([], name: asked, looks: 2, everywhere: CreateSight([others]), now: 90)
    #expect(decision == .sendAgain)
  }

  @Test func `a changed name that was there before the arming, or is known here, is no reason to ask`() throws {
    let older = try NetworkDocument.sample(1, name: "A", createdAt: .at(-1))
    let listed = try NetworkDocument.sample(8, name: "A", createdAt: .at(1))
    let known = try NetworkDocument.sample(9, name: "A", createdAt: .at(1))
    let everywhere = CreateSight([older, listed, known])
    #expect(try identified([], looks: 2, everywhere: everywhere, now: 90) == .sendAgain)
  }

  @Test func `a network that another unanswered create explains is no reason to ask`() throws {
    let one = try NetworkDocument.sample(1, name: "A", createdAt: .at(1))
    let two = try NetworkDocument.sample(2, name: "A", createdAt: .at(2))
    let other = UnansweredCreate(NetworkName("A"), Arming(notBefore: .at(0), known: []))
    let explained = try identified([], looks: 2, everywhere: CreateSight([one]), others: [other], now: 90)
    #expect(explained == .sendAgain)
    let both = try identified([], looks: 2, everywhere: CreateSight([one, two]), others: [other], now: 90)
    #expect(both == .ask([one.id, two.id]))
  }

  @Test func `what only the whole listing shows is adopted`() throws {
    let found = try NetworkDocument.sample(1, createdAt: .at(1))
    #expect(try identified([], looks: 2, everywhere: CreateSight([found]), now: 90) == .adopt(found))
  }

  @Test func `a listing that contradicts itself proves nothing, and then a person decides`() throws {
    let found = try NetworkDocument.sample(1, createdAt: .at(1))
    for listed in [[], [found]] {
      let contradiction = CreateSight(listed, contradiction: "0 of 1")
      func identified(_ now: Int64, everywhere: CreateSight? = nil) throws -> UnknownCreateDecision {
        try self.identified(contradiction, looks: 2, everywhere: everywhere, at: .at(now))
      }
      #expect(try identified(89) == .look(again: .at(107), looks: 2, first: .at(0)))
      #expect(try identified(90) == .lookEverywhere)
      #expect(try identified(90, everywhere: CreateSight([])) == .ask(listed.map(\.id)))
      #expect(try identified(90, everywhere: CreateSight([found])) == .ask([found.id]))
    }
  }

  @Test func `where only the whole listing contradicts itself it is asked once more before a person is`() throws {
    let everywhere = CreateSight([], contradiction: "a listing has one network twice")
    let look = try identified([], looks: 2, everywhere: everywhere, now: 179)
    #expect(look == .look(again: .at(197), looks: 2, first: .at(0)))
    #expect(try identified([], looks: 2, everywhere: everywhere, now: 180) == .ask([]))
  }

  @Test(arguments: [0, 1, 30, 44, 45, 46, 89, 90, 91, 86_400] as [Int64])
  func `a create that never arrived is sent again after enough looks, and not before`(_ firstLook: Int64) throws {
    var now = Timestamp.at(firstLook)
    var looks = 0
    while case .look(let again, let next, let first) = try identified(
      CreateSight([]),
      looks: looks,
      first: .at(firstLook),
      at: now
    ) {
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

  /// The dates of answers have whole seconds, so the same clock reads earlier or later from one answer to the next.
  @Test(arguments: [-500, -499, -1, 0, 1, 250, 499, 500] as [Int64], [-500, 0, 1, 500] as [Int64])
  func `a create is not sent again before its settle time is over, whatever the clock reads`(
    _ firstError: Int64,
    _ error: Int64
  ) throws {
    func clock(_ error: Int64) -> ServerClock {
      ServerClock(offset: .seconds(-1_000) + .milliseconds(error), uncertainty: .milliseconds(500))
    }
    let look = try identified(CreateSight([]), at: .at(0), by: clock(firstError))
    guard case .look(again: let again, looks: 1, let first) = look else { throw UnexpectedDecision(decision: look) }
    #expect(first >= .at(-1_000))
    #expect(clock(firstError).hostTime(again) >= .at(45))
    for (seconds, isOver) in [(89, false), (92, true)] as [(Int64, Bool)] {
      let decision = try identified(CreateSight([]), looks: 2, first: first, at: .at(seconds), by: clock(error))
      #expect((decision == .sendAgain) == isOver, "after \(seconds) s")
      // The look that it waits for comes when the time is certainly over.
      guard case .look(let next, _, _) = decision else { continue }
      let host = clock(error).hostTime(next)
      #expect(try identified(CreateSight([]), looks: 3, first: first, at: host, by: clock(error)) == .sendAgain)
    }
    let moment = Timestamp.at(90) - .microseconds(1)
    #expect(try identified(CreateSight([]), looks: 2, first: first, at: moment, by: clock(error)) != .sendAgain)
  }

  @Test func `a server that never says the time makes no wait longer, and one that says it at last makes none shorter`()
    throws
  {
    let look = try identified(CreateSight([]), at: .at(0), by: .unknown)
    guard case .look(let again, looks: 1, let first) = look else { throw UnexpectedDecision(decision: look) }
    #expect(ServerClock.unknown.hostTime(again) == .at(45))
    #expect(
      try identified(CreateSight([]), looks: 2, first: first, at: .at(89), by: .unknown)
        == .look(again: .at(98), looks: 3, first: first)
    )
    #expect(try identified(CreateSight([]), looks: 2, first: first, at: .at(90), by: .unknown) == .sendAgain)
    let ahead = ServerClock(offset: .seconds(299), uncertainty: .milliseconds(500))
    #expect(try identified(CreateSight([]), looks: 2, first: first, at: .at(89), by: ahead) != .sendAgain)
  }

  private struct UnexpectedDecision: Error {
    let decision: UnknownCreateDecision
  }

  private func identified(
    _ found: [NetworkDocument],
    name: String = "a",
    looks: Int = 0,
    everywhere: CreateSight? = CreateSight([]),
    siblings: Int = 1,
    others: [UnansweredCreate] = [],
    now: Int64 = 0
  ) throws -> UnknownCreateDecision {
    try identified(
      CreateSight(found),
      name: name,
      looks: looks,
      everywhere: everywhere,
      siblings: siblings,
      others: others,
      at: .at(now)
    )
  }

  private func identified(
    _ named: CreateSight,
    name: String = "a",
    looks: Int = 0,
    first: Timestamp = .at(0),
    everywhere: CreateSight? = CreateSight([]),
    siblings: Int = 1,
    others: [UnansweredCreate] = [],
    at now: Timestamp,
    by clock: ServerClock = .exact
  ) throws -> UnknownCreateDecision {
    let arming = Arming(notBefore: .at(0), known: [try .sample(8)])
    return identify(
      NetworkName(name),
      Doubt(arming: arming, looks: looks, firstLook: looks == 0 ? nil : first, nextLook: now),
      by: CreateLook(
        named: named,
        everywhere: everywhere,
        known: [try .sample(9)],
        siblings: siblings,
        others: others
      ),
      now: now,
      clock: clock,
      settleTime: .seconds(90)
    )
  }
}

extension UnknownCreateDecision {
  fileprivate var isLook: Bool {
    if case .look = self { true } else { false }
  }
}
