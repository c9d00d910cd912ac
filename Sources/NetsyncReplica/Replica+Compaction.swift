import GRDB
import NetsyncModel
import NetsyncReconcile

extension Replica {
  /// Removes what has served: entries of the journal past the horizon, and all sweeps but the newest.
  ///
  /// Kept whatever their age are the entries of edits that are still open, and the last entry of a network that is gone: the
  /// evidence of its removal. Bounded transactions, so that nobody waits for long; what is left over is the next one's.
  /// Only for the holder of the sync lock.
  ///
  /// - Parameters:
  ///   - changes: how many to keep, give or take those that were written at one moment.
  ///   - sweeps: how many to keep.
  package func compactJournal(
    changes: Int = Limits.journalRows,
    sweeps: Int = Limits.sweeps
  ) throws(ReplicaError) {
    let compactedAt = now()
    for _ in 0..<Limits.compactions {
      let removed = try writePulled(.compactJournal) { database in
        try database.removeOldChanges(keeping: changes, at: compactedAt)
        let removedChanges = database.changesCount
        try database.removeOldSweeps(keeping: sweeps)
        return max(removedChanges, database.changesCount)
      }
      guard removed == Limits.compactedRows else { return }
    }
  }
}

extension Database {
  fileprivate func removeOldChanges(keeping count: Int, at now: Timestamp) throws {
    let surplus = try value(
      Int64.self,
      """
      SELECT at_us FROM journal WHERE change <= (SELECT max(change) FROM journal) - ? ORDER BY change DESC LIMIT 1
      """,
      arguments: [count]
    )
    try run(
      """
      DELETE FROM journal WHERE change IN (
        SELECT change FROM journal AS old
        WHERE at_us < :horizon
          AND NOT EXISTS (SELECT 1 FROM operation WHERE operation.edit = old.edit)
          AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.edit = old.edit)
          AND (
            EXISTS (SELECT 1 FROM network WHERE network.network_key = old.network_key AND gone_at_us IS NULL)
            OR EXISTS (
              SELECT 1 FROM journal AS later WHERE later.network_key = old.network_key AND later.change > old.change
            )
          )
        ORDER BY at_us LIMIT :limit
      )
      """,
      arguments: [
        "horizon": journalHorizon(now: now, surplus: Timestamp(surplus)).microseconds, "limit": Limits.compactedRows,
      ]
    )
  }

  /// A sweep that confirmed a page is the page's evidence, and the last complete one is what the replica's age is told by.
  fileprivate func removeOldSweeps(keeping count: Int) throws {
    try run(
      """
      DELETE FROM sweep WHERE sweep IN (
        SELECT sweep FROM sweep
        WHERE sweep <= (SELECT max(sweep) FROM sweep) - :kept
          AND sweep NOT IN (SELECT confirmed_sweep FROM page)
          AND sweep IS NOT (SELECT sweep FROM sweep WHERE complete ORDER BY sweep DESC LIMIT 1)
        LIMIT :limit
      )
      """,
      arguments: ["kept": count, "limit": Limits.compactedRows]
    )
  }
}
