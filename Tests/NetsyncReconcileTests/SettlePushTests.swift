import NetsyncModel
import NetsyncReconcile
import Testing

/// What an answer means for the edit that it answers (R6, R7, R11, R12).
struct SettlePushTests {
  private static let words = APIErrorDetail(status: 422, code: "10015", title: "Bad", pointer: "/name")
  private static let intents: [Intent] = [.create(NetworkName("a")), .rename(to: NetworkName("a")), .delete]

  @Test func `an edit that the server took has landed`() throws {
    let document = try NetworkDocument.sample()
    for intent in Self.intents {
      let landed = intent == .delete ? nil : document
      #expect(settle(intent, base: nil, .success(document)) == .landed(landed))
    }
    #expect(settle(.delete, base: nil, .success(nil)) == .landed(nil))
  }

  @Test func `an answer without a document tells that a network is gone only of a delete`() {
    #expect(settle(.create(NetworkName("a")), base: nil, .success(nil)) == .doubt)
    #expect(settle(.rename(to: NetworkName("a")), base: nil, .success(nil)) == .retry(after: nil))
  }

  @Test func `a rename has landed where the answer has its name or what a server makes of it, and no other`() throws {
    let rename = Intent.rename(to: NetworkName("new"))
    for (answered, isDone) in [("old", false), ("new", true), ("NEW", true), ("ne", true), ("theirs", false)] {
      let document = try NetworkDocument.sample(name: answered)
      let decision = settle(rename, base: NetworkName("old"), .success(document))
      #expect(decision == (isDone ? .landed(document) : .retry(after: nil)))
    }
    // The old name can be what a server makes of the new one: cut, in this case.
    let cut = try NetworkDocument.sample(name: "lab")
    #expect(settle(.rename(to: NetworkName("lab-eu")), base: NetworkName("lab"), .success(cut)) == .retry(after: nil))
    #expect(settle(.rename(to: NetworkName("lab-eu")), base: NetworkName("old"), .success(cut)) == .landed(cut))
    let unchanged = try NetworkDocument.sample(name: "new")
    #expect(settle(rename, base: NetworkName("new"), .success(unchanged)) == .landed(unchanged))
    let nameless = NetworkDocument(id: try .sample(1), name: nil)
    #expect(settle(rename, base: NetworkName("old"), .success(nameless)) == .landed(nameless))
  }

  @Test func `an unanswered create is looked for, anything else is sent again`() {
    let create = Intent.create(NetworkName("a"))
    for failure in [APIFailure.noAnswer(reason: "reset"), .serverFault(Self.words), .notUnderstood(.status(418))] {
      #expect(settle(create, base: nil, .failure(failure)) == .doubt)
    }
    for intent in [Intent.rename(to: NetworkName("a")), .delete] {
      #expect(settle(intent, base: nil, .failure(.noAnswer(reason: "reset"))) == .retry(after: nil))
      #expect(settle(intent, base: nil, .failure(.serverFault(Self.words))) == .retry(after: nil))
      #expect(settle(intent, base: nil, .failure(.notUnderstood(.status(418)))) == .stop)
    }
  }

