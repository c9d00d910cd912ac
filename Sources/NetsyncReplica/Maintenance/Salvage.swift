import FoundationEssentials
import GRDB
import NetsyncModel
import NetsyncReconcile

/// Reads an outbox out of a damaged file: each row by its number, past every index, so that one that cannot be read takes no other along.
struct Salvage {
  /// How far beyond the highest number a row is looked for, and how far below it.
  private static let reach: (above: Int64, below: Int64) = (1_000, 1_000_000)

  /// What a row of `network` has from pulls.
  private static let pulled: Set = ["seen_page", "read_at_us", "interfaces_as_of_us", "interfaces_tried_at_us"]

  /// nil where nothing can be read at all.
  private let source: DatabaseQueue?
  /// How far the file had come.
  private let mark: StepMark?
  private let now: Timestamp

  init(of path: String, reading address: String, _ mark: StepMark?, at now: Timestamp) throws {
    (self.mark, self.now) = (mark, now)
    // SQLite would remove the log of an empty file.
    guard fileSize(path) > 0 else {
      source = nil
      return
    }
    var configuration = Configuration()
    configuration.label = "netsync"
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in try database.execute(sql: "PRAGMA trusted_schema = OFF") }
    do {
      source = try DatabaseQueue(path: address, configuration: configuration)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      source = nil
    }
  }

  /// Puts what can be read into a new replica. A create is looked for before it is sent: that it was sent may be what the damage took.
  func save(into target: Database, withOutbox: Bool) throws -> ResetReport {
    guard let source else {
      var report = ResetReport(isWhole: withOutbox)
      try finish(&report, target, withOutbox)
      return report
    }
    // Without a transaction: SQLite does not end one in which it found damage.
    return try source.unsafeRead { source in
      var report = ResetReport()
      keepMeta(source, target)
      let last = highest("operation", in: source)
      var (found, isUnreadable): (Set<Int64>, Bool) = ([], false)
      for table in ["operation", "dead_letter"] {
        for number in numbers(of: table, upTo: last, in: source) {
          do {
            guard let row = try row(of: table, number, in: source) else { continue }
            found.insert(number)
            let edit = ResetReport.Edit(number: EditNumber(rawValue: number), row)
            if withOutbox {
              report.dropped.append(edit)
            } else if keep(row, of: table, number, from: source, in: target) {
              report.kept += 1
            } else {
              report.lost.append(edit)
            }
          } catch {
            isUnreadable = true
          }
        }
      }
      if !withOutbox {
        // A page can hide rows without being unreadable; what the journal tells of as open has to be there. Of a sound outbox a damaged
        // journal proves nothing.
        let (missing, isAll) = openEdits(besides: found, in: source)
        let isProof = isAll || !isOutboxSound(in: source)
        if isProof { report.lost += missing }
        report.isWhole = !isUnreadable && (isAll || !isProof)
      }
      keepLocalIDs(from: source, in: target)
      if !withOutbox { try target.suspectCreates(at: now) }
      for (table, number) in [("operation", last), ("journal", highest("journal", in: source))] {
        try target.neverAgain(number, of: table)
      }
      try finish(&report, target, withOutbox)
      return report
    }
  }

  /// Has what is lost be known.
  private func finish(_ report: inout ResetReport, _ target: Database, _ withOutbox: Bool) throws {
    if let mark {
      let found = try target.mark()
      if found.steps < mark.steps {
        report.loss = try target.catchUp(with: mark, from: found, at: now)
        report.isWhole = withOutbox || report.isWhole && mark.edit <= found.edit
      }
    }
    for edit in report.lost { try target.journalLoss("\(edit.words): it was on a page that is damaged", at: now) }
    if !report.isWhole {
      try target.journalLoss(
        "pages of the outbox are damaged, and nothing tells of an edit that was open there",
        at: now
      )
    }
  }

  /// Networks that were made here and have their id: their local ids have been given out, and none of them is what another create made.
  private func keepLocalIDs(from source: Database, in target: Database) {
    for key in numbers(of: "network", upTo: 0, in: source) {
      guard let row = try? row(of: "network", key, in: source),
        (try? row.value("local_id") as String) != nil, (try? row.value("remote_id") as String) != nil
      else { continue }
      try? target.inSavepoint {
        try keepNetwork(key, isNew: false, from: source, in: target)
        return .commit
      }
    }
  }

  /// The account, the server's clock, and the silence that it asked for: all of it, or else what can be used.
  private func keepMeta(_ source: Database, _ target: Database) {
    guard let row = try? Row.fetchOne(source, sql: "SELECT * FROM meta NOT INDEXED") else { return }
    let columns = Array(row.columnNames.filter { $0 != "only_row" })
    func set(_ columns: [String]) throws {
      let assignments = columns.map { "\($0.quotedDatabaseIdentifier) = ?" }.joined(separator: ", ")
      let values = columns.map { row[$0] as DatabaseValue }
      try target.execute(sql: "UPDATE meta SET \(assignments)", arguments: StatementArguments(values))
    }
    if (try? set(columns)) == nil { for column in columns { try? set([column]) } }
    try? target.run("UPDATE meta SET steps = 0 WHERE steps > ?", arguments: [StepMark.limit])
  }

  private static func key(of table: String) -> String {
    switch table {
    case "network": "network_key"
    case "journal": "change"
    default: "edit"
    }
  }

  /// The highest number that a table has given out, as far as that can be seen.
  private func highest(_ table: String, in source: Database) -> Int64 {
    let key = Self.key(of: table)
    let ways = [
      "SELECT seq FROM sqlite_sequence WHERE name = '\(table)'",
      "SELECT \(key) FROM \(table) NOT INDEXED ORDER BY \(key) DESC LIMIT 1",
    ]
    return ways.compactMap { try? Int64.fetchOne(source, sql: $0) }.filter { $0 <= StepMark.limit }.max() ?? 0
  }

  /// What a walk from either end can see, and every number between.
  private func numbers(of table: String, upTo last: Int64, in source: Database) -> [Int64] {
    let key = Self.key(of: table)
    var seen: Set<Int64> = []
    var isWhole = false
    for order in ["ASC", "DESC"] where !isWhole {
      do {
        let cursor = try Int64.fetchCursor(
          source,
          sql: "SELECT \(key) FROM \(table) NOT INDEXED ORDER BY \(key) \(order)"
        )
        while let number = try cursor.next() { seen.insert(number) }
        isWhole = true
      } catch {
        // What lies behind the damage is looked for from the other end, and by its number.
        continue
      }
    }
    if !isWhole {
      // A damaged page can hold any number: what is looked for is about the highest that was given out, and about the highest seen.
      for highest in [last, seen.max() ?? 0] {
        let highest = min(max(highest, 0), .max / 2)
        seen.formUnion(max(1, highest - Self.reach.below)...highest + Self.reach.above)
      }
    }
    return seen.sorted()
  }

  private func isOutboxSound(in source: Database) -> Bool {
    ["operation", "dead_letter"].allSatisfy { table in
      (try? String.fetchOne(source, sql: "PRAGMA integrity_check(\(table))")) == "ok"
    }
  }

  /// Those that the journal tells of as made here, and of whose end it does not tell; and whether all of it could be read.
  private func openEdits(besides found: Set<Int64>, in source: Database) -> ([ResetReport.Edit], isAll: Bool) {
    var isAll = true
    var open: [Int64: ResetReport.Edit] = [:]
    let sql = "SELECT edit, kind, after_name FROM journal NOT INDEXED WHERE edit IS NOT NULL ORDER BY change"
    do {
      let cursor = try Row.fetchCursor(source, sql: sql)
      while let row = try cursor.next() {
        guard let number = try? row.value("edit") as Int64,
          let kind = (try? row.value("kind") as String).flatMap(JournalChange.Kind.init)
        else {
          isAll = false
          continue
        }
        guard !found.contains(number) else { continue }
        let name = (try? row.value("after_name") as String?).map(NetworkName.init(_:))
        let edit = EditNumber(rawValue: number)
        switch kind {
        case .created: open[number] = .init(number: edit, action: .create, name: name)
        case .renamed: open[number] = .init(number: edit, action: .rename, name: name)
        case .deleted: open[number] = .init(number: edit, action: .delete, name: nil)
        case .sent, .adopted, .satisfied, .superseded, .discarded, .yielded, .resolved: open[number] = nil
        case .refused, .conflict, .prevailed, .changed, .wentBack, .setAside, .lost: break
        }
      }
    } catch {
      isAll = false
    }
    return (open.values.sorted { $0.number.rawValue < $1.number.rawValue }, isAll)
  }

  /// - Throws: where the page that would hold it cannot be read.
  private func row(of table: String, _ number: Int64, in source: Database) throws -> Row? {
    let key = Self.key(of: table)
    return try Row.fetchOne(source, sql: "SELECT * FROM \(table) NOT INDEXED WHERE \(key) = ?", arguments: [number])
  }

  /// - Returns: false where the edit, or the network that it needs, is not what the schema promises; then nothing of it is kept.
  private func keep(_ row: Row, of table: String, _ number: Int64, from source: Database, in target: Database) -> Bool {
    do {
      try target.inSavepoint {
        let network: Int64 = try row.value("network_key")
        try keepNetwork(network, isNew: row.value("action") == "create", from: source, in: target)
        try insert(row, into: table, in: target)
        if let conflict = try self.row(of: "conflict", number, in: source) {
          try insert(conflict, into: "conflict", in: target)
        }
        guard try target.operation(EditNumber(rawValue: number)) != nil else {
          throw UndecodableRow(description: "the edit cannot be used")
        }
        return .commit
      }
      return true
    } catch {
      return false
    }
  }

  private func keepNetwork(_ key: Int64, isNew: Bool, from source: Database, in target: Database) throws {
    let network = NetworkKey(rawValue: key)
    guard try target.lane(of: network) == nil else { return }
    do {
      try target.inSavepoint {
        let row = try required(row(of: "network", key, in: source), "network")
        try insert(row, into: "network", in: target, without: Self.pulled)
        _ = try target.lane(of: network)
        return .commit
      }
    } catch {
      guard isNew else { throw error }
      // What a new network is called stands in the edit.
      let local = LocalID.random(at: now)
      try target.run("INSERT INTO network (network_key, local_id) VALUES (?, ?)", arguments: [key, local.text])
    }
  }

  /// What an older schema does not have keeps the default of the new one.
  private func insert(_ row: Row, into table: String, in target: Database, without left: Set<String> = []) throws {
    let columns = row.columnNames.filter { !left.contains($0) }
    let names = columns.map(\.quotedDatabaseIdentifier).joined(separator: ", ")
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let values = columns.map { row[$0] as DatabaseValue }
    try target.execute(sql: "INSERT INTO \(table) (\(names)) VALUES (\(marks))", arguments: StatementArguments(values))
  }
}

extension ResetReport.Edit {
  /// `edit 6: rename lab`.
  package var words: String {
    "edit \(number.description): \(action?.rawValue ?? "an action that cannot be read")\(name.map { " \($0.text)" } ?? "")"
  }

  fileprivate init(number: EditNumber, _ row: Row) {
    self.init(
      number: number,
      action: (try? row.value("action") as String).flatMap(Intent.Action.init),
      name: (try? row.value("name") as String).map(NetworkName.init(_:))
    )
  }
}
