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
    try read { database in
      try database.changes(since: since, of: network, after: after, newestFirst: false, limit: limit)
    }
  }

  /// The newest changes, oldest first.
  package func newestChanges(
    since: Timestamp?,
    of network: NetworkKey?,
    limit: Int
  ) throws(ReplicaError) -> [JournalChange] {
    try read { database in
      try database.changes(since: since, of: network, after: nil, newestFirst: true, limit: limit).reversed()
    }
  }

  /// The number of the newest change; nil where nothing was told yet.
  package func lastChange() throws(ReplicaError) -> ChangeNumber? {
    try read { database in
      try database.value(Int64.self, "SELECT max(change) FROM journal").map(ChangeNumber.init)
    }
  }
}

extension Database {
  /// Changes in the order of their numbers, or the newest first.
  ///
  /// - Parameters:
  ///   - condition: on the entries of the journal, one of which may tell of several changes.
  ///   - isWanted: which of the changes that an entry tells of.
  func changes(
    where condition: String,
    _ arguments: StatementArguments,
    newestFirst: Bool = false,
    limit: Int = .max,
    _ isWanted: (JournalChange) -> Bool = { _ in true }
  ) throws -> [JournalChange] {
    var changes: [JournalChange] = []
    let order = newestFirst ? "DESC" : "ASC"
    let cursor = try cursor("\(JournalChange.select) WHERE \(condition) ORDER BY change \(order)", arguments: arguments)
    while changes.count < limit, let row = try cursor.next() {
      let told = try self.changes(toldBy: row).filter(isWanted)
      changes += newestFirst ? told.reversed() : told
    }
    return Array(changes.prefix(limit))
  }

  fileprivate func changes(
    since: Timestamp?,
    of network: NetworkKey?,
    after: ChangeNumber?,
    newestFirst: Bool,
    limit: Int
  ) throws -> [JournalChange] {
    let after = after ?? ChangeNumber(rawValue: 0)
    var condition = "change > :after"
    var arguments: StatementArguments = ["after": after.rawValue]
    if let since {
      condition += " AND at_us >= :since"
      arguments += ["since": since.microseconds]
    }
    if let network {
      condition += " AND \(JournalChange.mayBeOfNetwork)"
      arguments += ["network": network.rawValue]
    }
    return try changes(where: condition, arguments, newestFirst: newestFirst, limit: limit) { change in
      change.number > after && (network == nil || change.network == network)
    }
  }

  func change(_ number: ChangeNumber) throws -> JournalChange? {
    let condition = "change = (SELECT min(change) FROM journal WHERE change >= ?)"
    return try changes(where: condition, [number.rawValue], limit: 1) { $0.number == number }.first
  }

  /// What an entry of the journal tells: a row of ``JournalChange/select``.
  func changes(toldBy row: Row) throws -> [JournalChange] {
    let change = try JournalChange(row, Evidence(json: row.value("evidence")))
    guard let arrivals = try Arrivals(row) else { return [change] }
    return try arrivals.changes(like: change, ids: ids(from: arrivals.first, to: arrivals.last))
  }

  private func ids(from first: NetworkKey, to last: NetworkKey) throws -> [NetworkKey: (NetworkID?, LocalID?)] {
    let found = try rows(
      "SELECT network_key, remote_id, local_id FROM network WHERE network_key BETWEEN ? AND ?",
      arguments: [first.rawValue, last.rawValue]
    ) { row in (NetworkKey(rawValue: try row.value("network_key")), (try NetworkID(row), try LocalID(row))) }
    return Dictionary(uniqueKeysWithValues: found)
  }
}

extension JournalChange {
  static let select = """
    SELECT
      change, at_us, side, kind, edit, before_name, after_name, evidence, journal.networks, journal.names,
      journal.network_key, network.remote_id, network.local_id
    FROM journal LEFT JOIN network ON network.network_key = journal.network_key
    """

  /// The entries of the network `:network`, and the one that may tell of it among others.
  static let mayBeOfNetwork = """
    (journal.network_key = :network OR change = (
      SELECT change FROM journal WHERE names IS NOT NULL AND network_key <= :network ORDER BY network_key DESC LIMIT 1
    ))
    """

  init(_ row: Row, _ evidence: Evidence) throws {
    self.init(
      number: ChangeNumber(rawValue: try row.value("change")),
      at: Timestamp(microseconds: try row.value("at_us")),
      side: try required(Side(rawValue: try row.value("side")), "side"),
      kind: try required(Kind(rawValue: try row.value("kind")), "kind"),
      network: NetworkKey(rawValue: try row.value("network_key")),
      id: try NetworkID(row),
      localID: try LocalID(row),
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
