import GRDB
import NetsyncModel
import NetsyncReconcile

/// A network's row, as its lane needs it.
struct NetworkRow {
  let key: NetworkKey
  let localID: LocalID?
  let base: NetworkDocument?
  let departure: Lane.Departure?
  let acknowledgement: Lane.Acknowledgement?

  /// - Throws: ``UndecodableRow`` where it has an id that cannot be used: its edits would never be sent, or stand for no network.
  init(_ row: Row) throws {
    key = NetworkKey(rawValue: try row.value("network_key"))
    localID = try (row.value("local_id") as String?).map { try required(LocalID($0), "local id") }
    base = try NetworkDocument(row)
    if try base == nil && row.value("gone_at_us") as Int64? == nil && row.value("remote_id") as String? != nil {
      throw UndecodableRow(description: "a network has no usable id")
    }
    departure = (try row.value("gone_cause") as String?).flatMap(Lane.Departure.init)
    acknowledgement = try Timestamp(row.value("acknowledged_at_us") as Int64?)
      .map { Lane.Acknowledgement(at: $0, number: try row.value("acknowledgement")) }
  }
}

/// Lanes are loaded, and what an event has made of them is stored, here and nowhere else.
extension Database {
  /// Lets one event happen to a network's lane.
  func advance<Told>(
    _ network: NetworkKey,
    at now: Timestamp,
    _ event: (inout Lane) throws -> LaneStep<Told>
  ) throws -> Told {
    guard var lane = try lane(of: network) else { throw ReplicaError.networkGone }
    let before = lane
    let step = try event(&lane)
    try store(lane, over: before, step.effects, at: now)
    return step.told
  }

  /// The same, to the lane that has an edit.
  func advance<Told>(
    _ edit: EditNumber,
    at now: Timestamp,
    _ event: (inout Lane) throws -> LaneStep<Told>
  ) throws -> Told {
    guard let operation = try operation(edit) else { throw ReplicaError.noEdit(edit) }
    return try advance(operation.network, at: now, event)
  }

  func lane(of network: NetworkKey) throws -> Lane? {
    try self.network(network).map { try lane($0, operations: operations(of: network)) }
  }

  func network(_ key: NetworkKey) throws -> NetworkRow? {
    try row("SELECT * FROM network WHERE network_key = ?", arguments: [key.rawValue], NetworkRow.init)
  }

  /// - Parameter operations: all of the network's.
  func lane(_ row: NetworkRow, operations: [OutboxOperation]) throws -> Lane {
    let isDeletedThere = operations.contains { $0.state == .conflict(.deletedThere) }
    return Lane(
      network: row.key,
      localID: row.localID,
      base: row.base,
      departure: row.departure,
      acknowledgement: row.acknowledgement,
      operations: operations,
      verdict: isDeletedThere ? try lastVerdict(about: row.key) : nil
    )
  }

  /// The lane of another network that has a server's id already.
  func lane(holding id: NetworkID, besides network: NetworkKey) throws -> Lane? {
    let holder = try value(
      Int64.self,
      "SELECT network_key FROM network WHERE remote_id = ? AND network_key <> ?",
      arguments: [id.text, network.rawValue]
    )
    return try holder.flatMap { try lane(of: NetworkKey(rawValue: $0)) }
  }

  private func lastVerdict(about network: NetworkKey) throws -> Evidence? {
    try changes(
      where: "journal.network_key = ? AND kind = 'conflict'",
      [network.rawValue],
      newestFirst: true,
      limit: 1
    ).first?.evidence
  }

  /// How often an edit of a network has prevailed lately.
  func contests(of network: NetworkKey, at now: Timestamp) throws -> Int {
    try value(
      Int.self,
      "SELECT count(*) FROM journal WHERE network_key = ? AND kind = ? AND at_us BETWEEN ? AND ?",
      arguments: [
        network.rawValue, JournalChange.Kind.prevailed.rawValue, (now - Limits.contentionWindow).microseconds,
        now.microseconds,
      ]
    ) ?? 0
  }

  /// The number for a new edit: numbers are never used twice.
  func nextEdit() throws -> EditNumber {
    let last = try value(Int64.self, "SELECT seq FROM sqlite_sequence WHERE name = 'operation'") ?? 0
    guard last < .max else { throw UndecodableRow(description: "the replica has no number left for an edit") }
    return EditNumber(rawValue: last + 1)
  }

  // MARK: Storing

