package import NetsyncModel

/// Where a network stands today, as far as the reversal of one of its changes depends on it.
package struct UndoStanding: Hashable, Sendable {
  package enum Presence: Hashable, Sendable {
    case gone
    /// With the name that people see; nil where the server gave none.
    case here(NetworkName?)
  }

  package var presence: Presence
  /// Where the edit that the change tells of stands; nil where it is no longer in the outbox, or there is none.
  package var edit: OperationState?
  /// The edit that deletes the network, if one waits or is on its way.
  package var deletion: EditNumber?
  /// The change by which this one was undone already, by making a new network.
  package var undoneBy: ChangeNumber?

  package init(
    _ presence: Presence,
    edit: OperationState? = nil,
    deletion: EditNumber? = nil,
    undoneBy: ChangeNumber? = nil
  ) {
    self.presence = presence
    self.edit = edit
    self.deletion = deletion
    self.undoneBy = undoneBy
  }
}

/// How a change is reversed.
package enum UndoDecision: Hashable, Sendable {
  /// By a new edit of the network.
  case queue(Intent)
  /// By taking back the edit that would make it.
  case takeBack(EditNumber)
  /// The network is gone for good: one of that name is made, with a new id and without interfaces.
  case makeAnew(NetworkName)
  case refuse(UndoRefusal)
}

/// Decides how a change is reversed, upon what the network is today: what changed since is never overwritten.
///
/// | change                        | today                   | decision                        |
/// |-------------------------------|-------------------------|---------------------------------|
/// | renamed a to b, here or there | b                       | rename to a                     |
/// | renamed a to b, here or there | c                       | refuse: changed since           |
/// | created a                     | a                       | delete                          |
/// | deleted a here                | its deletion waits      | take the edit back              |
/// | deleted a, here or there      | gone                    | make a anew                     |
/// | yielded: mine a, theirs b     | b                       | rename to a                     |
/// | prevailed: theirs a, mine b   | b                       | rename to a                     |
/// | discarded: mine a             | b                       | rename to a                     |
/// | sent, adopted, refused, …     | –                       | refuse: it is an edit's outcome |
///
/// Total and pure.
package func undo(_ change: JournalChange, upon standing: UndoStanding) -> UndoDecision {
  if case .conflict? = standing.edit, let edit = change.edit { return .refuse(.conflictOpen(edit)) }
  switch change.kind {
  case .created:
    return undoCreation(change, standing)
  case .renamed, .wentBack:
    return undoRename(change, standing)
  case .deleted:
    return undoDeletion(change, standing)
  case .prevailed, .resolved:
    // Only a deletion gives no name.
    return change.after == nil ? undoDeletion(change, standing) : undoRename(change, standing)
  case .yielded, .discarded, .superseded:
    return bringBack(change, standing)
  case .changed, .setAside, .lost:
    return .refuse(.nothingToReverse)
  case .sent, .adopted, .satisfied, .refused, .conflict:
    return .refuse(change.edit.map { .outcomeOf($0) } ?? .nothingToReverse)
  }
}

private func undoCreation(_ change: JournalChange, _ standing: UndoStanding) -> UndoDecision {
  guard case .here(let today) = standing.presence else { return .refuse(.alreadySo) }
  if let deletion = standing.deletion { return .refuse(.deletionWaits(deletion)) }
  // mutant: undo-deletes-what-was-renamed-since
  guard today == change.after else { return .refuse(.changedSince) }
  return takeBackUnsent(change, standing) ?? .queue(.delete)
}

private func undoRename(_ change: JournalChange, _ standing: UndoStanding) -> UndoDecision {
  guard let name = change.before, name != change.after else { return .refuse(.nothingToReverse) }
  guard case .here(let today) = standing.presence else { return .refuse(.gone) }
  if let deletion = standing.deletion { return .refuse(.deletionWaits(deletion)) }
  // mutant: undo-overwrites-a-later-name
  if today == change.after { return .queue(.rename(to: name)) }
  // A refused rename is no longer overlaid: what it wanted is not what people see.
  if case .refused? = standing.edit, let edit = change.edit { return .takeBack(edit) }
  return .refuse(today == name ? .alreadySo : .changedSince)
}

private func undoDeletion(_ change: JournalChange, _ standing: UndoStanding) -> UndoDecision {
  if let edit = change.edit, standing.edit?.isInFlight == true { return .refuse(.onItsWay(edit)) }
  if let decision = takeBackUnsent(change, standing) { return decision }
  switch standing.presence {
  case .here: return .refuse(standing.deletion.map { .deletionWaits($0) } ?? .alreadySo)
  case .gone: return makeAnew(change, standing)
  }
}

/// Of an edit that lost: what it wanted is asked for again.
private func bringBack(_ change: JournalChange, _ standing: UndoStanding) -> UndoDecision {
  guard let wanted = change.before else { return deleteAfterAll(change, standing) }
  guard case .here(let today) = standing.presence else { return makeAnew(change, standing) }
  if let deletion = standing.deletion { return .refuse(.deletionWaits(deletion)) }
  if today == wanted { return .refuse(.alreadySo) }
  return isStillAsLeft(today, by: change) ? .queue(.rename(to: wanted)) : .refuse(.changedSince)
}

private func deleteAfterAll(_ change: JournalChange, _ standing: UndoStanding) -> UndoDecision {
  guard case .here(let today) = standing.presence, standing.deletion == nil else { return .refuse(.alreadySo) }
  return isStillAsLeft(today, by: change) ? .queue(.delete) : .refuse(.changedSince)
}

/// An edit that was superseded does not say what by.
private func isStillAsLeft(_ today: NetworkName?, by change: JournalChange) -> Bool {
  change.after == nil || today == change.after
}

private func makeAnew(_ change: JournalChange, _ standing: UndoStanding) -> UndoDecision {
  if let undo = standing.undoneBy { return .refuse(.alreadyUndone(by: undo)) }
  return change.before.map { .makeAnew($0) } ?? .refuse(.nothingToReverse)
}

private func takeBackUnsent(_ change: JournalChange, _ standing: UndoStanding) -> UndoDecision? {
  guard let edit = change.edit, let state = standing.edit, !state.isInFlight else { return nil }
  return .takeBack(edit)
}
