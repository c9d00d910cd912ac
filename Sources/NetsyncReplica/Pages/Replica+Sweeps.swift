import GRDB
package import NetsyncModel
package import NetsyncReconcile

/// How a pull ended.
package enum PullOutcome: String, CaseIterable, Sendable {
  case ok, partial, held, offline, error
}

/// What a pull did, in numbers.
package struct SweepCounts: Hashable, Sendable {
  /// Networks listed, and interfaces listed.
  package var networks = 0
  package var interfaces = 0
  package var new = 0
  package var changed = 0
  /// Networks whose `updated_at` was older than the one we had.
  package var wentBack = 0
  package var gone = 0
  /// Networks whose removal waits for a person.
  package var held = 0
  package var requests = 0
  package var bytes = 0

  package init() {}
}

/// What the sweeps before one leave it to answer for: those since the last complete one whose removals no guard held.
package struct UnsettledSweeps: Hashable, Sendable {
  /// Of the sweeps that were not complete, since the last that was.
  package var changed = 0
  package var wentBack = 0
  /// What held the removals of those that were.
  package var guards: Set<Guard> = []
}

/// A pull as it is kept.
package struct SweepRecord: Hashable, Sendable {
  package var sweep: Int64
  package var startedAt: Timestamp
  /// nil: it runs, or its process died.
  package var endedAt: Timestamp?
  package var outcome: PullOutcome?
  package var isComplete: Bool
  /// As far as it came when it ended; nothing while it runs.
  package var counts: SweepCounts
}

extension Replica {
  /// Starts a sweep and gives its number.
  package func beginSweep(networksOnly: Bool) throws(ReplicaError) -> Int64 {
    let startedAt = now()
    return try write(.beginSweep) { database in
      try database.run(
        "INSERT INTO sweep (started_at_us, networks_only) VALUES (?, ?)",
        arguments: [startedAt.microseconds, networksOnly]
      )
      return database.lastInsertedRowID
    }
  }

  /// Ends a sweep.
  ///
  /// - Parameter held: what held its removals, or all of it.
  package func endSweep(
    _ sweep: Int64,
    _ outcome: PullOutcome,
    isComplete: Bool,
    held: Guard? = nil,
    _ counts: SweepCounts
  ) throws(ReplicaError) {
    let endedAt = now()
    try write(.endSweep) { database in
      try database.run(
        """
        UPDATE sweep SET
          ended_at_us = ?, outcome = ?, complete = ?, networks = ?, interfaces = ?, new = ?, changed = ?, gone = ?,
          held = ?, requests = ?, bytes = ?, guard = ?, went_back = ?
        WHERE sweep = ?
        """,
        arguments: [
          endedAt.microseconds, outcome.rawValue, isComplete, counts.networks, counts.interfaces, counts.new,
          counts.changed, counts.gone, counts.held, counts.requests, counts.bytes, held?.rawValue, counts.wentBack,
          sweep,
        ]
      )
    }
  }

  /// The newest sweep before `sweep`, or of all.
  package func lastSweep(before sweep: Int64? = nil) throws(ReplicaError) -> SweepRecord? {
    try read { database in try database.lastSweep(before: sweep) }
  }

  /// The newest sweeps, newest first.
  package func sweeps(limit: Int) throws(ReplicaError) -> [SweepRecord] {
    try read { database in
      try database.rows("\(SweepRecord.select) ORDER BY sweep DESC LIMIT ?", arguments: [limit], SweepRecord.init)
    }
  }

  /// What the sweeps before this one leave it to answer for.
  package func unsettledSweeps(before sweep: Int64) throws(ReplicaError) -> UnsettledSweeps {
    try read { database in
      var unsettled = UnsettledSweeps()
      let cursor = try database.cursor(
        """
        SELECT complete, changed, went_back, guard FROM sweep
        WHERE sweep < ?
          AND sweep > (SELECT coalesce(max(sweep), 0) FROM sweep WHERE sweep < ? AND complete AND guard IS NULL)
        ORDER BY sweep
        """,
        arguments: [sweep, sweep]
      )
      while let row = try cursor.next() {
        if let held = (row["guard"] as String?).flatMap(Guard.init) { unsettled.guards.insert(held) }
        let isComplete: Bool = row["complete"]
        unsettled.changed = isComplete ? 0 : unsettled.changed + row["changed"]
        unsettled.wentBack = isComplete ? 0 : unsettled.wentBack + row["went_back"]
      }
      return unsettled
    }
  }

  /// Networks known from the server.
  package func knownCount() throws(ReplicaError) -> Int {
    try read { database in
      try database.value(
        Int.self,
        "SELECT count(*) FROM network WHERE remote_id IS NOT NULL AND gone_at_us IS NULL"
      ) ?? 0
    }
  }

  /// Networks that a sweep has listed so far.
  package func listedCount(by sweep: Int64) throws(ReplicaError) -> Int {
    try read { database in
      try database.value(
        Int.self,
        "SELECT count(*) FROM network JOIN page ON page.page_number = network.seen_page WHERE page.confirmed_sweep = ?",
        arguments: [sweep]
      ) ?? 0
    }
  }

  /// Known networks that a finished walk did not list. Pages past `lastPage` have left the listing.
  package func missing(from sweep: Int64, lastPage: Int) throws(ReplicaError) -> [(key: NetworkKey, id: NetworkID)] {
    let hasMore = try read { database in
      try database.value(
        Bool.self,
        "SELECT EXISTS (SELECT 1 FROM page WHERE page_number > ?)",
        arguments: [lastPage]
      ) ?? false
    }
    if hasMore {
      try write(.trimPages) { database in
        try database.run("DELETE FROM page WHERE page_number > ?", arguments: [lastPage])
      }
    }
    return try read { database in
      try database.rows(
        """
        SELECT network_key, remote_id FROM network
        LEFT JOIN page ON page.page_number = network.seen_page
        WHERE remote_id IS NOT NULL AND gone_at_us IS NULL AND page.confirmed_sweep IS NOT ?
        ORDER BY network_key
        """,
        arguments: [sweep]
      ) { (NetworkKey(rawValue: $0["network_key"]), try required(NetworkID($0["remote_id"]), "remote id")) }
    }
  }
}

extension Database {
  /// The newest sweep before `sweep`, or of all.
  func lastSweep(before sweep: Int64? = nil) throws -> SweepRecord? {
    try row(
      "\(SweepRecord.select) WHERE sweep < ? ORDER BY sweep DESC LIMIT 1",
      arguments: [sweep ?? Int64.max],
      SweepRecord.init
    )
  }
}

extension SweepRecord {
  fileprivate static let select = """
    SELECT sweep, started_at_us, ended_at_us, outcome, complete, networks, interfaces, new, changed, went_back, gone, held,
      requests, bytes
    FROM sweep
    """

  fileprivate init(_ row: Row) {
    sweep = row["sweep"]
    startedAt = Timestamp(microseconds: row["started_at_us"])
    endedAt = Timestamp(row["ended_at_us"] as Int64?)
    outcome = (row["outcome"] as String?).flatMap(PullOutcome.init)
    isComplete = row["complete"]
    counts = SweepCounts()
    counts.networks = row["networks"]
    counts.interfaces = row["interfaces"]
    counts.new = row["new"]
    counts.changed = row["changed"]
    counts.wentBack = row["went_back"]
    counts.gone = row["gone"]
    counts.held = row["held"]
    counts.requests = row["requests"]
    counts.bytes = row["bytes"]
  }
}