  /// Stores what an event has made of a lane, and carries its effects out.
  ///
  /// - Parameter page: the evidence of the page that is being taken in: its entries share one text, and the page itself says what its
  ///   rows say. nil where something else has happened.
  func store(
    _ lane: Lane,
    over before: Lane,
    _ effects: [LaneEffect],
    page: WrittenEvidence? = nil,
    at now: Timestamp
  ) throws {
    var stored = before.operations
    for case .absorbed(let other) in effects { stored += other.operations }
    for operation in stored where !lane.keeps(operation) { try delete(operation) }
    for effect in effects {
      switch effect {
      case .absorbed(let other): try moveRows(from: other.network, to: lane.network)
      case .acknowledged(let time):
        // mutant: acknowledgement-not-written
        try acknowledge(lane.network, at: now, serverTime: time)
      case .journal: break
      }
    }
    // mutant: lane-not-written
    for operation in lane.operations where !stored.contains(operation) {
      try write(operation, of: lane.network, at: now)
    }
    if page == nil, lane.base != before.base { try forgetFingerprint(of: lane.network) }
    // mutant: base-not-written
    if let base = lane.base, base != before.base {
      try cachedStatement(sql: NetworkDocument.update).execute { values in
        base.bind(&values)
        values.add(lane.network.rawValue)
      }
      // What has changed may have other interfaces.
      try run("UPDATE interface_list SET due_us = 0 WHERE network_key = ?", arguments: [lane.network.rawValue])
    }
    if let departure = lane.departure, departure != before.departure { try bury(lane.network, departure, at: now) }
    // mutant: journal-not-written
    for case .journal(let entry) in effects {
      let evidence = page.flatMap { $0.value == entry.evidence ? $0.json : nil } ?? entry.evidence.json
      try journal(entry, of: lane.network, evidence: evidence, at: now)
    }
  }

  private func delete(_ operation: OutboxOperation) throws {
    let table = operation.state == .refused ? "dead_letter" : "operation"
    try run("DELETE FROM \(table) WHERE edit = ?", arguments: [operation.edit.rawValue])
  }

  /// What hung on another network's row hangs on this one's, and that row is no more.
  private func moveRows(from other: NetworkKey, to network: NetworkKey) throws {
    try separateArrival(of: other)
    let keys: StatementArguments = [network.rawValue, other.rawValue]
    for table in ["operation", "dead_letter", "network_interface", "journal", "sighting", "interface_list"] {
      try run("UPDATE \(table) SET network_key = ? WHERE network_key = ?", arguments: keys)
    }
    try forgetSetAside(after: 0, of: other)
    try run("DELETE FROM network WHERE network_key = ?", arguments: [other.rawValue])
  }

  private func acknowledge(_ network: NetworkKey, at now: Timestamp, serverTime: Timestamp) throws {
    try forgetFingerprint(of: network)
    try run("UPDATE meta SET acknowledgements = acknowledgements + 1")
    try run(
      """
      UPDATE network SET
        read_at_us = ?, acknowledged_at_us = ?, acknowledgement = (SELECT acknowledgements FROM meta)
      WHERE network_key = ?
      """,
      arguments: [now.microseconds, serverTime.microseconds, network.rawValue]
    )
  }

  /// The page that a network stands on has to be decoded again: its rows no longer say what its body said.
  func forgetFingerprint(of network: NetworkKey) throws {
    try run(
      "UPDATE page SET fingerprint = NULL WHERE page_number = (SELECT page FROM sighting WHERE network_key = ?)",
      arguments: [network.rawValue]
    )
  }

  /// Leaves a tombstone: ids still resolve, nothing lists the network, its interfaces go.
  private func bury(_ network: NetworkKey, _ departure: Lane.Departure, at now: Timestamp) throws {
    try run(
      "UPDATE network SET gone_at_us = ?, gone_cause = ? WHERE network_key = ?",
      arguments: [now.microseconds, departure.rawValue, network.rawValue]
    )
    for table in ["sighting", "interface_list", "network_interface"] {
      try run("DELETE FROM \(table) WHERE network_key = ?", arguments: [network.rawValue])
    }
    try forgetSetAside(after: 0, of: network)
  }
}

extension Lane {
  /// Whether an operation is still in its table.
  fileprivate func keeps(_ stored: OutboxOperation) -> Bool {
    operations.contains { $0.edit == stored.edit && ($0.state == .refused) == (stored.state == .refused) }
  }
}
