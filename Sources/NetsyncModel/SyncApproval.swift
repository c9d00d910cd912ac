/// What a person has allowed one sync, beyond what its guards let pass.
package struct SyncApproval: Hashable, Sendable {
  /// Networks that the API no longer lists, and that are removed here where it says of each that it is gone.
  package var removals: Int?
  /// Deletions that are sent.
  package var deletions: Int?

  package init(removals: Int? = nil, deletions: Int? = nil) {
    self.removals = removals
    self.deletions = deletions
  }
}
