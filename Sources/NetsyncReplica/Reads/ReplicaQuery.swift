import FoundationEssentials
import GRDB
import GRDBSQLite
package import NetsyncModel

/// Read-only SQL on the documented views, for people and programs.
///
/// A connection of its own, opened read-only, that lets a statement do nothing but read (``QueryAuthorizer``), limited in time, rows,
/// and the size of each value.
package struct ReplicaQuery: Sendable {
  /// 64 MiB, for a text or a blob.
  private static let largestValue: Int32 = 64 << 20

  private let path: String
  private let timeout: Duration
  private let maximumRows: Int

  package init(path: String, timeout: Duration, maximumRows: Int) {
    self.path = path
    self.timeout = timeout
    self.maximumRows = maximumRows
  }

  package enum Failure: Error, Hashable, Sendable {
    /// SQLite did not take the statement; the reason is its own.
    case refused(reason: String)
    case tookTooLong(Duration)
    /// The replica itself could not be read.
    case replica(ReplicaError)
  }

  /// Runs one statement. Cancelling the task ends it, as if its time were over.
  package func run(_ sql: String) async throws(Failure) -> QueryAnswer {
    let queue: DatabaseQueue
    do {
      queue = try DatabaseQueue(path: path, configuration: Self.configuration())
    } catch {
      throw .replica(ReplicaError(error, path: path))
    }
    let timer = Task { [timeout] in
      try await Task.sleep(for: timeout)
      queue.interrupt()
    }
    defer { timer.cancel() }
    do {
      // On the queue's own thread: a statement that takes its time must not hold one that tasks, such as the timer, run on.
      return try await queue.read { [maximumRows] database in
        try QueryAuthorizer.guarding(database) { try Self.answer(sql, database, maximumRows: maximumRows) }
      }
    } catch is CancellationError {
      throw .tookTooLong(timeout)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
      throw .tookTooLong(timeout)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_AUTH {
      throw .refused(reason: "it is not a read: only SELECT, and what tells of the schema, is run here")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_MISUSE {
      throw .refused(reason: "it is not one statement")
    } catch let error as DatabaseError where !Self.isOfTheFile(error) {
      if let fault = try? await queue.read({ try $0.faultOfViews() }) {
        throw .replica(.damaged(path: path, reason: fault))
      }
      throw .refused(reason: error.message ?? error.resultCode.description)
    } catch {
      throw .replica(ReplicaError(error, path: path))
    }
  }

  /// Whether the file is to blame, and not the statement.
  private static func isOfTheFile(_ error: DatabaseError) -> Bool {
    let codes: [ResultCode] = [
      .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR, .SQLITE_FULL, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_BUSY,
      .SQLITE_PROTOCOL,
    ]
    return codes.contains(error.resultCode)
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
      if let connection = unsafe database.sqliteConnection {
        _ = unsafe sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0)
        _ = unsafe sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, largestValue)
      }
    }
    return configuration
  }

  private static func answer(_ sql: String, _ database: Database, maximumRows: Int) throws -> QueryAnswer {
    let statement = try database.makeStatement(sql: sql)
    var rows: [[SQLValue]] = []
    let cursor = try Row.fetchCursor(statement)
    while let row = try cursor.next() {
      guard rows.count < maximumRows else {
        return QueryAnswer(columns: statement.columnNames, rows: rows, isCut: true)
      }
      rows.append(row.databaseValues.map(SQLValue.init))
    }
    return QueryAnswer(columns: statement.columnNames, rows: rows, isCut: false)
  }
}

extension SQLValue {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let number): self = .integer(number)
    case .double(let number): self = .real(number)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .blob(Array(data))
    }
  }
}
