import GRDB
import NetsyncModel
import NetsyncReconcile

extension Replica {
  /// Removes what has served: entries of the journal past the horizon, and all sweeps but the newest.
  ///
  /// Kept whatever their age are the entries of edits that are still open, what a conflict that is still open was found upon, for
  /// its edit may have taken another number since, the last entry of a network that is gone, which is the evidence of its removal,
  /// and the sweeps that the next one has to answer for. Bounded transactions, so that nobody waits for long; what is left over is
  /// the next one's. Only for the holder of the sync lock.
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
      let (oldChanges, oldSweeps) = try read { database in
        (try database.oldChanges(keeping: changes, at: compactedAt), try database.oldSweeps(keeping: sweeps))
      }
      guard !oldChanges.isEmpty || !oldSweeps.isEmpty else {
        return try writePulled(.compactJournal) { database in
          try database.run("UPDATE meta SET compacted_at_us = ?", arguments: [compactedAt.microseconds])
        }
      }
      // What has served stays so: no edit opens again, and no removal loses the entry after it.
      try writePulled(.compactJournal) { database in
        try database.run(
          "DELETE FROM journal WHERE change IN (SELECT value FROM json_each(?))",
          arguments: ["\(oldChanges)"]
        )
        try database.run(
          "DELETE FROM sweep WHERE sweep IN (SELECT value FROM json_each(?))",
          arguments: ["\(oldSweeps)"]
        )
      }
    }
  }
}

extension Database {
  fileprivate func oldChanges(keeping count: Int, at now: Timestamp) throws -> [Int64] {
    let surplus = try value(
      Int64.self,
      "SELECT at_us FROM journal WHERE change <= (SELECT max(change) FROM journal) - ? ORDER BY change DESC LIMIT 1",
      arguments: [count]
    )
    return try values(
      Int64.self,
      """
      SELECT change FROM journal AS old
      WHERE at_us < :horizon
        AND NOT EXISTS (SELECT 1 FROM operation WHERE operation.edit = old.edit)
        AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.edit = old.edit)
        AND NOT (
          kind = 'conflict' AND EXISTS (
            SELECT 1 FROM operation WHERE operation.network_key = old.network_key AND operation.state = 'conflict'
          )
        )
        AND NOT EXISTS (
          SELECT 1 FROM network
          WHERE network.network_key BETWEEN old.network_key AND old.network_key + old.networks - 1
            AND gone_at_us IS NOT NULL
            AND NOT EXISTS (
              SELECT 1 FROM journal AS later WHERE later.network_key = network.network_key AND later.change > old.change
            )
        )
      ORDER BY at_us LIMIT :limit
      """,
      arguments: [
        "horizon": journalHorizon(now: now, surplus: Timestamp(surplus)).microseconds, "limit": Limits.compactedRows,
      ]
    )
  }

  /// A sweep that confirmed a page is the page's evidence. Of those since the last that was settled, the ones that changed nothing
  /// and held nothing tell the next one nothing.
  fileprivate func oldSweeps(keeping count: Int) throws -> [Int64] {
    try values(
      Int64.self,
      """
      SELECT sweep FROM sweep
      WHERE sweep <= (SELECT max(sweep) FROM sweep) - :kept
        AND sweep NOT IN (SELECT confirmed_sweep FROM page)
        AND (
          sweep < (SELECT sweep FROM sweep WHERE complete AND guard IS NULL ORDER BY sweep DESC LIMIT 1)
          OR (NOT complete AND changed = 0 AND went_back = 0 AND guard IS NULL)
        )
      LIMIT :limit
      """,
      arguments: ["kept": count, "limit": Limits.compactedRows]
    )
  }
}
