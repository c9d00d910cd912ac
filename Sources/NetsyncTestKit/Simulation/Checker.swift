import NetsyncModel
import NetsyncReplica
import Synchronization

/// Holds one host's replica against the promises, commit by commit. It keeps a picture of its own, made from what each
/// transaction wrote, and knows the truth at the server.
final class Checker: Sendable {
  struct Edit: Sendable {
    var network: Int64
    var action: Intent.Action
    var name: String?
    var state: String
  }

  struct Network: Sendable {
    var id: String?
    var updatedAt: Timestamp?
    var goneCause: String?
  }

  struct State: Sendable {
    var edits: [Int64: Edit] = [:]
    var deadLetters: Set<Int64> = []
    var networks: [Int64: Network] = [:]
    /// The outcome of every edit that left the outbox.
    var outcomes: [Int64: String] = [:]
    /// Edits whose call returned.
    var returned: Set<Int64> = []
    /// Networks that an honest answer said to be gone since the replica had them.
    var seenGone: Set<String> = []
    /// Writes that are on their way: the network's id, or the create's name.
    var inFlight: [InFlight] = []
    /// Looks at networks that no write of the same process has followed.
    var looks: Set<InFlight> = []
    /// What the server asked for, in the simulation's time: of each process, and of all once it is written down.
    var askedQuiet: [Int: Int64] = [:]
    var quietUntil: Int64 = 0
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
    /// Creates that their user had sent again.
    var resent: Set<Int64> = []
  }

  struct InFlight: Hashable, Sendable {
    var process: Int
    var target: String
  }

  let host: Int
  private let policy: ConflictPolicy
  private let state = Mutex(State())
  private let server: SimulatedServer
  private let violate: @Sendable (Invariant, String) -> Void

  init(
    host: Int,
    policy: ConflictPolicy,
    server: SimulatedServer,
    violate: @escaping @Sendable (Invariant, String) -> Void
  ) {
    self.host = host
    self.policy = policy
    self.server = server
    self.violate = violate
  }

  var snapshot: State { state.withLock { $0 } }

  // MARK: Edits

