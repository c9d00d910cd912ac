import GRDB
package import NetsyncModel
import NetsyncReconcile

/// How much a replica holds.
package struct Inventory: Hashable, Sendable {
  package var networks = 0
  package var interfaces = 0
  /// Open edits, refused ones among them.
  package var edits = 0
  /// Changes that the journal keeps.
  package var changes = 0
}

/// What came of reading a replica whole.
package struct CheckUp: Hashable, Sendable {
  package var inventory = Inventory()
  /// What is wrong; none for a sound replica.
  package var faults: [String] = []
  /// What was found to be lost as it was opened for this, in words.
  package var loss: String?
}

extension Replica {
  /// How many faults are told of.
  private static let mostFaults = 100

  package func inventory() throws(ReplicaError) -> Inventory {
    try read { database in try database.inventory() }
  }

  /// Opens and checks the replica at `path`; damage that keeps it from being opened is a fault as well.
  package static func checkUp(
    _ path: String,
    holdsLock: Bool = false,
    now: @escaping @Sendable () -> Timestamp
  ) throws(ReplicaError) -> CheckUp {
    do {
      let replica = try open(path, .existing, holdsLock: holdsLock, now: now)
      var checkUp = try replica.checkUp()
      checkUp.loss = replica.loss
      return checkUp
    } catch .damaged(_, let reason) {
      return CheckUp(faults: [reason])
    }
  }

  /// Reads every page and every row: what SQLite finds wrong with the file, references that lead nowhere, and rows that are not what
  /// the schema promises.
  package func checkUp() throws(ReplicaError) -> CheckUp {
    try readWithoutTransaction { database in
      var checkUp = CheckUp()
      func look(_ work: () throws -> Void) {
        do { try work() } catch let error as DatabaseError {
          checkUp.faults.append(damageWords(error))
        } catch {
          checkUp.faults.append(brokenRow)
        }
      }
      func note(_ sql: String) throws {
        // What was found before a page that cannot be read at all is told too.
        let found = try String.fetchCursor(database, sql: sql)
        while let fault = try found.next(), fault != "ok" {
          checkUp.faults += fault.split(separator: "\n").filter { !$0.hasPrefix("***") }.map(faultWords)
        }
      }
      if !database.headerAllowsWriting() { checkUp.faults.append(headerForbidsWriting) }
      look { try note("PRAGMA integrity_check(\(Self.mostFaults))") }
      look {
        try note(
          """
          SELECT 'row ' || coalesce(rowid, '?') || ' of ' || "table" || ' refers to a row of ' || parent || ' that is not there'
          FROM pragma_foreign_key_check
          """
        )
      }
      look { if let fault = try database.faultOfViews() { checkUp.faults.append(fault) } }
      look { checkUp.faults += try database.undecodableRows() }
      look {
        let numbers = "SELECT steps AS number FROM meta UNION ALL SELECT seq FROM sqlite_sequence"
        let sound = "typeof(number) = 'integer' AND number <= \(StepMark.limit)"
        if try database.values(Int64.self, "SELECT 1 FROM (\(numbers)) WHERE NOT (\(sound))").first != nil {
          checkUp.faults.append("a number is none that can have been given out")
        }
      }
      look { checkUp.inventory = try database.inventory() }
      var told: Set<String> = []
      checkUp.faults = Array(checkUp.faults.filter { told.insert($0).inserted }.prefix(Self.mostFaults))
      return checkUp
    }
  }

  /// Bytes of the file and of its write-ahead log.
  package var size: (file: Int64, log: Int64) {
    (fileSize(path), fileSize("\(path)-wal"))
  }
}

extension Database {
  func inventory() throws -> Inventory {
    func count(_ table: String) throws -> Int { try value(Int.self, "SELECT count(*) FROM \(table)") ?? 0 }
    return Inventory(
      networks: try count("networks"),
      interfaces: try count("network_interface"),
      edits: try count("operation") + count("dead_letter"),
      changes: try value(Int.self, "SELECT sum(networks) FROM journal") ?? 0
    )
  }

  /// A view that reads what is not there, since what the file says of its tables is damaged; nil where there is none.
  func faultOfViews() throws -> String? {
    for view in try values(String.self, "SELECT name FROM sqlite_schema WHERE type = 'view'") {
      do { _ = try makeStatement(sql: "SELECT * FROM \(view.quotedDatabaseIdentifier)") } catch {
        return "the view \(view) cannot be read"
      }
    }
    return nil
  }

  /// Rows that break what the schema's CHECKs cannot say: ids, states and their particulars, evidence.
  fileprivate func undecodableRows() throws -> [String] {
    var faults: [String] = []
    func meet(_ table: String, _ key: Int64, _ decode: () throws -> Void) throws {
      do { try decode() } catch let error as DatabaseError { throw error } catch {
        faults.append("row \(key) of \(table) is not what the schema promises")
      }
    }
    let networks = try cursor("SELECT * FROM network")
    while let row = try networks.next() {
      try meet("network", try row.value("network_key")) { _ = try NetworkRow(row) }
    }
    for edit in try values(Int64.self, "SELECT edit FROM operation UNION ALL SELECT edit FROM dead_letter") {
      try meet("operation", edit) { _ = try operation(EditNumber(rawValue: edit)) }
    }
    let changes = try cursor(JournalChange.select)
    while let row = try changes.next() {
      try meet("journal", try row.value("change")) { _ = try self.changes(toldBy: row) }
    }
    return faults
  }
}

/// A line of SQLite's check; of a page that cannot be used it names the function that failed.
private func faultWords(_ line: Substring) -> String {
  if line.contains("disk image") { return damagedPage }
  guard line.contains("error code"), let page = line.firstMatch(of: /[Pp]age \d+/) else { return String(line) }
  return "\(page.output.lowercased()) cannot be read"
}
