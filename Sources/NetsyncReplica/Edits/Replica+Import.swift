import GRDB
package import NetsyncModel
package import NetsyncReconcile

/// What came of a table of edits.
package struct ImportReport: Hashable, Sendable {
  package struct Fault: Hashable, Sendable {
    package var row: Int
    package var column: ImportRow.Column
    package var fault: ImportFault
  }

  package var created = 0
  package var renamed = 0
  package var deleted = 0
  /// Edits that had not been sent, and that the table undoes.
  package var takenBack = 0
  package var unchanged = 0
  /// What waits now.
  package var edits: [EditNumber] = []
  /// Where there is one, nothing was carried out.
  package var faults: [Fault] = []
}

extension Replica {
  /// Queues what a table asks for, in one transaction: every row, or none.
  package func queue(_ rows: [ImportRow], localID: () -> LocalID) throws(ReplicaError) -> ImportReport {
    let editedAt = now()
    return try write(.queueEdit) { database in
      var batch = ImportBatch(database: database, now: editedAt)
      try database.inSavepoint {
        for row in rows { try batch.take(row, localID) }
        return batch.report.faults.isEmpty ? .commit : .rollback
      }
      return batch.report
    }
  }
}

private struct ImportBatch {
  let database: Database
  let now: Timestamp
  var report = ImportReport()
  /// The rows that networks were named by.
  private var rows: [NetworkKey: Int] = [:]

  init(database: Database, now: Timestamp) {
    (self.database, self.now) = (database, now)
  }

  mutating func take(_ row: ImportRow, _ localID: () -> LocalID) throws {
    let decision = planImport(
      row,
      ImportSight(
        byID: try row.id.flatMap { try database.network(byID: $0, in: "remote_id") },
        byLocalID: try row.localID.flatMap { try database.network(byID: $0, in: "local_id") },
        byName: try row.id == nil && row.localID == nil ? row.name.map { try database.networks(named: $0) } ?? [] : []
      )
    )
    let column: ImportRow.Column = row.id != nil ? .id : row.localID != nil ? .localID : .name
    switch decision {
    case .fault(let column, let fault):
      report.faults.append(.init(row: row.number, column: column, fault: fault))
    case .create(let name):
      let (edit, network) = try database.create(name, localID: localID(), at: now)
      rows[network] = row.number
      report.edits.append(edit)
      report.created += 1
    case .nothing(let network):
      if isFirst(network.key, in: row, column) { report.unchanged += 1 }
    case .edit(let network, let intent):
      guard isFirst(network.key, in: row, column) else { return }
      do {
        try edit(network.key, intent)
      } catch LaneRefusal.deletionWaits(let edit) {
        report.faults.append(.init(row: row.number, column: column, fault: .deletionWaits(edit)))
      } catch LaneRefusal.networkGone {
        report.faults.append(.init(row: row.number, column: column, fault: .unknownNetwork))
      }
    }
  }

  private mutating func isFirst(_ network: NetworkKey, in row: ImportRow, _ column: ImportRow.Column) -> Bool {
    if let first = rows[network] {
      report.faults.append(.init(row: row.number, column: column, fault: .twice(row: first)))
      return false
    }
    rows[network] = row.number
    return true
  }

  private mutating func edit(_ network: NetworkKey, _ intent: Intent) throws {
    let number = try database.nextEdit()
    let receipt = try database.advance(network, at: now) { lane in try lane.edit(intent, as: number, at: now) }
    switch receipt {
    case .queued(let edit, _, replacing: _):
      report.edits.append(edit)
      if intent == .delete { report.deleted += 1 } else { report.renamed += 1 }
    case .takenBack: report.takenBack += 1
    case .nothingToDo: report.unchanged += 1
    }
  }
}

extension Database {
  /// The network that has this id, whatever the case of its letters.
  ///
  /// - Parameter column: `remote_id` or `local_id`.
  fileprivate func network(byID id: String, in column: String) throws -> Network? {
    try row(
      """
      \(Network.select) WHERE network_key = (
        SELECT network_key FROM network WHERE \(column) IN (?, ?, ?) AND gone_at_us IS NULL LIMIT 1
      )
      """,
      arguments: [id, id.lowercased(), id.uppercased()],
      Network.init
    )
  }

  /// The networks that people see under this name, byte for byte.
  fileprivate func networks(named name: String) throws -> [Network] {
    try rows(
      """
      \(Network.select) WHERE network_key IN (
        SELECT network_key FROM network WHERE name = :name AND gone_at_us IS NULL
        UNION SELECT network_key FROM operation WHERE name = :name
        UNION SELECT network_key FROM dead_letter WHERE name = :name
      ) AND name = :name
      ORDER BY network_key
      """,
      arguments: ["name": name],
      Network.init
    )
  }
}
