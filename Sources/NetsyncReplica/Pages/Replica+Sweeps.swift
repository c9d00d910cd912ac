import GRDB
package import NetsyncModel
package import NetsyncReconcile

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
  /// - Parameters:
  ///   - isFinished: it has asked for everything.
  ///   - isComplete: it can say what is missing.
  ///   - held: what held its removals, or all of it.
  package func endSweep(
    _ sweep: Int64,
    _ outcome: CycleOutcome,
    isFinished: Bool = true,
    isComplete: Bool,
    held: Guard? = nil,
    _ counts: SweepCounts
  ) throws(ReplicaError) {
    let endedAt = now()
    try write(.endSweep) { database in
      try database.run(
        """
        UPDATE sweep SET
          ended_at_us = ?, outcome = ?, finished = ?, complete = ?, networks = ?, interfaces = ?, new = ?,
          changed = ?, gone = ?, held = ?, requests = ?, bytes = ?, guard = ?, went_back = ?,
          lists_as_of_us = CASE WHEN NOT networks_only THEN (
            SELECT min(coalesce(as_of_us, 0)) FROM network LEFT JOIN interface_list USING (network_key)
            WHERE remote_id IS NOT NULL AND gone_at_us IS NULL
          ) END
        WHERE sweep = ?
        """,
        arguments: [
          endedAt.microseconds, outcome.rawValue, isFinished, isComplete, counts.listed, counts.interfaces,
          counts.new, counts.changed, counts.gone, counts.held, counts.requests, counts.bytes, held?.rawValue,
          counts.wentBack, sweep,
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
      UnsettledSweeps(
        try database.rows(
          """
          SELECT complete, changed, went_back, guard FROM sweep
          WHERE sweep < ?1 AND sweep >= coalesce(
            (SELECT sweep FROM sweep WHERE sweep < ?1 AND complete AND guard IS NULL ORDER BY sweep DESC LIMIT 1), 0
          )
          ORDER BY sweep DESC
          """,
          arguments: [sweep]
        ) { row in
          UnsettledSweeps.Past(
            isComplete: try row.value("complete"),
            changed: try row.value("changed"),
            wentBack: try row.value("went_back"),
            held: (try row.value("guard") as String?).flatMap(Guard.init)
          )
        }
      )
    }
  }

  /// Networks known from the server.
  package func knownCount() throws(ReplicaError) -> Int {
    try read { database in try database.knownCount() }
  }

  /// What a sweep has applied so far, whatever it thinks: listed, new, changed and gone back.
  package func applied(by sweep: Int64, to counts: SweepCounts) throws(ReplicaError) -> SweepCounts {
    try read { database in
      var applied = counts
      let kept = try database.row(
        "SELECT new, changed, went_back FROM sweep WHERE sweep = ?",
        arguments: [sweep]
      ) {
        (
          new: try $0.value("new") as Int, changed: try $0.value("changed") as Int,
          wentBack: try $0.value("went_back") as Int
        )
      }
      if let kept { (applied.new, applied.changed, applied.wentBack) = kept }
      applied.listed = try database.listedCount(by: sweep)
      return applied
    }
  }

  /// Networks that a sweep has listed so far.
  package func listedCount(by sweep: Int64) throws(ReplicaError) -> Int {
    try read { database in try database.listedCount(by: sweep) }
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
        try database.run("DELETE FROM sighting WHERE page > ?", arguments: [lastPage])
        try database.forgetSetAside(after: lastPage)
      }
    }
    return try read { database in
      // As many were listed as are known, so these are they.
      if try database.listedCount(by: sweep) == database.knownCount() { return [] }
      return try database.rows(
        """
        SELECT network_key, remote_id FROM network
        LEFT JOIN sighting USING (network_key)
        LEFT JOIN page ON page.page_number = sighting.page AND page.version = sighting.version
        WHERE remote_id IS NOT NULL AND gone_at_us IS NULL AND page.confirmed_sweep IS NOT ?
        ORDER BY network_key
        """,
        arguments: [sweep]
      ) {
        (
          NetworkKey(rawValue: try $0.value("network_key")),
          try required(NetworkID(try $0.value("remote_id")), "remote id")
        )
      }
    }
  }
}

extension Database {
  /// Networks known from the server.
  func knownCount() throws -> Int {
    let there = try value(
      Int.self,
      "SELECT (SELECT count(*) FROM network) - (SELECT count(*) FROM network WHERE gone_at_us IS NOT NULL)"
    )
    return try (there ?? 0) - unsentNetworks()
  }

  /// Networks that were made here and that the server has not named.
  func unsentNetworks() throws -> Int {
    try value(
      Int.self,
      "SELECT count(*) FROM network WHERE local_id IS NOT NULL AND remote_id IS NULL AND gone_at_us IS NULL"
    ) ?? 0
  }

  fileprivate func listedCount(by sweep: Int64) throws -> Int {
    try value(
      Int.self,
      """
      SELECT count(*)
      FROM sighting CROSS JOIN page ON page.page_number = sighting.page AND page.version = sighting.version
      WHERE page.confirmed_sweep = ?
      """,
      arguments: [sweep]
    ) ?? 0
  }

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
    SELECT sweep, started_at_us, ended_at_us, outcome, finished, complete, networks, interfaces, new, changed, went_back, gone, held,
      requests, bytes, lists_as_of_us
    FROM sweep
    """

  fileprivate init(_ row: Row) throws {
    var counts = SweepCounts()
    counts.listed = try row.value("networks")
    counts.interfaces = try row.value("interfaces")
    counts.new = try row.value("new")
    counts.changed = try row.value("changed")
    counts.wentBack = try row.value("went_back")
    counts.gone = try row.value("gone")
    counts.held = try row.value("held")
    counts.requests = try row.value("requests")
    counts.bytes = try row.value("bytes")
    self.init(
      sweep: try row.value("sweep"),
      startedAt: Timestamp(microseconds: try row.value("started_at_us")),
      endedAt: Timestamp(try row.value("ended_at_us") as Int64?),
      outcome: (try row.value("outcome") as String?).flatMap(CycleOutcome.init),
      isFinished: try row.value("finished"),
      isComplete: try row.value("complete"),
      counts: counts,
      listsAsOf: Timestamp(try row.value("lists_as_of_us") as Int64?)
    )
  }
}