  /// An edit's call returned: from now on it must not be lost.
  func returned(_ edit: EditNumber) {
    state.withLock { state in
      state.returned.insert(edit.rawValue)
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
  private func checkDeletes(_ facts: CommittedFacts, _ process: Int, _ state: State) {
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
  private func checkRestored(_ facts: CommittedFacts, _ state: inout State) {
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

  /// The server asks a process for silence.
  func isAskedForSilence(_ process: SimulatedProcess, until time: Int64) {
    state.withLock { $0.askedQuiet[process.process] = max(time, $0.askedQuiet[process.process] ?? 0) }
  }

  /// No request leaves before its time (I11): asked for in the same process, or written down by any.
  func checkSilence(_ process: SimulatedProcess, at now: Int64) {
    let until = state.withLock { max($0.quietUntil, $0.askedQuiet[process.process] ?? 0) }
    if now < until { violate(.boundedWork, "a request leaves \(until - now) µs before the server wants one") }
  }

  /// A request leaves. For a create, the network that it is to make; nil where two are on their way under one name.
  func willSend(_ call: Call, from process: SimulatedProcess) -> Int64? {
    guard call.kind.isWrite else {
      if call.kind == .look, let id = call.id {
        state.withLock { _ = $0.looks.insert(InFlight(process: process.process, target: id)) }
      }
      return nil
    }
    return state.withLock { state in
      if let id = call.id {
        let flight = InFlight(process: process.process, target: id)
        if state.looks.remove(flight) == nil { violate(.order, "\(call.description) is sent without a look") }
        if state.inFlight.contains(flight) { violate(.order, "two writes of \(id.prefix(8)) are on their way") }
        state.inFlight.append(flight)
      }
      let action: Intent.Action =
        switch call.kind {
        case .create: .create
        case .rename: .rename
        default: .delete
        }
      let senders = state.edits.filter { _, edit in
        guard edit.state == "sending", edit.action == action, edit.name == call.name else { return false }
        return action == .create || state.networks[edit.network]?.id == call.id
      }
      guard let sender = senders.min(by: { $0.key < $1.key }) else {
        violate(.order, "\(call.description) is sent without an edit that says so")
        return nil
      }
      for (number, edit) in state.edits where edit.network == sender.value.network && number < sender.key {
        violate(.order, "edit \(sender.key) is sent before edit \(number) of the same network")
      }
      guard senders.count == 1, !state.resent.contains(sender.value.network) else { return nil }
      return sender.value.network
    }
  }

  func isOver(_ call: Call, of process: SimulatedProcess) {
    guard let id = call.id else { return }
    state.withLock { state in
      let flight = InFlight(process: process.process, target: id)
      if let index = state.inFlight.firstIndex(of: flight) { state.inFlight.remove(at: index) }
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

  // MARK: Commits

  /// A durable step is committed.
  func committed(_ step: DurableStep?, of process: Int, commits: Int, _ facts: CommittedFacts) {
    if commits > 1 || (commits == 1 && step == nil) {
      violate(.namedSteps, "\(commits) commits in step \(step?.rawValue ?? "none")")
    }
    state.withLock { state in
      state.changes += facts.changes.count
      if facts.edits.contains(where: { $0.state == "conflict" }) { state.hasSeenConflict = true }
      if step == .keepQuiet { state.quietUntil = max(state.quietUntil, state.askedQuiet[process] ?? 0) }
      checkEdits(facts, &state)
      checkDeletes(facts, process, state)
      checkRestored(facts, &state)
      checkOutcomes(facts, &state)
      checkNetworks(facts, &state)
    }
  }

  private func checkEdits(_ facts: CommittedFacts, _ state: inout State) {
    for edit in facts.edits {
      let number = edit.edit.rawValue
      let before = state.edits[number]?.state ?? (state.deadLetters.contains(number) ? "refused" : "new")
      if !Self.isAllowed(before, edit.state, edit.action) {
        violate(.states, "edit \(number) went from \(before) to \(edit.state)")
      }
      state.edits[number] = Edit(
        network: edit.network.rawValue,
        action: edit.action,
        name: edit.name?.text,
        state: edit.state
      )
      state.outcomes[number] = nil
      state.actions[number] = edit.action
    }
    for edit in facts.newDeadLetters { state.deadLetters.insert(edit.rawValue) }
    for edit in facts.removedDeadLetters { state.deadLetters.remove(edit.rawValue) }
    for edit in facts.removedEdits { state.edits[edit.rawValue] = nil }
    let ended = Set(facts.changes.filter { Self.endings.contains($0.kind) }.compactMap(\.edit))
    for edit in facts.removedEdits + facts.removedDeadLetters {
      let isElsewhere = state.edits[edit.rawValue] != nil || state.deadLetters.contains(edit.rawValue)
      if !isElsewhere && !ended.contains(edit) {
        violate(.noEditLost, "edit \(edit) left the outbox without an outcome")
      }
    }
  }

  /// The states of an operation only move along these edges (I8).
  private static func isAllowed(_ before: String, _ after: String, _ action: Intent.Action) -> Bool {
    switch (before, after) {
    case ("new", "waiting"), ("new", "conflict"), ("new", "held"): true
    case ("waiting", "waiting"), ("waiting", "sending"), ("waiting", "conflict"), ("waiting", "held"): true
    case ("sending", "waiting"), ("sending", "conflict"), ("sending", "sending"): true
    case ("sending", "in_doubt"), ("in_doubt", "in_doubt"), ("in_doubt", "waiting"): action == .create
    case ("conflict", "waiting"), ("conflict", "conflict"), ("conflict", "held"): true
    case ("held", "waiting"), ("held", "held"), ("held", "conflict"): true
    case ("refused", "waiting"): true
    default: false
    }
  }

  private static let endings: Set<String> = [
    "sent", "adopted", "satisfied", "superseded", "discarded", "yielded", "resolved",
  ]

  /// What decides about an edit is the server's word, or the policy's.
  private func checkVerdict(_ change: CommittedFacts.Change, _ id: String?, _ action: Intent.Action?) {
    guard let edit = change.edit else { return }
    switch change.kind {
    case "satisfied":
      if let mine = change.before?.text, change.after?.text != mine {
        violate(.noEditLost, "edit \(edit) counts as satisfied, and wanted \"\(mine)\"")
      }
    case "adopted":
      // A mangled listing may show its network under an id that nobody has.
      if let id, !id.hasPrefix("ffffffff"), let mine = change.before?.text, !server.hasEverBeen(id, named: mine) {
        violate(.noEditLost, "edit \(edit) counts as adopted, and the server never had \"\(mine)\"")
      }
    case "sent":
      if let action, action != .delete, change.evidence.contains("\"status\":404") {
        violate(.noEditLost, "edit \(edit) counts as sent, and the network was gone")
      }
    case "refused":
      if ![400, 404, 409, 422].contains(where: { change.evidence.contains("\"status\":\($0)") }) {
        violate(.noEditLost, "edit \(edit) counts as refused, and the server did not refuse it")
      }
    case "yielded":
      if policy == .client || policy == .hold { violate(.noEditLost, "edit \(edit) yields under \(policy)") }
    case "prevailed":
      if policy == .server || policy == .hold { violate(.noEditLost, "edit \(edit) prevails under \(policy)") }
    default:
      break
    }
  }

  private func checkOutcomes(_ facts: CommittedFacts, _ state: inout State) {
    for change in facts.changes {
      let known =
        facts.networks.last { $0.network == change.network }?.id?.text ?? state.networks[change.network.rawValue]?.id
      checkVerdict(change, known, change.edit.flatMap { state.actions[$0.rawValue] })
      guard let edit = change.edit?.rawValue, Self.endings.contains(change.kind) else { continue }
      if state.edits[edit] == nil && !state.deadLetters.contains(edit) { state.outcomes[edit] = change.kind }
      let id =
        facts.networks.last { $0.network == change.network }?.id?.text ?? state.networks[change.network.rawValue]?.id
      switch change.kind {
      case "sent":
        checkSent(change, id, facts)
      case "satisfied":
        // A deletion is satisfied by an absence, which the network's row is checked for.
        if let name = change.after?.text, let id, !server.hasEverBeen(id, named: name) {
          violate(.noEditLost, "edit \(edit) counts as satisfied, and the server never had \"\(name)\"")
        }
      default:
        break
      }
    }
  }

  private func checkSent(_ change: CommittedFacts.Change, _ id: String?, _ facts: CommittedFacts) {
    guard let edit = change.edit, let id else {
      return violate(.noEditLost, "an edit counts as sent, and its network has no id")
    }
    guard let name = change.after?.text else { return }
    if !server.hasEverBeen(id, named: name) {
      violate(.noEditLost, "edit \(edit) counts as sent, and the server never had \"\(name)\"")
    }
  }

  /// Whether the replica has networks of the account, so that it can tell another one.
  private func knowsOwn(_ state: State) -> Bool {
    state.networks.values.contains { network in
      network.goneCause == nil && network.id.map { !server.isForeign($0) } ?? false
    }
  }

  private func checkNetworks(_ facts: CommittedFacts, _ state: inout State) {
    for row in facts.networks {
      let key = row.network.rawValue
      let before = state.networks[key]
      let wentBack = facts.changes.contains { $0.network == row.network && $0.kind == "went_back" }
      if let old = before?.updatedAt, let new = row.updatedAt, new < old, row.goneCause == nil,
        before?.goneCause == nil,
        !wentBack, before?.id == row.id?.text
      {
        violate(.versions, "the base of network \(key) went back without a word")
      }
      if let cause = row.goneCause, before?.goneCause == nil, cause != "never_sent", let id = row.id?.text {
        checkRemoval(id, cause, facts.changes.filter { $0.network == row.network }, state)
      }
      if before?.id == nil, let id = row.id?.text, server.isForeign(id), knowsOwn(state) {
        violate(.guards, "\(id.prefix(8)) of another account enters")
      }
      if row.goneCause == nil, before?.goneCause != nil || before == nil, let id = row.id?.text {
        // It is there (again): an earlier word that it was gone proves nothing any more.
        if before?.goneCause == "deleted_here", server.isGone(id) {
          violate(.resurrection, "\(id.prefix(8)) is back, and the server does not have it")
        }
        state.seenGone.remove(id)
      }
      state.networks[key] = Network(id: row.id?.text, updatedAt: row.updatedAt, goneCause: row.goneCause)
    }
    for key in facts.removedNetworks { state.networks[key.rawValue] = nil }
  }

  /// A row leaves on the API's own word about that very network, and with the evidence written down (I3).
  private func checkRemoval(_ id: String, _ cause: String, _ changes: [CommittedFacts.Change], _ state: State) {
    if !state.seenGone.contains(id) {
      violate(.falseDelete, "\(id.prefix(8)) was removed (\(cause)), and no answer said that it was gone")
    }
    let hasEvidence = changes.contains { change in
      change.evidence.contains(id) && (change.evidence.contains("\"status\":404") || change.kind == "sent")
        || change.kind == "resolved" || change.kind == "discarded" || change.kind == "superseded"
        || change.kind == "satisfied"
    }
    if !hasEvidence { violate(.falseDelete, "\(id.prefix(8)) was removed (\(cause)) without evidence") }
  }
}
