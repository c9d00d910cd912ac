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
    /// The server asked for silence until then.
    var quietUntil: Int64 = 0
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
  private let state = Mutex(State())
  private let server: SimulatedServer
  private let violate: @Sendable (Invariant, String) -> Void

  init(host: Int, server: SimulatedServer, violate: @escaping @Sendable (Invariant, String) -> Void) {
    self.host = host
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

  // MARK: Requests

  /// A request leaves. For a create, the network that it is to make; nil where two are on their way under one name.
  func willSend(_ call: Call, from process: SimulatedProcess) -> Int64? {
    guard call.kind.isWrite else { return nil }
    return state.withLock { state in
      if let id = call.id {
        let flight = InFlight(process: process.process, target: id)
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

  /// An answer reaches the host.
  func didReceive(_ call: Call, status: Int, isHonest: Bool) {
    guard isHonest, let id = call.id else { return }
    let isGone = status == 404 || (call.kind == .delete && status == 200)
    if isGone { state.withLock { _ = $0.seenGone.insert(id) } }
  }

  // MARK: Commits

  /// A durable step is committed.
  func committed(_ step: DurableStep?, commits: Int, _ facts: CommittedFacts) {
    if commits > 1 || (commits == 1 && step == nil) {
      violate(.namedSteps, "\(commits) commits in step \(step?.rawValue ?? "none")")
    }
    state.withLock { state in
      state.changes += facts.changes.count
      if facts.edits.contains(where: { $0.state == "conflict" }) { state.hasSeenConflict = true }
      checkEdits(facts, &state)
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

  private func checkOutcomes(_ facts: CommittedFacts, _ state: inout State) {
    for change in facts.changes {
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
