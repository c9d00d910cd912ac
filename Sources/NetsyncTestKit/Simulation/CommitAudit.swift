import GRDB
package import NetsyncModel
import Synchronization

/// What one transaction changed, row by row, as it is after it: for those who check the replica's promises from outside.
package struct CommittedFacts: Sendable {
  package struct Edit: Hashable, Sendable {
    package var edit: EditNumber
    package var network: NetworkKey
    package var action: Intent.Action
    package var name: NetworkName?
    package var state: String
    /// It was looked for since it was sent.
    package var isLookedFor = false
  }

  package struct Change: Hashable, Sendable {
    package var side: String
    package var kind: String
    package var network: NetworkKey
    package var edit: EditNumber?
    package var before: NetworkName?
    package var after: NetworkName?
    package var evidence: String
  }

  package struct NetworkRow: Hashable, Sendable {
    package var network: NetworkKey
    package var id: NetworkID?
    package var name: NetworkName?
    package var updatedAt: Timestamp?
    package var goneCause: String?
  }

  /// Operations that were added or changed.
  package var edits: [Edit] = []
  /// Operations that left the outbox.
  package var removedEdits: [EditNumber] = []
  package var newDeadLetters: [EditNumber] = []
  package var removedDeadLetters: [EditNumber] = []
  /// New entries of the journal, in order.
  package var changes: [Change] = []
  package var networks: [NetworkRow] = []
  package var removedNetworks: [NetworkKey] = []

  package init() {}
}

/// Notes which rows a transaction touches, and reads them once it is committed.
final class CommitAudit: TransactionObserver, Sendable {
  private struct State {
    var touched: [String: [Int64: Bool]] = [:]
    var facts = CommittedFacts()
    var commits = 0
  }

  private let state = Mutex(State())

  /// Takes what was committed since the last call: how many transactions that wrote, and what they wrote.
  func take() -> (commits: Int, facts: CommittedFacts) {
    state.withLock { state in
      defer {
        state.facts = CommittedFacts()
        state.commits = 0
      }
      return (state.commits, state.facts)
    }
  }

  func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool {
    switch eventKind.tableName {
    case "operation", "dead_letter", "journal", "network": true
    default: false
    }
  }

  func databaseDidChange(with event: DatabaseEvent) {
    let isRemoval = event.kind == .delete
    state.withLock { $0.touched[event.tableName, default: [:]][event.rowID] = isRemoval }
  }

  func databaseDidRollback(_ database: Database) {
    state.withLock { $0.touched = [:] }
  }

  func databaseDidCommit(_ database: Database) {
    let touched = state.withLock { state in
      defer { state.touched = [:] }
      return state.touched
    }
    var facts = CommittedFacts()
    for (row, isRemoved) in sorted(touched["operation"]) {
      if isRemoved { facts.removedEdits.append(EditNumber(rawValue: row)) } else { facts.edits += edit(row, database) }
    }
    for (row, isRemoved) in sorted(touched["dead_letter"]) {
      let edit = EditNumber(rawValue: row)
      if isRemoved { facts.removedDeadLetters.append(edit) } else { facts.newDeadLetters.append(edit) }
    }
    for (row, isRemoved) in sorted(touched["journal"]) where !isRemoved { facts.changes += change(row, database) }
    for (row, isRemoved) in sorted(touched["network"]) {
      if isRemoved {
        facts.removedNetworks.append(NetworkKey(rawValue: row))
      } else {
        facts.networks += network(row, database)
      }
    }
    state.withLock { state in
      state.commits += 1
      state.facts.add(facts)
    }
  }

  private func sorted(_ rows: [Int64: Bool]?) -> [(key: Int64, value: Bool)] {
    (rows ?? [:]).sorted { $0.key < $1.key }
  }

  private func edit(_ id: Int64, _ database: Database) -> [CommittedFacts.Edit] {
    all("SELECT edit, network_key, action, name, state, first_look_us FROM operation WHERE edit = ?", id, database) {
      row in
      CommittedFacts.Edit(
        edit: EditNumber(rawValue: row[0]),
        network: NetworkKey(rawValue: row[1]),
        action: try fact(Intent.Action(rawValue: row[2])),
        name: (row[3] as String?).map(NetworkName.init(_:)),
        state: row[4],
        isLookedFor: row[5] != nil
      )
    }
  }

  private func change(_ id: Int64, _ database: Database) -> [CommittedFacts.Change] {
    let sql = """
      SELECT side, kind, network_key, edit, before_name, after_name, evidence FROM journal_change
      WHERE entry = ? ORDER BY change
      """
    return all(sql, id, database) { row in
      CommittedFacts.Change(
        side: row[0],
        kind: row[1],
        network: NetworkKey(rawValue: row[2]),
        edit: (row[3] as Int64?).map(EditNumber.init(rawValue:)),
        before: (row[4] as String?).map(NetworkName.init(_:)),
        after: (row[5] as String?).map(NetworkName.init(_:)),
        evidence: row[6]
      )
    }
  }

  private func network(_ id: Int64, _ database: Database) -> [CommittedFacts.NetworkRow] {
    let sql = "SELECT network_key, remote_id, name, updated_at_us, gone_cause FROM network WHERE network_key = ?"
    return all(sql, id, database) { row in
      CommittedFacts.NetworkRow(
        network: NetworkKey(rawValue: row[0]),
        id: (row[1] as String?).flatMap(NetworkID.init),
        name: (row[2] as String?).map(NetworkName.init(_:)),
        updatedAt: (row[3] as Int64?).map(Timestamp.init(microseconds:)),
        goneCause: row[4]
      )
    }
  }

  /// What a row that was touched says now; nothing where it is gone.
  private func all<Fact>(_ sql: String, _ id: Int64, _ database: Database, _ decode: (Row) throws -> Fact) -> [Fact] {
    guard let statement = try? database.cachedStatement(sql: sql),
      let rows = try? Row.fetchAll(statement, arguments: [id]), let facts = try? rows.map(decode)
    else { return [] }
    return facts
  }

  /// A value that the schema promises.
  private func fact<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw BrokenPromise() }
    return value
  }

  private struct BrokenPromise: Error {}
}

extension CommittedFacts {
  fileprivate mutating func add(_ other: CommittedFacts) {
    edits += other.edits
    removedEdits += other.removedEdits
    newDeadLetters += other.newDeadLetters
    removedDeadLetters += other.removedDeadLetters
    changes += other.changes
    networks += other.networks
    removedNetworks += other.removedNetworks
  }
}
