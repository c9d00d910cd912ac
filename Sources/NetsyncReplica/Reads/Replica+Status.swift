import GRDB
package import NetsyncModel
import NetsyncReconcile

/// How things stand, of one moment.
package struct ReplicaStatus: Hashable, Sendable {
  package var networks: Int
  package var interfaces: Int
  /// Networks whose interfaces were never read.
  package var unreadLists: Int
  /// When the last complete pull began; nil before there was one.
  package var completeAsOf: Timestamp?
  package var lastSweep: SweepRecord?
  /// Pulls in a row that have failed, the last one among them; nil where it has not.
  package var failing: FailingPulls?
  /// Open edits by their state.
  package var outbox: [OperationState.Word: Int]
  package var conflicts: Int
  /// No room is left on the disk but for edits, if for those.
  package var isDiskFull = false
  /// Records that the API lists and that cannot be understood.
  package var setAside: [SetAsideRecord] = []
  /// What the file was found to lack, as far back as the journal goes.
  package var losses: [Loss] = []

  /// Steps that were on disk and are not in the file.
  package struct Loss: Hashable, Sendable {
    package var foundAt: Timestamp
    package var words: String
  }

  /// Pulls that failed one after another.
  package struct FailingPulls: Hashable, Sendable {
    package var count: Int
    /// When the first of them began.
    package var since: Timestamp
  }

  fileprivate var tolerance: Tolerance
  /// What time it was.
  fileprivate var now: Timestamp

  /// The pulls that fail, where they are more than their user takes.
  package var alarm: FailingPulls? { failing.flatMap { $0.count >= tolerance.failedPulls ? $0 : nil } }

  /// As ``NetsyncReconcile/isInSync(outbox:conflicts:after:listAge:now:)`` says.
  package var isInSync: Bool {
    NetsyncReconcile.isInSync(
      outbox: outbox,
      conflicts: conflicts,
      after: lastSweep,
      listAge: tolerance.listAge,
      now: now
    )
  }
}

extension Replica {
  /// When the last complete pull began; nil before there was one.
  package func completeAsOf() throws(ReplicaError) -> Timestamp? {
    try read { database in try database.completeAsOf() }
  }

  package func status() throws(ReplicaError) -> ReplicaStatus {
    let (isDiskFull, now) = (isDiskFull, now())
    return try read { database in
      let states = try database.rows("SELECT state, count(*) AS edits FROM outbox GROUP BY state") { row in
        (try required(OperationState.Word(rawValue: try row.value("state")), "state"), try row.value("edits") as Int)
      }
      let known = try database.knownCount()
      return ReplicaStatus(
        networks: try known + database.unsentNetworks() - database.deletingNetworks(),
        interfaces: try database.value(Int.self, "SELECT count(*) FROM network_interface") ?? 0,
        unreadLists: try known - database.readLists(),
        completeAsOf: try database.completeAsOf(),
        lastSweep: try database.lastSweep(),
        failing: try database.failingPulls(),
        outbox: Dictionary(states, uniquingKeysWith: { $1 }),
        conflicts: try database.value(Int.self, "SELECT count(*) FROM conflict") ?? 0,
        isDiskFull: isDiskFull,
        setAside: try database.setAside(),
        losses: try database.losses(),
        tolerance: tolerance,
        now: now
      )
    }
  }
}

extension Database {
  /// Networks whose deletion waits.
  fileprivate func deletingNetworks() throws -> Int {
    try value(
      Int.self,
      """
      SELECT count(*) FROM network_overlay
      WHERE network_key IN (SELECT network_key FROM operation WHERE action = 'delete') AND state = 'deleting'
      """
    ) ?? 0
  }

  fileprivate func readLists() throws -> Int {
    try value(Int.self, "SELECT count(*) FROM interface_list WHERE as_of_us IS NOT NULL") ?? 0
  }

  fileprivate func completeAsOf() throws -> Timestamp? {
    Timestamp(
      try value(Int64.self, "SELECT started_at_us FROM sweep WHERE complete ORDER BY sweep DESC LIMIT 1")
    )
  }

  /// The pulls since the last one that saw the account, of which none was answered, or none understood.
  func failingPulls() throws -> ReplicaStatus.FailingPulls? {
    try rows(
      """
      SELECT count(*) AS pulls, min(started_at_us) AS since_us FROM sweep
      WHERE outcome IN ('offline', 'error')
        AND sweep > coalesce((SELECT max(sweep) FROM sweep WHERE outcome IN ('ok', 'partial', 'held')), 0)
      HAVING count(*) > 0
      """
    ) { row in
      ReplicaStatus.FailingPulls(
        count: try row.value("pulls"),
        since: Timestamp(microseconds: try row.value("since_us"))
      )
    }.first
  }

  fileprivate func losses() throws -> [ReplicaStatus.Loss] {
    try changes(
      where: "journal.network_key = ? AND kind = ?",
      [NetworkKey.noNetwork.rawValue, JournalChange.Kind.lost.rawValue]
    ).map { ReplicaStatus.Loss(foundAt: $0.at, words: $0.evidence.detail ?? "") }
  }
}
