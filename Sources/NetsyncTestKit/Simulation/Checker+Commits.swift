import FoundationEssentials
package import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import Synchronization

/// What every transaction is held against.
extension Checker {
  /// A durable step is committed.
  func committed(_ step: DurableStep?, of process: Int, commits: Int, _ facts: CommittedFacts) {
    if commits > 1 || (commits == 1 && step == nil) {
      violate(.namedSteps, "\(commits) commits in step \(step?.rawValue ?? "none")")
    }
    state.withLock { state in
      state.changes += facts.changes.count
      if facts.edits.contains(where: { $0.state == "conflict" }) { state.hasSeenConflict = true }
      // A process that died before it wrote down that an edit was refused leaves it to be sent once more.
      if step == .recover { state.refusals = [] }
      if step == .keepQuiet { state.quietUntil = max(state.quietUntil, state.askedQuiet[process] ?? 0) }
      checkSentAgain(facts, step, process, &state)
      checkEdits(facts, &state)
      checkDeletes(facts, process, state)
      checkRestored(facts, &state)
      checkAcknowledged(facts, &state)
      checkAdopted(facts, process, state)
      checkOutcomes(facts, &state)
      checkNetworks(facts, &state)
    }
  }

  /// A listing that lags does not undo what the server has just acknowledged (R10).
  private func checkAcknowledged(_ facts: CommittedFacts, _ state: inout State) {
    let now = server.wall
    for change in facts.changes {
      let network = change.network.rawValue
      if change.kind == "sent" || change.kind == "adopted" { state.acknowledgedAt[network] = now }
      guard change.kind == "went_back", change.evidence.contains("\"page\":"), let at = state.acknowledgedAt[network],
        now - at < 100_000_000, ![.restoredBackup, .oddStamps, .clockJump].contains(where: faults.has)
      else { continue }
      violate(
        .versions,
        "network \(network) goes back by a listing, \((now - at) / 1_000_000) s after our write was acknowledged"
      )
    }
  }

  /// A listing that contradicts itself proves nothing (R6).
  private func checkAdopted(_ facts: CommittedFacts, _ process: Int, _ state: State) {
    for change in facts.changes where change.kind == "adopted" && change.evidence.contains("\"request\"") {
      guard let name = change.before, state.contradicted.contains(Namesakes(process: process, name: name)) else {
        continue
      }
      violate(.duplicateCreate, "\"\(name)\" is adopted upon a listing that contradicts itself")
    }
  }

