import NetsyncEngine
import NetsyncModel
import NetsyncReplica
import Synchronization

/// Holds one host's replica against the promises, commit by commit. It keeps a picture of its own, made from what each
/// transaction wrote, and knows the truth at the server.
package final class Checker: Sendable {
  /// An edit in the outbox.
  struct Edit: Sendable {
    var network: Int64
    var action: Intent.Action
    var name: NetworkName?
    var state: String
  }

  /// A network's row.
  struct Network: Sendable {
    var id: String?
    var hasName: Bool
    var updatedAt: Timestamp?
    var goneCause: String?
  }

  /// The picture.
  struct State: Sendable {
    var edits: [Int64: Edit] = [:]
    /// Edits that the server refused.
    var deadLetters: Set<Int64> = []
    var networks: [Int64: Network] = [:]
    /// The outcome of every edit that left the outbox.
    var outcomes: [Int64: String] = [:]
    /// Edits whose call returned.
    var returned: Set<Int64> = []
    /// When each of them was made, on the server's clock.
    var editedAt: [Int64: Timestamp] = [:]
    /// Networks that an answer came of being gone, since the replica had them; the answer itself may be mangled.
    var seenGone: Set<String> = []
    /// Renames and deletes that are on their way.
    var inFlight: [InFlight] = []
    /// Looks at networks that no write of the same process has followed.
    var looks: Set<InFlight> = []
    /// What the server asked for, in the simulation's time: of each process, and of all once it is written down.
    var askedQuiet: [Int: Int64] = [:]
    var quietUntil: Int64 = 0
    /// By process: how many requests the server will still take, and when it said so.
    var budgets: [Int: (heard: Int64, remaining: Int)] = [:]
    /// The last edit that there was when a process started.
    var lastEdit: [Int: Int64] = [:]
    /// The actions of all edits, those that have left the outbox too.
    var actions: [Int64: Intent.Action] = [:]
    /// Sweeps that saw the server go back.
    var sweepsBack: Set<String> = []
    /// From now on people approve of whatever a guard holds.
    var isApproved = false
    /// Entries of the journal so far.
    var changes = 0
    var hasSeenConflict = false
    /// The networks of creates that were armed: each may have been sent, though its process may have died before it was.
    var armed: Set<Int64> = []
    /// The networks of creates that their user had sent again.
    var resent: Set<Int64> = []
    /// Edits that the server refused for good, and that nobody has touched since.
    var refusals: Set<Int64> = []
    /// Pages of the listing that were lately answered.
    var pages: [SeenPage] = []
    /// What processes were last told of the networks of a name, where that contradicts itself.
    var contradicted: Set<Namesakes> = []
    /// Each process's last walk through the listing.
    var walks: [Int: SeenWalk] = [:]
    /// How many pages of the listing each process waits for.
    var listing: [Int: Int] = [:]
    /// Networks of which an edit was taken back: it may have been carried out all the same.
    var takenBack: Set<Int64> = []
    /// When each unanswered create was first looked for, on the server's clock.
    var lookedForSince: [Int64: Int64] = [:]
    /// When our last write of each network was acknowledged, in the simulation's time.
    var acknowledgedAt: [Int64: Int64] = [:]
  }

  /// A request about one network.
  struct InFlight: Hashable, Sendable {
    var process: Int
    var network: String
  }

  /// The networks of one name, as one process asks for them.
  struct Namesakes: Hashable, Sendable {
    var process: Int
    var name: NetworkName
  }

  let policy: ConflictPolicy
  /// Which host it is.
  let host: Int
  /// What may go wrong in this seed.
  let faults: FaultSource
  let state = Mutex(State())
  let server: SimulatedServer
  let violate: @Sendable (Invariant, String) -> Void

  init(
    policy: ConflictPolicy,
    host: Int,
    faults: FaultSource,
    server: SimulatedServer,
    violate: @escaping @Sendable (Invariant, String) -> Void
  ) {
    self.policy = policy
    self.host = host
    self.faults = faults
    self.server = server
    self.violate = violate
  }

  var snapshot: State { state.withLock { $0 } }

  // MARK: Edits

  /// An edit's call returned: from now on it must not be lost.
  func returned(_ edit: EditNumber) {
    state.withLock { state in
      state.returned.insert(edit.rawValue)
      state.editedAt[edit.rawValue] = Timestamp(microseconds: server.wall)
      let isKnown =
        state.edits[edit.rawValue] != nil || state.outcomes[edit.rawValue] != nil
        || state.deadLetters.contains(edit.rawValue)
      if !isKnown { violate(.noEditLost, "edit \(edit) returned and is nowhere") }
    }
  }

  /// A create's user says that none of the candidates is it.
  func resend(_ edit: EditNumber) {
    state.withLock { state in
      if let network = state.edits[edit.rawValue]?.network { state.resent.insert(network) }
    }
  }

  // MARK: Guards

  func starts(_ process: SimulatedProcess) {
    state.withLock { $0.lastEdit[process.process] = $0.edits.keys.max() ?? 0 }
  }

  func approve() {
    state.withLock { $0.isApproved = true }
  }

  /// Deletes that were queued before the process started are sent only where they are not too many (R5).
  func checkDeletes(_ facts: CommittedFacts, _ process: Int, _ state: State) {
    guard !state.isApproved, let last = state.lastEdit[process],
      facts.edits.contains(where: { $0.state == "sending" && $0.action == .delete })
    else { return }
    let deletes = state.edits.count { number, edit in
      number <= last && edit.action == .delete && ["waiting", "held", "sending"].contains(edit.state)
    }
    let known = state.networks.values.count { $0.id != nil && $0.goneCause == nil }
    if deletes > max(5, known / 5) { violate(.guards, "one of \(deletes) deletes is sent, and nobody approved") }
  }

  /// What a sweep does not list is not removed where the same sweep saw the server go back (R5).
  func checkRestored(_ facts: CommittedFacts, _ state: inout State) {
    for change in facts.changes {
      guard let sweep = Self.sweep(of: change) else { continue }
      if change.kind == "went_back", change.evidence.contains("\"page\":") { state.sweepsBack.insert(sweep) }
      if change.kind == "deleted", change.side == "remote", !state.isApproved, state.sweepsBack.contains(sweep) {
        violate(.guards, "sweep \(sweep) saw the server go back, and removes")
      }
    }
  }

  private static func sweep(of change: CommittedFacts.Change) -> String? {
    change.evidence.firstRange(of: "\"sweep\":").map { range in
      String(change.evidence[range.upperBound...].prefix { $0.isNumber })
    }
  }

  // MARK: Requests

  /// The server refuses a write for good, and its process hears of it.
  func isRefused(_ call: Call, of process: SimulatedProcess) {
    state.withLock { state in
      let senders = senders(of: call, state)
      // An edit that was made meanwhile may ask for the same once more.
      guard senders.count == 1, let sender = senders.first,
        state.edits.values.count(where: { $0.network == sender.value.network }) == 1
      else { return }
      state.refusals.insert(sender.key)
    }
  }

  /// The edits on their way that a write may be of.
  private func senders(of call: Call, _ state: State) -> [Int64: Edit] {
    state.edits.filter { _, edit in
      guard edit.state == "sending", edit.action == call.action, edit.name == call.name else { return false }
      return edit.action == .create || state.networks[edit.network]?.id == call.id
    }
  }

  /// Somebody edits, retries or decides on this host: what was refused may be asked for once more.
  func isEdited() {
    state.withLock { $0.refusals = [] }
  }

  /// The server asks a process for silence.
  func isAskedForSilence(_ process: SimulatedProcess, until time: Int64) {
    state.withLock { $0.askedQuiet[process.process] = max(time, $0.askedQuiet[process.process] ?? 0) }
  }

  /// No request leaves before its time (I11): asked for in the same process, or written down by any.
  func checkSilence(_ process: SimulatedProcess, at now: Int64) {
    let until = state.withLock { max($0.quietUntil, $0.askedQuiet[process.process] ?? 0) }
    if now < until { violate(.boundedWork, "a request leaves \(until - now) µs before the server wants one") }
  }

  /// An answer says how many requests the server will still take, or does not say.
  func hears(_ remaining: Int?, by process: SimulatedProcess, at now: Int64) {
    state.withLock { $0.budgets[process.process] = remaining.map { (now, $0) } }
  }

  /// No more requests are on their way than the server will still take (I11). What leaves at the very moment of an answer has not heard it.
  func checkBudget(_ process: SimulatedProcess, at now: Int64) {
    guard let (heard, remaining) = state.withLock({ $0.budgets[process.process] }), heard < now else { return }
    let awaited = process.awaited
    if awaited > max(1, remaining) {
      violate(.boundedWork, "\(awaited) requests are on their way, and the server takes \(remaining) more")
    }
  }

  /// A request leaves. For a create, the network that it is to make; nil where two are on their way under one name.
  ///
  /// - Parameter now: in the simulation's time.
  func willSend(_ call: Call, from process: SimulatedProcess, at now: Int64) -> Int64? {
    guard call.kind.isWrite else {
      if call.kind == .look, let id = call.id {
        state.withLock { _ = $0.looks.insert(InFlight(process: process.process, network: id)) }
      }
      return nil
    }
    return state.withLock { state in
      if let id = call.id {
        let flight = InFlight(process: process.process, network: id)
        forgetPages(&state, at: now)
        let isSighted = state.pages.contains { $0.shows(id, to: process) }
        if state.looks.remove(flight) == nil, !isSighted {
          violate(.order, "\(call.description) is sent without a look")
        }
        if state.inFlight.contains(flight) { violate(.order, "two writes of \(id.prefix(8)) are on their way") }
        state.inFlight.append(flight)
      }
      if call.kind == .create, let name = call.name,
        state.contradicted.contains(Namesakes(process: process.process, name: name))
      {
        violate(.duplicateCreate, "\"\(name)\" is sent upon a listing that contradicts itself")
      }
      let senders = senders(of: call, state)
      guard let sender = senders.min(by: { $0.key < $1.key }) else {
        violate(.order, "\(call.description) is sent without an edit that says so")
        return nil
      }
      if senders.count == 1, state.refusals.contains(sender.key) {
        violate(.boundedWork, "edit \(sender.key) is sent again, and was refused for good")
      }
      for (number, edit) in state.edits where edit.network == sender.value.network && number < sender.key {
        violate(.order, "edit \(sender.key) is sent before edit \(number) of the same network")
      }
      guard senders.count == 1, !state.resent.contains(sender.value.network) else { return nil }
      return sender.value.network
    }
  }

  /// Whether a network there has become that of another create from here, one that may have been sent.
  func isAnothers(_ id: String, than network: Int64?) -> Bool {
    state.withLock { state in
      state.networks.contains { $0.key != network && $0.value.id == id && state.armed.contains($0.key) }
    }
  }

  func isOver(_ call: Call, of process: SimulatedProcess) {
    guard let id = call.id else { return }
    state.withLock { state in
      let flight = InFlight(process: process.process, network: id)
      if let index = state.inFlight.firstIndex(of: flight) { state.inFlight.remove(at: index) }
    }
  }

  /// A page of the listing is answered.
  func lists(_ body: [UInt8], to process: SimulatedProcess, at now: Int64) {
    state.withLock { state in
      forgetPages(&state, at: now)
      state.pages.append(SeenPage(process: process.process, at: now, body: body))
    }
  }

  /// A page of the listing is asked for.
  func asks(for page: Int, _ process: SimulatedProcess) {
    state.withLock { state in
      let others = state.listing[process.process, default: 0]
      state.listing[process.process] = others + 1
      if page == 1 && others == 0 { state.walks[process.process] = SeenWalk() }
      if others > 0 { state.walks[process.process]?.isShared = true }
    }
  }

  /// The request for a page is answered or given up.
  func hasAsked(_ process: SimulatedProcess) {
    state.withLock { $0.listing[process.process, default: 1] -= 1 }
  }

  /// A page of the listing is answered to a process that waits for it.
  func walks(_ page: Int, _ body: [UInt8], _ process: SimulatedProcess) {
    state.withLock { $0.walks[process.process]?.pages[page] = body }
  }

  /// Where a host's clock jumps, it cannot tell how old a page is.
  private func forgetPages(_ state: inout State, at now: Int64) {
    if !faults.has(.clockJump) { state.pages.removeAll { $0.at < now - SeenPage.age } }
  }

  /// The networks of a name are listed.
  func lists(namesakesOf name: NetworkName, contradicts: Bool, to process: SimulatedProcess) {
    let namesakes = Namesakes(process: process.process, name: name)
    state.withLock { state in
      if contradicts { state.contradicted.insert(namesakes) } else { state.contradicted.remove(namesakes) }
    }
  }

  /// One record that nobody can understand hides no other, and is not passed over.
  func checkPull(_ report: PullReport, of process: SimulatedProcess) {
    if case .api(.notUnderstood(.wrongType(let path)), let request, tries: _)? = report.failure,
      path.hasPrefix("data."), request.hasPrefix("GET /networks?")
    {
      violate(.unreadable, "a pull ends at \(path) of \(request)")
    }
    let unreadable = state.withLock { $0.walks[process.process]?.unreadable ?? [] }
    if let page = unreadable.min(), report.isComplete {
      violate(.unreadable, "a pull counts as complete, and page \(page) had a record that it cannot know")
    }
  }

  /// An answer reaches the host that comes of a network being gone.
  func isGone(_ id: String) {
    state.withLock { _ = $0.seenGone.insert(id) }
  }

  /// Whether the replica has networks, so that it would know another account.
  var knowsNetworks: Bool {
    state.withLock { state in state.networks.values.contains { $0.id != nil && $0.goneCause == nil } }
  }
}

extension Call {
  /// What a write does.
  fileprivate var action: Intent.Action {
    switch kind {
    case .create: .create
    case .rename: .rename
    case .delete, .list, .listNamesakes, .look, .listInterfaces: .delete
    }
  }
}
