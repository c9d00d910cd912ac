import FoundationEssentials
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestKit
import Testing

/// A host with a real replica in a directory of its own, and a clock that stands still until it is moved.
///
/// What the API would answer is given by hand: pages to ``pull(_:policy:)``, decisions to
/// ``settle(_:_:failure:wait:)``.
final class ReplicaHost {
  let path: String
  private(set) var replica: Replica
  private let clock: ManualClock
  private let directory: TemporaryDirectory
  private var serverClock = ServerClock(offset: .zero, uncertainty: .seconds(1))
  private var localIDs: UInt64 = 0

  init() throws {
    let clock = ManualClock()
    self.clock = clock
    directory = try TemporaryDirectory()
    path = "\(directory.path)/replica.sqlite"
    replica = try Replica.open(path, .makeIfMissing, now: { clock.wall })
  }

  var now: Timestamp { clock.wall }

  func wait(_ duration: Duration) {
    clock.advance(by: duration)
  }

  /// Sets the clock; the server's does not jump, and the engine finds that out.
  func jump(by duration: Duration) {
    clock.advance(by: duration)
    serverClock = ServerClock(offset: serverClock.offset - duration, uncertainty: serverClock.uncertainty)
  }

  /// The time on the server's clock.
  var serverNow: Timestamp { serverClock.serverTime(now) }

  /// What the server would write at this host's time and `duration` later.
  func stamp(in duration: Duration) -> String {
    (now + duration).rfc3339
  }

  /// The process is gone, and another one opens the file.
  func restart() throws {
    try restore(path)
  }

  /// Goes on with another file.
  func restore(_ path: String) throws {
    replica = try Replica.open(path, .existing, now: { [clock] in clock.wall })
  }
}

// MARK: Editing

extension ReplicaHost {
  func newLocalID() -> LocalID {
    localIDs += 1
    return LocalID(at: now, random: (high: 0, low: localIDs))
  }

  @discardableResult
  func create(_ name: String) throws -> OutboxOperation {
    try queued(replica.create(NetworkName(name), localID: newLocalID()))
  }

  @discardableResult
  func rename(_ name: String, to other: String) throws -> OutboxOperation {
    try queued(replica.edit(network(name).key, .rename(to: NetworkName(other))))
  }

  @discardableResult
  func delete(_ name: String) throws -> OutboxOperation {
    try queued(replica.edit(network(name).key, .delete))
  }

  private func queued(_ receipt: EditReceipt) throws -> OutboxOperation {
    guard case .queued(let edit, _, replacing: _) = receipt else { throw NothingQueued(receipt: receipt) }
    return try #require(try replica.operation(edit))
  }

  struct NothingQueued: Error {
    let receipt: EditReceipt
  }
}

// MARK: Pulling

extension ReplicaHost {
  struct Pull {
    var sweep: Int64
    var new: Int
    var changed: Int
    var withheld: Set<NetworkID>
    /// Known networks that no page showed.
    var missing: [NetworkID]
  }

  /// One complete sweep that brings these pages.
  @discardableResult
  func pull(_ pages: [NetworkDocument]..., policy: ConflictPolicy = .newest) throws -> Pull {
    let sweep = try replica.beginSweep(networksOnly: true)
    let asked = try replica.meta().acknowledgements
    let listed = pages.enumerated().map { page in
      ListedPage(
        number: page.offset + 1,
        records: page.element,
        fingerprint: [UInt8](repeating: UInt8(page.offset + 1), count: 16),
        asked: asked,
        askedAt: now
      )
    }
    let tally = try replica.apply(listed, sweep: sweep, SightContext(policy: policy, clock: serverClock))
    let missing = try replica.missing(from: sweep, lastPage: pages.count)
    try replica.endSweep(sweep, .ok, isComplete: true, SweepCounts())
    return Pull(
      sweep: sweep,
      new: tally.new,
      changed: tally.changed,
      withheld: tally.withheld,
      missing: missing.map { $0.id }
    )
  }

  /// What `GET /networks/{id}` says of the network that has this name here.
  @discardableResult
  func look(at name: String, _ sight: RemoteSight, policy: ConflictPolicy = .newest) throws -> SightOutcome {
    let evidence = Evidence(request: "GET /networks/{id}", status: sight == .gone ? 404 : 200)
    return try replica.observe(sight, of: network(name).key, .sample(policy), evidence: evidence)
  }

  /// A network's interfaces, as a pull has read them.
  func walk(
    _ name: String,
    _ interfaces: [NetworkInterfaceDocument],
    faults: [[Int: RecordFault]] = [],
    at time: Timestamp? = nil
  ) throws {
    let list = InterfaceList(of: try network(name).key, interfaces, faults: faults, walkedAt: time ?? now)
    try replica.replaceInterfaces([list], sweep: 1)
  }
}

// MARK: Pushing

extension ReplicaHost {
  /// Writes down that an edit is about to be sent, and sends nothing.
  func send(_ operation: OutboxOperation, known: Set<NetworkID> = []) throws {
    let arming = operation.intent.action == .create ? Arming(notBefore: now, known: known) : nil
    let isArmed = try replica.arm(operation, arming)
    try #require(isArmed)
  }