  /// A create is not sent again before its settle time is over, in true time, nor upon a whole listing that contradicts itself (R6).
  private func checkSentAgain(_ facts: CommittedFacts, _ step: DurableStep?, _ process: Int, _ state: inout State) {
    for edit in facts.edits {
      let number = edit.edit.rawValue
      if edit.isLookedFor {
        state.lookedForSince[number] = state.lookedForSince[number] ?? server.wall
      } else if let since = state.lookedForSince.removeValue(forKey: number), step == .resolveCreate {
        guard edit.state == "waiting" else { continue }
        let waited = Duration.microseconds(server.wall - since)
        if waited < SimulatedHost.settleTime {
          violate(.duplicateCreate, "edit \(number) is sent again \(waited) after it was first looked for")
        }
        if state.walks[process]?.contradictsItself ?? false {
          violate(.duplicateCreate, "edit \(number) is sent again upon a whole listing that contradicts itself")
        }
      }
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
        name: edit.name,
        state: edit.state
      )
      if edit.action == .create, edit.state == "sending" { state.armed.insert(edit.network.rawValue) }
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
  package static func isAllowed(_ before: String, _ after: String, _ action: Intent.Action) -> Bool {
    switch (before, after) {
    case ("new", "waiting"), ("new", "conflict"), ("new", "held"): true
    case ("waiting", "waiting"), ("waiting", "sending"), ("waiting", "conflict"), ("waiting", "held"): true
    case ("sending", "waiting"), ("sending", "conflict"), ("sending", "sending"): true
    case ("sending", "in_doubt"), ("in_doubt", "in_doubt"), ("in_doubt", "waiting"): action == .create
    case ("conflict", "waiting"), ("conflict", "conflict"): true
    case ("held", "waiting"), ("held", "held"), ("held", "conflict"): true
    case ("refused", "waiting"): true
    default: false
    }
  }

  private static let endings: Set<String> = [
    "sent", "adopted", "satisfied", "superseded", "discarded", "yielded", "resolved",
  ]

  /// What decides about an edit is the server's word, or the policy's.
  ///
  /// - Parameter id: the network's, where it has one.
  private func checkVerdict(
    _ change: CommittedFacts.Change,
    _ id: String?,
    _ action: Intent.Action?,
    editedAt: Timestamp?,
    isTakenBack: Bool
  ) {
    guard let edit = change.edit else { return }
    if policy == .newest { checkNewest(edit, change, editedAt) }
    if !isTakenBack { checkAuthor(edit, change, id) }
    switch change.kind {
    case "sent":
      checkSent(edit, change, id, action)
    case "satisfied":
      // A deletion is satisfied by an absence, which the network's row is checked for.
      let isChangedName = faults.has(.changedNames) && id.map { server.hasEverBeen($0, named: change.before) } ?? false
      // Of a rename that was sent, nobody can tell a server that writes the name in its own way from somebody who does.
      let isSameName = change.before.map { NameForms(of: $0).includeWhole(change.after) } ?? false
      if let mine = change.before, !isSameName, !isChangedName {
        violate(.noEditLost, "edit \(edit) counts as satisfied, and wanted \"\(mine)\"")
      }
      if let name = change.after, let id, !server.hasEverBeen(id, named: name) {
        violate(.noEditLost, "edit \(edit) counts as satisfied, and the server never had \"\(name)\"")
      }
    case "adopted":
      // A mangled listing may show its network under an id that nobody has.
      let isByPerson = !change.evidence.contains("\"request\"")
      if let id, !id.hasPrefix("ffffffff"), !isByPerson, let mine = change.before, !server.hasEverBeen(id, named: mine)
      {
        violate(.noEditLost, "edit \(edit) counts as adopted, and the server never had \"\(mine)\"")
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

  /// What nobody else has written is nobody's change against ours. A write that arrives after another one of ours is beyond telling, one
  /// whose edit was taken back too, and so is a listing that lags by no more than its stamps can say.
  private func checkAuthor(_ edit: EditNumber, _ change: CommittedFacts.Change, _ id: String?) {
    let theirs: NetworkName?
    switch change.kind {
    case "conflict", "yielded": theirs = change.after
    case "prevailed": theirs = change.before
    default: return
    }
    let beyondTelling: [Fault] = [.late, .duplicate, .restoredBackup, .otherID, .listLag]
    guard let id, let theirs, !beyondTelling.contains(where: faults.has), !server.hasCutNames else { return }
    if server.isOnly(host, authorOf: theirs, of: id) {
      violate(.noEditLost, "edit \(edit): \"\(theirs)\" counts as theirs (\(change.kind)), and is our own")
    }
  }

  /// By `newest`, who is later has to be certain, and stands.
  private func checkNewest(_ edit: EditNumber, _ change: CommittedFacts.Change, _ editedAt: Timestamp?) {
    guard change.kind == "yielded" || change.kind == "prevailed",
      let evidence = try? JSONDecoder().decode(Evidence.self, from: Data(change.evidence.utf8)),
      let uncertainty = evidence.clockUncertaintySeconds.map({ Duration.seconds($0) }),
      let theirs = evidence.updatedAtAfter.flatMap({ ServerStamp($0).instant }),
      let mine = evidence.mineAt.flatMap({ ServerStamp($0).instant })
    else { return }
    let (lead, isMine) = (mine.since(theirs), change.kind == "prevailed")
    if isMine ? lead <= uncertainty : lead >= .zero - uncertainty {
      violate(.newest, "edit \(edit) \(change.kind), and its lead is \(lead), give or take \(uncertainty)")
    }
    // A clock that was set since the edit was made tells nothing of when that was.
    guard !faults.has(.clockJump), let editedAt else { return }
    let off = mine.since(editedAt)
    if off > uncertainty || off < .zero - uncertainty {
      violate(.newest, "edit \(edit) counts as made \(off) later than it was, give or take \(uncertainty)")
    }
  }

  private func checkSent(
    _ edit: EditNumber,
    _ change: CommittedFacts.Change,
    _ id: String?,
    _ action: Intent.Action?
  ) {
    guard let id else { return violate(.noEditLost, "edit \(edit) counts as sent, and its network has no id") }
    if let action, action != .delete, change.evidence.contains("\"status\":404") {
      violate(.noEditLost, "edit \(edit) counts as sent, and the network was gone")
    }
    // A mangled listing may show its network under an id that nobody has: that one can be deleted.
    guard action != .delete || !id.hasPrefix("ffffffff") else { return }
    // What was wanted, and what the server gave back.
    for name in Set([change.before, change.after].compactMap(\.self)) where !server.hasEverBeen(id, named: name) {
      violate(.noEditLost, "edit \(edit) counts as sent, and the server never had \"\(name)\"")
    }
  }

  private func checkOutcomes(_ facts: CommittedFacts, _ state: inout State) {
    for change in facts.changes {
      let id =
        facts.networks.last { $0.network == change.network }?.id?.text ?? state.networks[change.network.rawValue]?.id
      let edit = change.edit?.rawValue
      let network = change.network.rawValue
      if change.kind == "discarded" { state.takenBack.insert(network) }
      checkVerdict(
        change,
        id,
        edit.flatMap { state.actions[$0] },
        editedAt: edit.flatMap { state.editedAt[$0] },
        isTakenBack: state.takenBack.contains(network)
      )
      guard let edit, Self.endings.contains(change.kind) else { continue }
      if state.edits[edit] == nil && !state.deadLetters.contains(edit) { state.outcomes[edit] = change.kind }
    }
  }

  /// Whether the replica has networks of the account, so that it can tell another one.
  private func knowsOwn(_ state: State) -> Bool {
    state.networks.values.contains { network in
      network.goneCause == nil && network.id.map(server.isOwn) ?? false
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
        if before?.goneCause == "deleted_here", server.isGone(id), !server.wasBroughtBack(id) {
          violate(.resurrection, "\(id.prefix(8)) is back, and the server does not have it")
        }
        state.seenGone.remove(id)
      }
      // One that was gone comes back as what the server says of it now.
      if let before, before.hasName, before.goneCause == nil, row.name == nil, row.goneCause == nil {
        violate(.unreadable, "network \(key) loses its name")
      }
      state.networks[key] = Network(
        id: row.id?.text,
        hasName: row.name != nil,
        updatedAt: row.updatedAt,
        goneCause: row.goneCause
      )
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
