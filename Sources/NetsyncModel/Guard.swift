/// Why a batch of deletions is held (R5).
public enum Guard: String, CaseIterable, Sendable {
  /// Another base URL than last time.
  case otherAccount = "other_account"
  /// The server lists nothing any more.
  case emptyListing = "empty_listing"
  /// The server lists nothing that is known.
  case noOverlap = "no_overlap"
  /// More than were allowed.
  case tooMany = "too_many"
  /// Every known network that is listed has another content than before: another account, or one that was filled anew.
  case allChanged = "all_changed"
  /// The server was restored from a backup: what it does not list may have been made after that.
  case wentBack = "server_went_back"
}
