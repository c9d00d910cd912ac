package import NetsyncModel

/// Whether "in sync" may be said: nothing waits, nothing is held, the last sweep was complete and ended well, and no list of interfaces is
/// too old (R17).
///
/// - Parameters:
///   - outbox: open edits by their state.
///   - conflicts: those that are open.
///   - last: the newest sweep, ended or not.
///   - listAge: how old a list may be. Where the newest sweep was to read none, nobody goes by them.
package func isInSync(
  outbox: [OperationState.Word: Int],
  conflicts: Int,
  after last: SweepRecord?,
  listAge: Duration,
  now: Timestamp
) -> Bool {
  // mutant: in-sync-always
  // mutant: in-sync-after-a-partial-pull
  outbox.isEmpty && conflicts == 0 && last?.isComplete == true && last?.outcome == .ok
    && last?.listsAsOf.map { now.since($0) <= listAge } ?? true
}
