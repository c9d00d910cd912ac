import NetsyncFuzzTexts
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import Synchronization

/// Has things happen to a replica in any order: what people do, what listings and answers say, and processes that die. After each, every
/// edit is in the outbox, or the journal tells what became of it (I1); at the end the replica is sound.
func fuzzEdits(_ bytes: [UInt8]) {
  var course: Course
  do { course = try Course(FuzzInput(bytes)) } catch { broken("no replica: \(error)") }
  while !course.input.isEmpty, course.steps < 64 {
    do {
      try course.step()
    } catch let error as ReplicaError {
      switch error {
      case .noEdit, .noChange, .notPossible, .deletionWaits, .networkGone, .noConflict, .idTaken, .noCandidate: break
      default: broken("the replica fails: \(error)")
      }
    } catch {
      broken("\(error)")
    }
    course.checkEdits()
  }
  let faults = try? course.replica.checkUp().faults
  promise(faults == [], "the replica is not sound: \(faults ?? [])")
}

private struct Course {
  private static let names = ["a", "b", "c", "A ", "long name that somebody typed"].map { NetworkName($0) }
  private static let ids = (1...5).compactMap { NetworkID("5a3c9e00-0000-4000-8000-00000000000\($0)") }
  private static let clock = ServerClock(offset: .zero, uncertainty: .seconds(1))

  var input: FuzzInput
  let replica: Replica
  private(set) var steps = 0
  private let time: Time
  private var localIDs: UInt64 = 0
  private var known: Set<EditNumber> = []

  /// Stands still until it is moved.
  private final class Time: Sendable {
    private let seconds = Mutex<Int64>(1_780_000_000)
    var now: Timestamp { Timestamp(microseconds: seconds.withLock { $0 } * 1_000_000) }
    func advance(_ by: Int) { seconds.withLock { $0 += Int64(by) } }
  }

  init(_ input: FuzzInput) throws {
    self.input = input
    let time = Time()
    self.time = time
    replica = Replica(in: try MemoryFile(), now: { time.now })
  }

  mutating func step() throws {
    steps += 1
    time.advance(1)
    switch input.number(below: 19) {
    case 0, 1: _ = try replica.create(name(), localID: localID())
    case 2: if let network = try network() { _ = try replica.edit(network.key, .rename(to: name())) }
    case 3: if let network = try network() { _ = try replica.edit(network.key, .delete) }
    case 4: if let edit = try operation()?.edit { _ = try replica.discard(edit) }
    case 5: if let edit = try operation()?.edit { _ = try replica.retry(edit) }
    case 6: if let edit = try operation()?.edit { _ = try replica.rename(edit, to: name()) }
    case 7, 8: try send()
    case 9, 10: try answer()
    case 11: try replica.recover()
    case 12, 13: try pull()
    case 14: try look()
    case 15: try lookForCreate()
    case 16:
      if let edit = try operation()?.edit, let id = input.one(of: Self.ids) { try replica.adopt(edit, id) }
    case 17:
      if let network = try network() {
        let side: ConflictSide = input.number(below: 2) == 0 ? .mine : .theirs
        _ = try replica.resolveConflict(of: network.key, taking: side, localID: localID())
      }
    default:
      switch input.number(below: 3) {
      case 0: _ = try replica.undo(ChangeNumber(rawValue: Int64(input.byte())), localID: localID())
      case 1: try replica.holdDeletes(input.number(below: 2) == 0, among: replica.operations().map(\.edit))
      default: time.advance(input.number(below: 256))
      }
    }
  }

  /// No edit goes without a word.
  mutating func checkEdits() {
    do {
      let open = Set(try replica.operations().map(\.edit))
      for edit in known.subtracting(open) {
        let endings = try replica.changes(limit: 10_000).filter { $0.edit == edit }.map(\.kind)
        let isTold = endings.contains { kind in
          switch kind {
          case .sent, .adopted, .satisfied, .superseded, .discarded, .yielded, .resolved: true
          default: false
          }
        }
        promise(isTold, "edit \(edit) is gone, and the journal tells only of \(endings)")
      }
      known = open
    } catch {
      broken("the outbox cannot be read: \(error)")
    }
  }

  // MARK: What happens

