import NetsyncModel
import NetsyncReconcile

/// Chains of up to three edits × how many of them were made before the first request × what was found before it × policy ×
/// contests × what came of the request.
///
/// The lists are closed under a change of the names `b` and `c`, which no rule may tell apart; `a` is what the network was called.
struct PushSpace: Sendable {
  /// The edits of one network. Numbers instead of names, so that the same chain under other names is easily found.
  struct Chain: Hashable, Sendable {
    let isNew: Bool
    /// For each edit after the create of a new network: which name, or ``delete``.
    let edits: [Int]

    static let names = [NetworkName("a"), NetworkName("b"), NetworkName("c")]
    static let delete = names.count

    var intents: [Intent] {
      (isNew ? [.create(Self.names[0])] : [])
        + edits.map { $0 == Self.delete ? .delete : .rename(to: Self.names[$0]) }
    }

    var renamed: Chain { Chain(isNew: isNew, edits: edits.map { [0, 2, 1, 3][$0] }) }

    static func all() -> [Chain] {
      let none: [[Int]] = [[]]
      func longer(_ chains: [[Int]]) -> [[Int]] { chains.flatMap { chain in (0...delete).map { chain + [$0] } } }
      let one = longer(none)
      let two = longer(one)
      return (none + one + two).map { Chain(isNew: true, edits: $0) }
        + (one + two + longer(two)).map { Chain(isNew: false, edits: $0) }
    }
  }

  /// What becomes of the request that the first edits make.
  enum Fate: Sendable {
    /// It is not sent yet: nothing hinders it, or a backoff does.
    case unsent(notBefore: Timestamp?)
    case answered(PushAnswer)
    /// It is taken, and the answer carries the name that was sent.
    case taken
    /// The process died before the answer.
    case crashed

    /// Whether the request may have been carried out, and nobody knows.
    var isUnknown: Bool {
      switch self {
      case .unsent, .taken, .answered(.success): false
      case .crashed: true
      case .answered(.failure(let failure)):
        switch failure {
        case .serverFault, .noAnswer, .notUnderstood: true
        case .gone, .refused, .credentials, .slowDown, .unreachable: false
        }
      }
    }
  }

  let chains = Chain.all()
  /// The base of a network that is not new.
  let base: NetworkDocument
  let sights: [RemoteSight]
  /// The number of the same sight under other names.
  let sightsRenamed = [0, 1, 2, 3, 5, 4, 6]
  let contests = [0, Limits.contests]

  /// Every class of answer, among them each that stops a cycle.
  let fates: [Fate] = {
    let words = APIErrorDetail(status: 422, code: "10015", title: "Bad")
    let failures: [APIFailure] = [
      .noAnswer(reason: "timeout"), .gone(words), .refused(words), .credentials(words), .slowDown(wait: nil, words),
      .slowDown(wait: .seconds(30), words), .serverFault(words), .unreachable(ConnectionFailure(.refused, host: "api")),
      .notUnderstood(.foreign(status: 404)), .notUnderstood(.malformed(reason: "HTML")),
      .notUnderstood(.redirect(status: 301)),
    ]
    return [.crashed, .taken, .unsent(notBefore: nil), .unsent(notBefore: .at(60))]
      + failures.map { .answered(.failure($0)) }
  }()

  init() throws {
    base = try .sample(name: "a")
    sights = [
      .read(base),
      .read(try .sample(name: "a", updatedAt: .at(20))),
      .read(try .sample(name: "theirs", updatedAt: .at(20))),
      .read(try .sample(name: "theirs", updatedAt: .at(60))),
      .read(try .sample(name: "b", updatedAt: .at(60))),
      .read(try .sample(name: "c", updatedAt: .at(60))),
      .gone,
    ]
  }
}
