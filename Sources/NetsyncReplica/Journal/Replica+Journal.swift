import FoundationEssentials
import GRDB
package import NetsyncModel

extension Replica {
  /// Changes of the journal, oldest first.
  ///
  /// Entries are only ever added, with rising numbers, so a long list can be read in pieces: ask again after the last one.
  /// What another process adds is in the next piece.
  ///
  /// - Parameters:
  ///   - after: only those with a higher number.
  ///   - limit: how many at most.
  package func changes(
    since: Timestamp? = nil,
    of network: NetworkKey? = nil,
    after: ChangeNumber? = nil,
    limit: Int
  ) throws(ReplicaError) -> [JournalChange] {
    var sql = "\(JournalChange.select) WHERE change > :after"
    if since != nil { sql += " AND at_us >= :since" }
    if network != nil { sql += " AND journal.network_key = :network" }
    sql += " ORDER BY change LIMIT :limit"
    var arguments: StatementArguments = ["after": after?.rawValue ?? 0, "limit": limit]
    if let since { arguments += ["since": since.microseconds] }
    if let network { arguments += ["network": network.rawValue] }
    return try read { database in try database.changes(sql, arguments) }
  }

  /// The number of the newest change; nil where nothing was told yet.
  package func lastChange() throws(ReplicaError) -> ChangeNumber? {
    try read { database in
      try database.value(Int64.self, "SELECT max(change) FROM journal").map(ChangeNumber.init)
    }
  }
}

extension Database {
  func changes(_ sql: String, _ arguments: StatementArguments) throws -> [JournalChange] {
    var changes: [JournalChange] = []
    // The rows of a page share one text: it is decoded once.
    var last: (text: String, evidence: Evidence)?
    let cursor = try cursor(sql, arguments: arguments)
    while let row = try cursor.next() {
      let text: String = try row.value("evidence")
      let evidence = try last.flatMap { $0.text == text ? $0.evidence : nil } ?? Evidence(json: text)
      last = (text, evidence)
      changes.append(try JournalChange(row, evidence))
    }
    return changes
  }

  func change(_ number: ChangeNumber) throws -> JournalChange? {
    try changes("\(JournalChange.select) WHERE change = ?", [number.rawValue]).first
  }
}

extension JournalChange {
  static let select = """
    SELECT
      change, at_us, side, kind, edit, before_name, after_name, evidence,
      journal.network_key, network.remote_id, network.local_id
    FROM journal LEFT JOIN network ON network.network_key = journal.network_key
    """

  init(_ row: Row, _ evidence: Evidence) throws {
    self.init(
      number: ChangeNumber(rawValue: try row.value("change")),
      at: Timestamp(microseconds: try row.value("at_us")),
      side: try required(Side(rawValue: try row.value("side")), "side"),
      kind: try required(Kind(rawValue: try row.value("kind")), "kind"),
      network: NetworkKey(rawValue: try row.value("network_key")),
      id: (try row.value("remote_id") as String?).flatMap(NetworkID.init),
      localID: (try row.value("local_id") as String?).flatMap(LocalID.init),
      edit: (try row.value("edit") as Int64?).map(EditNumber.init),
      before: (try row.value("before_name") as String?).map(NetworkName.init(_:)),
      after: (try row.value("after_name") as String?).map(NetworkName.init(_:)),
      evidence: evidence
    )
  }
}

extension Evidence {
  init(json: String) throws {
    self = try JSONDecoder().decode(Evidence.self, from: Data(json.utf8))
  }
}