  private mutating func send() throws {
    guard let operation = try operation(), case .waiting = operation.state else { return }
    if operation.intent.action == .create {
      let arming = Arming(notBefore: time.now - .seconds(1), known: [])
      _ = try replica.arm(operation, arming)
    } else if operation.id != nil {
      _ = try replica.arm(operation, nil)
    }
  }

  private mutating func answer() throws {
    guard let operation = try operation() else { return }
    let detail = APIErrorDetail(status: 422, code: "10015", title: "No")
    let answers: [PushAnswer] = [
      .success(document(operation.id)), .success(document(nil)), .success(nil), .failure(.gone(detail)),
      .failure(.refused(detail)), .failure(.noAnswer(reason: "timeout")), .failure(.serverFault(detail)),
      .failure(.slowDown(wait: .seconds(5), detail)), .failure(.credentials(detail)),
      .failure(.notUnderstood(.redirect(status: 302))),
    ]
    guard let answer = input.one(of: answers) else { return }
    _ = try replica.answered(
      answer,
      to: operation.edit,
      Patience(failures: 1, chance: 0.5),
      serverNow: time.now,
      evidence: Evidence(request: "PATCH /networks/{id}", status: 200)
    )
  }

  private mutating func pull() throws {
    let sweep = try replica.beginSweep(networksOnly: true)
    var documents: [NetworkDocument] = []
    for id in Self.ids where input.number(below: 3) > 0 {
      if let document = document(id) { documents.append(document) }
    }
    let page = ListedPage(
      number: 1,
      records: documents,
      fingerprint: [UInt8](repeating: input.byte(), count: 16),
      asked: try replica.meta().acknowledgements - Int64(input.number(below: 2)),
      askedAt: replica.now()
    )
    _ = try replica.apply([page], sweep: sweep, context())
    try replica.endSweep(sweep, .ok, isComplete: true, SweepCounts())
  }

  private mutating func look() throws {
    guard let network = try network(), network.id != nil else { return }
    let sight: RemoteSight = input.number(below: 3) == 0 ? .gone : document(network.id).map(RemoteSight.read) ?? .gone
    let evidence = Evidence(request: "GET /networks/{id}", status: sight == .gone ? 404 : 200)
    // While a write of it is on its way nobody looks.
    guard try !replica.operations().contains(where: { $0.network == network.key && $0.state.isInFlight }) else {
      return
    }
    _ = try replica.observe(sight, of: network.key, context(), evidence: evidence)
  }

  private mutating func lookForCreate() throws {
    guard let operation = try operation(), operation.state.word == .inDoubt else { return }
    let found = (0..<input.number(below: 3)).compactMap { _ in document(nil) }
    let named = CreateSight(found, contradiction: input.number(below: 4) == 0 ? "the totals disagree" : nil)
    let everywhere = input.number(below: 2) == 0 ? nil : CreateSight(found)
    _ = try replica.lookedFor(
      operation.edit,
      named: named,
      everywhere: everywhere,
      settleTime: .seconds(90),
      clock: ServerClock(offset: .zero, uncertainty: .seconds(input.number(below: 2))),
      evidence: Evidence(request: "GET /networks", status: 200)
    )
  }

  // MARK: What is chosen

  private mutating func name() -> NetworkName { input.one(of: Self.names) ?? NetworkName("a") }

  private mutating func localID() -> LocalID {
    localIDs += 1
    return LocalID(at: time.now, random: (high: 0, low: localIDs))
  }

  private mutating func network() throws -> Network? {
    var filter = NetworkFilter()
    filter.includesDeleting = true
    return input.one(of: try replica.networks(filter))
  }

  private mutating func operation() throws -> OutboxOperation? { input.one(of: try replica.operations()) }

  private mutating func document(_ id: NetworkID?) -> NetworkDocument? {
    guard let id = id ?? input.one(of: Self.ids) else { return nil }
    let stamp = ServerStamp((time.now - .seconds(Int64(input.number(below: 200)))).rfc3339)
    return NetworkDocument(id: id, name: name(), createdAt: stamp, updatedAt: stamp, recordType: "network")
  }

  private mutating func context() -> SightContext {
    SightContext(policy: input.one(of: ConflictPolicy.allCases) ?? .newest, clock: Self.clock)
  }
}
