/// One entry of the journal: a change of a network, here or there, or what became of an edit of it.
public struct JournalChange: Hashable, Sendable {
  public let number: ChangeNumber
  /// On this host's clock.
  public let at: Timestamp
  public let side: Side
  public let kind: Kind
  /// nil until the server has named the network.
  public let id: NetworkID?
  /// nil for a network that was not made here.
  public let localID: LocalID?
  /// The edit that it tells of; nil for a change that was seen there.
  public let edit: EditNumber?
  /// Of an edit's outcome: the name that the edit wanted; nil for a deletion.
  public let before: NetworkName?
  public let after: NetworkName?
  public let evidence: Evidence

  package let network: NetworkKey

  package init(
    number: ChangeNumber,
    at: Timestamp,
    side: Side,
    kind: Kind,
    network: NetworkKey,
    id: NetworkID? = nil,
    localID: LocalID? = nil,
    edit: EditNumber? = nil,
    before: NetworkName? = nil,
    after: NetworkName? = nil,
    evidence: Evidence = Evidence()
  ) {
    self.number = number
    self.at = at
    self.side = side
    self.kind = kind
    self.network = network
    self.id = id
    self.localID = localID
    self.edit = edit
    self.before = before
    self.after = after
    self.evidence = evidence
  }

  /// Where it happened.
  public enum Side: String, CaseIterable, Sendable {
    case local, remote
  }

  /// What the journal tells of a network, on either side.
  public enum Kind: String, CaseIterable, Sendable {
    // Both sides: an edit was queued here, or a change was seen there.
    case created, renamed, deleted
    // Seen there.
    /// Something else than the name.
    case changed
    /// The server shows an older state than before.
    case wentBack = "went_back"
    /// A record of a listing that cannot be understood: of the networks, or of the network's interfaces.
    case setAside = "set_aside"
    // Found here.
    /// The file lacks steps that were on disk: its log was damaged or lost.
    case lost
    // What became of an edit.
    /// The server took it.
    case sent
    /// A create that was not answered was found.
    case adopted
    /// The server had already what it wanted.
    case satisfied
    /// The server refused it for good.
    case refused
    /// A later edit of the network took its place.
    case superseded
    /// Its user took it back, or took their side of a conflict.
    case discarded
    /// Both sides changed the network; a person decides.
    case conflict
    /// A person took our side of a conflict; `before` is theirs.
    case resolved
    /// Our edit stood against their change; `before` is theirs.
    case prevailed
    /// Their change stood against our edit; `before` is ours.
    case yielded
  }
}