  @Test func `a create that never left is sent again without a look`() {
    #expect(
      settle(.create(NetworkName("a")), base: nil, .failure(.unreachable(ConnectionFailure(.refused, host: "api"))))
        == .retry(after: nil)
    )
  }

  @Test func `a delete of what is gone has landed, a rename of it is a conflict`() {
    #expect(settle(.delete, base: nil, .failure(.gone(Self.words))) == .landed(nil))
    #expect(settle(.rename(to: NetworkName("a")), base: nil, .failure(.gone(Self.words))) == .conflict(.deletedThere))
  }

  @Test func `what was seen of a network is acted upon for half a minute`() {
    for (asked, now, isFresh) in [
      (nil, 0, false), (0, 0, true), (0, 30, true), (0, 31, false), (10, 0, false),
    ] as [(Int64?, Int64, Bool)] {
      #expect(mayActUpon(sightAsked: asked.map { .at($0) }, now: .at(now)) == isFresh)
    }
  }

  @Test func `what was sent before is looked at again, whatever a listing shows`() throws {
    var rename = OutboxOperation.sample(1, of: 7)
    #expect(sparesLook(rename, listed: .at(0), now: .at(30)))
    #expect(!sparesLook(rename, listed: .at(0), now: .at(31)))
    #expect(!sparesLook(rename, listed: nil, now: .at(0)))
    rename.attempts = 1
    #expect(!sparesLook(rename, listed: .at(0), now: .at(1)))
  }

  @Test func `a look that leaves out a name that is known tells nothing`() throws {
    let name = NetworkName("a")
    let nameless = NetworkDocument(id: try .sample(), name: nil)
    let says = try NetworkDocument.sample()
    for (sight, base, isUnderstood) in [
      (RemoteSight.read(nameless), name, false), (.read(nameless), nil, true), (.read(says), name, true),
      (.read(says), nil, true), (.gone, name, true),
    ] as [(RemoteSight, NetworkName?, Bool)] {
      #expect((misunderstanding(of: sight, base: base) == nil) == isUnderstood)
    }
  }

  @Test func `a refused edit keeps the server's words`() {
    for intent in Self.intents {
      #expect(settle(intent, base: nil, .failure(.refused(Self.words))) == .deadLetter(Self.words))
    }
  }

  @Test func `a slow server is waited for as long as it asks`() {
    for intent in Self.intents {
      #expect(
        settle(intent, base: nil, .failure(.slowDown(wait: .seconds(30), Self.words))) == .retry(after: .seconds(30))
      )
      #expect(settle(intent, base: nil, .failure(.slowDown(wait: nil, Self.words))) == .retry(after: nil))
    }
  }

  @Test func `a key that is refused stops the cycle and costs no edit`() {
    for intent in Self.intents {
      #expect(settle(intent, base: nil, .failure(.credentials(Self.words))) == .stop)
    }
  }

  @Test func `after a crash a create may have been applied, anything else is looked at again`() {
    #expect(Self.intents.map(recover) == [.doubt, .wait, .wait])
  }

  @Test func `no answer loses an edit, whatever the edit and the failure`() throws {
    let failures = Self.failures
    var walk = Walk("settle")
    for intent in Self.intents {
      for failure in failures {
        walk.enter()
        for promise in broken(by: settle(intent, base: nil, .failure(failure)), intent, failure) {
          walk.expect(promise, false, in: "\(intent), \(failure)")
        }
      }
    }
    walk.conclude()
  }

  private func broken(by decision: PushDecision, _ intent: Intent, _ failure: APIFailure) -> [String] {
    var promises = Promises()
    let isCreate = intent.action == .create
    switch decision {
    case .landed(let document):
      promises.expect("only a delete lands on a failure", intent == .delete && failure.isGone && document == nil)
    case .retry(let wait):
      promises.expect("only what may pass is tried again", failure.isTransient)
      promises.expect("the wait is the server's own", wait == failure.wait)
      promises.expect("a create that may stand is not sent blindly", !isCreate || !failure.mayHaveBeenApplied)
    case .doubt:
      promises.expect("only a create that may stand is in doubt", isCreate && failure.mayHaveBeenApplied)
    case .conflict(let kind):
      let isDeletedThere = intent.action == .rename && failure.isGone
      promises.expect("only a rename of what is gone is a conflict", isDeletedThere && kind == .deletedThere)
    case .deadLetter(let words):
      promises.expect("only the server refuses, in its own words", !failure.isTransient && failure.detail == words)
    case .stop:
      promises.expect("what may pass stops nothing", !failure.isTransient)
    }
    return promises.broken
  }

  /// Every class of failure, with and without what it may carry.
  private static let failures: [APIFailure] =
    [
      .gone(words), .refused(words), .refused(APIErrorDetail()), .credentials(words), .credentials(APIErrorDetail()),
      .slowDown(wait: nil, words), .slowDown(wait: .seconds(1), words), .slowDown(wait: .seconds(900), words),
      .serverFault(words), .serverFault(APIErrorDetail(status: 503)),
      .unreachable(ConnectionFailure(.refused, host: "api")), .noAnswer(reason: "timeout"),
    ] + misunderstandings.map(APIFailure.notUnderstood)

  private static let misunderstandings: [Misunderstanding] = [
    .redirect(status: 301), .status(405), .foreign(status: 404), .malformed(reason: "HTML"),
    .wrongType(path: "data.id"),
    .otherRecord(asked: "a", answered: "b"), .otherRecord(asked: "a", answered: nil), .otherPage(asked: 2, answered: 1),
    .implausible(reason: "fewer"), .tooLarge(limit: 8), .headersTooLarge, .tooManyPages(limit: 5), .notCompressedAsTold,
    .decompressionBomb(ratio: 100),
  ]
}

extension APIFailure {
  fileprivate var isGone: Bool {
    if case .gone = self { true } else { false }
  }

  fileprivate var wait: Duration? {
    if case .slowDown(let wait, _) = self { wait } else { nil }
  }

  /// Whether the server may have carried the request out.
  fileprivate var mayHaveBeenApplied: Bool {
    switch self {
    case .serverFault, .noAnswer, .notUnderstood: true
    case .gone, .refused, .credentials, .slowDown, .unreachable: false
    }
  }
}
