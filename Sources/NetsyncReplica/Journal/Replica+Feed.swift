import GRDB
package import NetsyncModel
import NetsyncReconcile

/// What the journal has for one who follows it.
package enum JournalPiece: Hashable, Sendable {
  /// Those right after the cursor, oldest first and without a gap; none where nothing is new.
  case changes([JournalChange])
  /// Changes after the cursor are no longer kept. From `oldest` on none is missing; it may be yet to come.
  case forgotten(oldest: ChangeNumber)
  /// The journal has never told the change that the cursor names.
  case ahead
}

/// What is given here may be saved as a cursor by who follows, so it outlasts a power cut first: a change that was pulled could otherwise be
/// undone by one, and its number become another's, which whoever saved it would never see.
extension Replica {
  /// The changes right after `cursor`, of one moment.
  package func journal(after cursor: ChangeNumber, limit: Int) throws(ReplicaError) -> JournalPiece {
    let piece: JournalPiece = try read { database in
      let changes = try database.changes(where: "change > ?", [cursor.rawValue], limit: limit) { $0.number > cursor }
      switch deliver(changes.map(\.number), after: cursor, latest: try database.latestChange()) {
      case .changes(let count): return .changes(Array(changes.prefix(count)))
      case .forgotten: return .forgotten(oldest: ChangeNumber(rawValue: try database.forgotten().rawValue &+ 1))
      case .ahead: return .ahead
      }
    }
    if piece != .changes([]) { try syncLog() }
    return piece
  }

  /// The number of the newest change, kept or not; 0 before the first.
  package func latestChange() throws(ReplicaError) -> ChangeNumber {
    let latest = try read { database in try database.latestChange() }
    try syncLog()
    return latest
  }

  /// The change after which all are kept; 0 where none was forgotten.
  package func forgottenChange() throws(ReplicaError) -> ChangeNumber {
    let forgotten = try read { database in try database.forgotten() }
    try syncLog()
    return forgotten
  }

  /// Has all that is committed outlast a power cut. Without a write-ahead log it does already: what is folded in was synced before.
  private func syncLog() throws(ReplicaError) {
    if case .memory = storage { return }
    guard syncFile("\(path)-wal") else { throw .storage(path: path, reason: lastSystemError()) }
  }
}

extension Database {
  fileprivate func latestChange() throws -> ChangeNumber {
    ChangeNumber(rawValue: try value(Int64.self, "SELECT seq FROM sqlite_sequence WHERE name = 'journal'") ?? 0)
  }

  /// Old changes that must be kept stand by themselves: what counts is the unbroken row of numbers up to the newest.
  fileprivate func forgotten() throws -> ChangeNumber {
    let latest = try latestChange()
    let isKept = try value(
      Bool.self,
      "SELECT EXISTS (SELECT 1 FROM journal WHERE change = ?)",
      arguments: [latest.rawValue]
    )
    guard isKept == true else { return latest }
    let first = try value(
      Int64.self,
      """
      SELECT change - networks FROM journal AS first
      WHERE NOT EXISTS (SELECT 1 FROM journal WHERE change = first.change - first.networks)
      ORDER BY change DESC LIMIT 1
      """
    )
    return ChangeNumber(rawValue: try required(first, "change"))
  }
}
