package import NetsyncModel

/// Whether "in sync" may be said: nothing waits, nothing is held, and the last sweep was complete and ended well (R17).
///
/// - Parameters:
///   - outbox: open edits by their state.
///   - conflicts: those that are open.
///   - last: the newest sweep, ended or not.
package func isInSync(outbox: [OperationState.Word: Int], conflicts: Int, after last: SweepRecord?) -> Bool {
  // mutant: in-sync-always
  // mutant: in-sync-after-a-partial-pull
  outbox.isEmpty && conflicts == 0 && last?.isComplete == true && last?.outcome == .ok
}