  /// Has it answered in a way that ``settle(_:base:_:)`` decides upon so. A retry comes with the server's own wait.
  @discardableResult
  func settle(
    _ operation: OutboxOperation,
    _ decision: PushDecision,
    failure: APIErrorDetail = APIErrorDetail(),
    wait: Duration? = nil
  ) throws -> SettledAs {
    let answer: PushAnswer =
      switch decision {
      case .landed(let document): .success(document)
      case .retry: .failure(.slowDown(wait: wait, failure))
      case .doubt: .failure(.noAnswer(reason: "timeout"))
      case .conflict: .failure(.gone(failure))
      case .deadLetter(let detail): .failure(.refused(detail))
      case .stop: .failure(.credentials(failure))
      }
    return try replica.answered(
      answer,
      to: operation.edit,
      Patience(failures: 1, chance: 0),
      serverNow: serverNow,
      evidence: Evidence(request: "PATCH /networks/{id}", status: failure.status ?? 200)
    )
  }

  /// Looks for a create without an answer, and finds these networks.
  @discardableResult
  func look(for create: OutboxOperation, finding found: [NetworkDocument]) throws -> SettledAs {
    for everywhere in [nil, CreateSight(found)] {
      let outcome = try replica.lookedFor(
        create.edit,
        named: CreateSight(found),
        everywhere: everywhere,
        settleTime: .seconds(90),
        clock: serverClock,
        evidence: Evidence(request: "GET /networks", status: 200)
      )
      if case .settled(let settled) = outcome { return settled }
    }
    return .inDoubt
  }

  /// Looks for it until it is certain that it never arrived.
  func lookInVain(for create: OutboxOperation) throws -> SettledAs {
    try look(for: create, finding: [])
    wait(.seconds(45))
    try look(for: create, finding: [])
    wait(.seconds(47))
    return try look(for: create, finding: [])
  }
}

// MARK: Reading

extension ReplicaHost {
  /// The network that has this name here, one whose deletion waits too.
  func network(_ name: String) throws -> Network {
    var filter = NetworkFilter()
    filter.includesDeleting = true
    let networks = try replica.networks(filter)
    return try #require(networks.first { $0.name == NetworkName(name) })
  }

  /// `name state` of every network as people see them, sorted.
  var seen: [String] {
    get throws { try replica.networks().map { "\($0.name?.text ?? "-") \($0.state.rawValue)" } }
  }

  /// `number action name state` of every open edit, oldest first.
  var outbox: [String] {
    get throws {
      try replica.operations().map {
        "\($0.edit) \($0.intent.action.rawValue) \($0.intent.name?.text ?? "-") \($0.state.word.rawValue)"
      }
    }
  }

  /// `side kind: before > after` of every change, oldest first.
  func journal() async throws -> [String] {
    try await query(
      """
      SELECT side || ' ' || kind || ': ' || coalesce("before", '-') || ' > ' || coalesce("after", '-') FROM changes
      """
    )
  }

  /// The rows of a query, each with its values in one line.
  func query(_ sql: String) async throws -> [String] {
    let answer = try await ReplicaQuery(path: path, timeout: .seconds(30), maximumRows: 10_000).run(sql)
    return answer.rows.map { row in row.map(\.plain).joined(separator: " ") }
  }
}

extension SQLValue {
  /// As `sqlite3` would print it, with `-` for NULL.
  fileprivate var plain: String {
    switch self {
    case .null: "-"
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .text(let text): text
    case .blob(let bytes): "\(bytes.count) bytes"
    }
  }
}

// MARK: Samples

extension NetworkID {
  static func sample(_ number: Int = 1) -> NetworkID {
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, 12 - digits.count))
    guard let id = NetworkID("5a3c9e00-0000-4000-8000-\(zeros)\(digits)") else {
      preconditionFailure("a sample's number has at most twelve digits")
    }
    return id
  }
}

extension NetworkDocument {
  /// A network as the server answers it.
  static func sample(
    _ number: Int = 1,
    name: String? = "lab",
    createdAt: String? = "2026-01-01T12:00:00Z",
    updatedAt: String? = "2026-01-01T12:00:00Z"
  ) -> NetworkDocument {
    NetworkDocument(
      id: .sample(number),
      name: name.map { NetworkName($0) },
      createdAt: createdAt.map { ServerStamp($0) },
      updatedAt: updatedAt.map { ServerStamp($0) },
      recordType: "network"
    )
  }

  /// The same network, renamed there.
  func renamed(_ name: String, at stamp: String = "2026-01-02T12:00:00Z") -> NetworkDocument {
    var renamed = restamped(stamp)
    renamed.name = NetworkName(name)
    return renamed
  }

  /// The same network with nothing but another `updated_at`.
  func restamped(_ stamp: String) -> NetworkDocument {
    var restamped = self
    restamped.updatedAt = ServerStamp(stamp)
    return restamped
  }
}

extension SightContext {
  /// The server's clock is this host's, to within a second.
  static func sample(_ policy: ConflictPolicy = .newest) -> SightContext {
    SightContext(policy: policy, clock: ServerClock(offset: .zero, uncertainty: .seconds(1)))
  }
}

extension APIErrorDetail {
  static let nameTaken = APIErrorDetail(
    status: 422,
    code: "10012",
    title: "Duplicate",
    detail: "The name is taken.",
    pointer: "/name"
  )
}
