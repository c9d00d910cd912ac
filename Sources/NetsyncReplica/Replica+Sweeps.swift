import GRDB
package import NetsyncModel

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
  package var gone = 0
  /// Networks whose removal waits for a person.
  package var held = 0
  package var requests = 0
  package var bytes = 0

  package init() {}
}

/// A pull as it is kept.
package struct SweepRecord: Hashable, Sendable {
  package var sweep: Int64
  package var startedAt: Timestamp
  /// nil: it runs, or its process died.
  package var endedAt: Timestamp?
  package var outcome: PullOutcome?
  package var isComplete: Bool
}

extension Replica {
  /// Starts a sweep and gives its number.
  package func beginSweep(networksOnly: Bool) throws(ReplicaError) -> Int64 {
    let startedAt = now()
    return try write(.beginSweep) { database in
      try database.execute(
        sql: "INSERT INTO sweep (started_at_us, networks_only) VALUES (?, ?)",
        arguments: [startedAt.microseconds, networksOnly]
      )
      return database.lastInsertedRowID
    }
  }

  /// Ends a sweep. Pages past `lastPage` are no longer part of the listing.
  package func endSweep(
    _ sweep: Int64,
    _ outcome: PullOutcome,
    isComplete: Bool,
    _ counts: SweepCounts
  ) throws(ReplicaError) {
    let endedAt = now()
    try write(.endSweep) { database in
      try database.execute(
        sql: """
          UPDATE sweep SET
            ended_at_us = ?, outcome = ?, complete = ?, networks = ?, interfaces = ?, new = ?, changed = ?, gone = ?,
            held = ?, requests = ?, bytes = ?
          WHERE sweep = ?
          """,
        arguments: [
          endedAt.microseconds, outcome.rawValue, isComplete, counts.networks, counts.interfaces, counts.new,
          counts.changed, counts.gone, counts.held, counts.requests, counts.bytes, sweep,
        ]
      )
    }
  }

  /// The newest sweep before `sweep`, or of all.
  package func lastSweep(before sweep: Int64? = nil) throws(ReplicaError) -> SweepRecord? {
    try read { database in try database.lastSweep(before: sweep) }
  }

  /// Networks known from the server.
  package func knownCount() throws(ReplicaError) -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: "SELECT count(*) FROM network WHERE remote_id IS NOT NULL AND gone_at_us IS NULL"
      ) ?? 0
    }
  }

  /// Known networks that a finished walk did not list. Pages past `lastPage` have left the listing.
  package func missing(from sweep: Int64, lastPage: Int) throws(ReplicaError) -> [(key: NetworkKey, id: NetworkID)] {
    try write(.trimPages) { database in
      try database.execute(sql: "DELETE FROM page WHERE page_number > ?", arguments: [lastPage])
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT network_key, remote_id FROM network
          LEFT JOIN page ON page.page_number = network.seen_page
          WHERE remote_id IS NOT NULL AND gone_at_us IS NULL AND page.confirmed_sweep IS NOT ?
          ORDER BY network_key
          """,
        arguments: [sweep]
      )
      return try rows.map {
        (NetworkKey(rawValue: $0["network_key"]), try required(NetworkID($0["remote_id"]), "remote id"))
      }
    }
  }
}

extension Database {
  /// The newest sweep before `sweep`, or of all.
  func lastSweep(before sweep: Int64? = nil) throws -> SweepRecord? {
    let row = try Row.fetchOne(
      self,
      sql: "SELECT * FROM sweep WHERE sweep < ? ORDER BY sweep DESC LIMIT 1",
      arguments: [sweep ?? Int64.max]
    )
    return row.map {
      SweepRecord(
        sweep: $0["sweep"],
        startedAt: Timestamp(microseconds: $0["started_at_us"]),
        endedAt: Timestamp($0["ended_at_us"] as Int64?),
        outcome: ($0["outcome"] as String?).flatMap(PullOutcome.init),
        isComplete: $0["complete"]
      )
    }
  }
}
