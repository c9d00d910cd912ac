/// How far a sync has come.
public enum SyncProgress: Hashable, Sendable {
  /// Rows of the listing. `total` is nil until the server has told.
  case networks(done: Int, total: Int?)
  /// Networks whose interfaces were read.
  case interfaces(done: Int, total: Int)
  /// Everything is pulled, and edits are sent.
  case pushing
}
