package import NetsyncModel

/// What of a replica somebody may want to be told of at once, at one moment.
package struct NoticeState: Hashable, Sendable {
  /// Edits that a person has to decide about: in conflict, or a create in doubt that looks could not settle.
  package var undecided: Set<EditNumber>
  /// Edits that a guard holds.
  package var held: Set<EditNumber>
  /// Networks whose removal the last pull's guard holds.
  package var heldNetworks: Int
  package var refused: Set<EditNumber>
  package var isAlarming: Bool

  package init(
    undecided: Set<EditNumber> = [],
    held: Set<EditNumber> = [],
    heldNetworks: Int = 0,
    refused: Set<EditNumber> = [],
    isAlarming: Bool = false
  ) {
    self.undecided = undecided
    self.held = held
    self.heldNetworks = heldNetworks
    self.refused = refused
    self.isAlarming = isAlarming
  }
}

/// Something that has come about, once.
package enum Notice: Hashable, Sendable {
  /// These edits wait for a person's decision.
  case conflict(Set<EditNumber>)
  /// A guard holds these edits, or the removal of so many networks.
  case held(Set<EditNumber>, networks: Int)
  /// The API refused these edits for good.
  case refused(Set<EditNumber>)
  /// So many pulls in a row have failed that somebody should look.
  case alarm
  /// A pull has succeeded after an alarm.
  case recovered
}

/// What has come about between two moments. What was so before is not told again, and what is over is not told at all, but for an alarm.
///
/// | before | after | told |
/// |--------|-------|------|
/// | edit 1 in conflict | edits 1 and 2 in conflict | conflict: edit 2 |
/// | edit 1 in conflict | edit 1 refused | refused: edit 1 |
/// | 3 removals held | 3 removals held | nothing |
/// | 3 removals held | 5 removals held | held: 5 networks |
/// | no alarm | alarm | alarm |
/// | alarm | no alarm | recovered |
package func notices(from before: NoticeState, to after: NoticeState) -> [Notice] {
  var notices: [Notice] = []
  let undecided = after.undecided.subtracting(before.undecided)
  if !undecided.isEmpty { notices.append(.conflict(undecided)) }
  let held = after.held.subtracting(before.held)
  let heldNetworks = after.heldNetworks > before.heldNetworks ? after.heldNetworks : 0
  if !held.isEmpty || heldNetworks > 0 { notices.append(.held(held, networks: heldNetworks)) }
  let refused = after.refused.subtracting(before.refused)
  if !refused.isEmpty { notices.append(.refused(refused)) }
  if after.isAlarming != before.isAlarming { notices.append(after.isAlarming ? .alarm : .recovered) }
  return notices
}
