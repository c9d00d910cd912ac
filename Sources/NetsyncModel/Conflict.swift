/// The shapes that a conflict can have.
public enum ConflictKind: String, CaseIterable, Sendable {
  /// Renamed here and there, to different names.
  case bothChanged = "both_changed"
  /// Edited here, deleted there. Always a person's decision: a new network would come without its interfaces.
  case deletedThere = "deleted_there"
  /// Deleted here, renamed there.
  case deletedHere = "deleted_here"
}

/// How a conflict is settled when both sides changed (R8).
public enum ConflictPolicy: String, CaseIterable, Sendable {
  /// The later change stands: the local edit's time, on the server's clock, against `updated_at`. Too close to call is held.
  case newest
  /// The server's side stands.
  case server
  /// The local edit stands.
  case client
  /// A person decides.
  case hold
}

/// An open conflict: base, mine and theirs.
public struct Conflict: Hashable, Sendable {
  public let edit: EditNumber
  public let id: NetworkID?
  public let localID: LocalID?
  public let kind: ConflictKind
  /// The name that both sides started from.
  public let baseName: NetworkName?
  /// The name wanted here; nil for a delete.
  public let mine: NetworkName?
  /// The name there; nil where it was deleted.
  public let theirs: NetworkName?
  /// On this host's clock.
  public let mineAt: Timestamp
  /// The server's own string; nil where it was deleted, since a deletion carries no time.
  public let theirsAt: String?

  package init(
    edit: EditNumber,
    id: NetworkID?,
    localID: LocalID?,
    kind: ConflictKind,
    baseName: NetworkName?,
    mine: NetworkName?,
    theirs: NetworkName?,
    mineAt: Timestamp,
    theirsAt: String?
  ) {
    self.edit = edit
    self.id = id
    self.localID = localID
    self.kind = kind
    self.baseName = baseName
    self.mine = mine
    self.theirs = theirs
    self.mineAt = mineAt
    self.theirsAt = theirsAt
  }
}

/// Which side a person takes.
public enum ConflictSide: String, CaseIterable, Sendable {
  case mine, theirs
}
