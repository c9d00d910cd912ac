/// What an edit wants of the server.
public enum Intent: Hashable, Sendable {
  case create(NetworkName)
  case rename(to: NetworkName)
  case delete

  /// The name it asks for; nil for a delete.
  public var name: NetworkName? {
    switch self {
    case .create(let name), .rename(to: let name): name
    case .delete: nil
    }
  }

  public var action: Action {
    switch self {
    case .create: .create
    case .rename: .rename
    case .delete: .delete
    }
  }

  public enum Action: String, CaseIterable, Sendable {
    case create, rename, delete
  }
}

/// The server's side of a network at the time of an edit.
public struct EditBase: Hashable, Sendable {
  public let name: NetworkName?
  public let updatedAt: ServerStamp?

  public init(name: NetworkName?, updatedAt: ServerStamp?) {
    self.name = name
    self.updatedAt = updatedAt
  }
}

/// One edit in the outbox (R11).
public struct OutboxOperation: Hashable, Sendable {
  public let edit: EditNumber
  package let network: NetworkKey
  public let id: NetworkID?
  public let localID: LocalID?
  public package(set) var intent: Intent
  /// nil for a create.
  public package(set) var base: EditBase?
  /// The name of a rename that was sent and not answered, kept through merging: the server may have it by now.
  package var sentName: NetworkName?
  /// On this host's clock.
  public let editedAt: Timestamp
  public private(set) var state: OperationState
  /// How often it was sent.
  public package(set) var attempts: Int
  /// The last failure, if any; for a refused operation the server's own words.
  public package(set) var failure: APIErrorDetail?

  package init(
    edit: EditNumber,
    network: NetworkKey,
    id: NetworkID? = nil,
    localID: LocalID? = nil,
    intent: Intent,
    base: EditBase? = nil,
    sentName: NetworkName? = nil,
    editedAt: Timestamp,
    state: OperationState = .waiting(notBefore: nil),
    attempts: Int = 0,
    failure: APIErrorDetail? = nil
  ) {
    self.edit = edit
    self.network = network
    self.id = id
    self.localID = localID
    self.intent = intent
    self.base = base
    self.sentName = sentName
    self.editedAt = editedAt
    self.state = state
    self.attempts = attempts
    self.failure = failure
  }
}

extension OutboxOperation {
  /// Moves along an edge of ``OperationState/Word/next``, or stays in its state with other particulars. There is no other way to
  /// change the state of an operation.
  package mutating func move(to new: OperationState) {
    assert(new.word == state.word || state.word.next.contains(new.word), "\(state.word) does not lead to \(new.word)")
    state = new
  }

  package func moved(to new: OperationState) -> OutboxOperation {
    var moved = self
    moved.move(to: new)
    return moved
  }
}

/// Where an operation stands. It is put into the outbox waiting, or in the conflict that an edit before it was in.
///
/// | state | leads to | or leaves the outbox |
/// |-------|----------|----------------------|
/// | waiting | sending: it was armed; conflict: both sides changed; held: a guard | satisfied, yielded, superseded, discarded |
/// | sending | waiting: no answer that settles it; in doubt: of a create; conflict: gone there; refused | sent, superseded |
/// | in doubt | waiting: it is sent again | adopted, superseded |
/// | conflict | waiting: it dissolved, or mine stands | satisfied, yielded, superseded, discarded, resolved |
/// | held | waiting: a person allows it; conflict: both sides changed | satisfied, yielded, superseded, discarded |
/// | refused | waiting: it is retried | superseded, discarded |
///
/// `Word.next` has the edges as a value. A create that waits in a backup is in doubt there: its original may have sent it.
public enum OperationState: Hashable, Sendable {
  /// To be sent, no sooner than `notBefore` (host clock).
  case waiting(notBefore: Timestamp?)
  /// A request may be on its way. `arming` is there for a create.
  case sending(Arming?)
  /// A create without an answer.
  case inDoubt(Doubt)
  /// Both sides changed.
  case conflict(ConflictKind)
  /// A guard waits for a person.
  case held
  /// The server refused it for good; kept as a dead letter.
  case refused

  /// A state without its particulars.
  public var word: Word {
    switch self {
    case .waiting: .waiting
    case .sending: .sending
    case .inDoubt: .inDoubt
    case .conflict: .conflict
    case .held: .held
    case .refused: .refused
    }
  }

  /// The word for a state that the outbox and its JSON use.
  public enum Word: String, CaseIterable, Sendable {
    case waiting, sending
    case inDoubt = "in_doubt"
    case conflict, held, refused

    /// Where an operation in this state can go, besides out of the outbox (I8).
    package var next: Set<Word> {
      switch self {
      case .waiting: [.sending, .conflict, .held]
      case .sending: [.waiting, .inDoubt, .conflict, .refused]
      case .inDoubt: [.waiting]
      case .conflict: [.waiting]
      case .held: [.waiting, .conflict]
      case .refused: [.waiting]
      }
    }
  }

  /// A request may be on its way, or may have arrived.
  package var isInFlight: Bool {
    switch self {
    case .sending, .inDoubt: true
    case .waiting, .conflict, .held, .refused: false
    }
  }
}

/// What was written down before a create was sent (R6).
public struct Arming: Hashable, Sendable {
  /// The earliest time on the server's clock at which the request can have been applied.
  public let notBefore: Timestamp
  /// The networks that carried the name already.
  public let known: Set<NetworkID>

  public init(notBefore: Timestamp, known: Set<NetworkID>) {
    self.notBefore = notBefore
    self.known = known
  }
}

/// How far the search for an unanswered create has come.
public struct Doubt: Hashable, Sendable {
  public let arming: Arming
  /// Looks that found nothing.
  public let looks: Int
  /// When it was first looked for, on the server's clock; nil before that. It had been sent by then.
  public let firstLook: Timestamp?
  /// When to look next, on the server's clock.
  public let nextLook: Timestamp
  /// A person decides: several networks may be the one, or what the server lists proves nothing.
  public let isUndecided: Bool
  /// The networks that may be the one.
  public let candidates: [NetworkID]

  /// - Parameter candidates: where a person decides; there may be none.
  public init(
    arming: Arming,
    looks: Int = 0,
    firstLook: Timestamp? = nil,
    nextLook: Timestamp,
    candidates: [NetworkID]? = nil
  ) {
    self.arming = arming
    self.looks = looks
    self.firstLook = firstLook
    self.nextLook = nextLook
    isUndecided = candidates != nil
    self.candidates = candidates ?? []
  }

  /// The same, and a person decides.
  package func asking(_ candidates: [NetworkID]) -> Doubt {
    Doubt(arming: arming, looks: looks, firstLook: firstLook, nextLook: nextLook, candidates: candidates)
  }
}
