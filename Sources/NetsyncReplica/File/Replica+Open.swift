import FoundationEssentials
import GRDB
package import NetsyncModel
import Schema

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

extension Replica {
  /// Whether a command may make a replica where there is none.
  package enum Opening: Sendable {
    case existing
    case makeIfMissing
  }

  /// How many connections an open replica has.
  package enum Connections: Sendable {
    /// For who does one thing after the other. A file that is only read stays as it is, byte for byte.
    case one
    /// For who reads while something is written.
    case many
  }

  /// Opens the replica at `path`, brings its schema up to date, and leaves a file that is something else untouched.
  ///
  /// A new file is 0600 and a new directory 0700, whatever the umask.
  ///
  /// - Parameters:
  ///   - holdsLock: whether the caller has the sync lock, which is needed to bring an older file up to date.
  ///   - tolerance: what status goes by.
  package static func open(
    _ path: String,
    _ opening: Opening,
    _ connections: Connections = .one,
    holdsLock: Bool = false,
    tolerance: Tolerance = Tolerance(),
    now: @escaping @Sendable () -> Timestamp,
    gate: StepGate? = nil
  ) throws(ReplicaError) -> Replica {
    let path = filePath(path)
    try refuseUnreachable(path)
    if isBeingReplaced(path), ReadOnlyFile(path) == nil {
      let lock = holdsLock ? nil : try waitForSyncLock(path)
      defer { withExtendedLifetime(lock) {} }
      _ = try finishReplacing(path)
    }
    // SQLite would remove the log that it takes for another file's.
    guard fileSize(path) > 0 || fileSize("\(path)-wal") == 0 else {
      throw .damaged(path: path, reason: "the file is empty or gone, and its write-ahead log is not")
    }
    let isThere = FileManager.default.fileExists(atPath: path)
    let isRegular = isThere && isRegularFile(path)
    // Before the file: others may write both meanwhile. And before SQLite sees the file with a log that may be another's.
    let mark = StepMark(beside: path)
    if isRegular { try mark?.checkLog(of: path) }
    let readOnly = isRegular ? ReadOnlyFile(path) : nil
    let way = try readOnly?.way()
    defer { withExtendedLifetime(way) {} }
    let version = isThere ? try inspect(path, way?.queue) : 0
    if let readOnly {
      guard version > 0 else { throw .missing(path: path) }
      guard version == Schema.version else { throw .readOnly(path: path) }
      return Replica(path: path, storage: .readOnly(readOnly), tolerance: tolerance, now: now, gate: gate)
    }
    guard version < Schema.version else {
      let identity = FileIdentity(of: path)
      return try opened(path, try connect(path, connections), identity, mark, tolerance, now, gate)
    }
    if version == 0 {
      guard opening == .makeIfMissing else { throw .missing(path: path) }
      try makeFile(path)
    }
    // One process at a time, and while none syncs: SQLite does not wait its turn to switch a new file to write-ahead logging.
    let lock = holdsLock ? nil : try waitForSyncLock(path)
    defer { withExtendedLifetime(lock) {} }
    // Another may have done it meanwhile. A file that has counted no steps yet cannot be held against a mark, so that goes first: whoever
    // dies in between would leave a file that seems to have lost what another one had.
    let counts = try inspect(path) >= StepMark.firstVersion
    if !counts { StepMark.remove(beside: path) }
    let latest = StepMark(beside: path)
    let identity = FileIdentity(of: path)
    let writer = try connect(path, connections)
    do { try migrator().migrate(writer) } catch { throw ReplicaError(error, path: path) }
    let replica = try opened(path, writer, identity, latest, tolerance, now, gate)
    replica.keepReserve()
    return replica
  }

  private static func opened(
    _ path: String,
    _ writer: any DatabaseWriter,
    _ identity: FileIdentity?,
    _ mark: StepMark?,
    _ tolerance: Tolerance,
    _ now: @escaping @Sendable () -> Timestamp,
    _ gate: StepGate?
  ) throws(ReplicaError) -> Replica {
    do {
      guard FileIdentity(of: path) == identity else { throw ReplicaError.replaced(path: path) }
      let loss = try findLoss(in: writer, since: mark, at: now())
      return Replica(
        path: path,
        storage: .file(writer),
        identity: identity,
        loss: loss,
        tolerance: tolerance,
        now: now,
        gate: gate
      )
    } catch let error as ReplicaError {
      throw error
    } catch {
      throw ReplicaError(error, path: path)
    }
  }

  private static func connect(
    _ path: String,
    _ connections: Connections
  ) throws(ReplicaError) -> any DatabaseWriter {
    do {
      // A pool makes and drops a table as it opens, so that its readers find a log.
      let writer: any DatabaseWriter =
        switch connections {
        case .one: try DatabaseQueue(path: path, configuration: configuration())
        case .many: try DatabasePool(path: path, configuration: configuration())
        }
      try writer.writeWithoutTransaction { database in
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
          throw ReplicaError.storage(path: path, reason: "its file system does not let SQLite keep a write-ahead log")
        }
        // The cache holds a batch of a first pull, so that its pages are written once, at its commit.
        try database.execute(
          sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -6000"
        )
      }
      return writer
    } catch let error as ReplicaError {
      throw error
    } catch {
      throw ReplicaError(error, path: path)
    }
  }

  /// Looks at a file through a read-only connection, so that a strange one is not changed by being looked at.
  ///
  /// - Parameter queue: a connection that reads it already.
  /// - Returns: its schema version; 0 for an empty file, which holds nothing that could be lost.
  private static func inspect(_ path: String, _ queue: DatabaseQueue? = nil) throws(ReplicaError) -> Int32 {
    guard isRegularFile(path) else { throw .notAReplica(path: path) }
    let found: FileMarks
    do {
      found = try FileMarks(path, queue)
    } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
      // Whoever made the file died over it, and only a connection that may write can put it back to what it was.
      do { found = try FileMarks(path, DatabaseQueue(path: path, configuration: configuration())) } catch {
        throw ReplicaError(error, path: path)
      }
    } catch {
      throw ReplicaError(error, path: path)
    }
    if found.isEmpty && found.applicationID == 0 { return 0 }
    guard found.applicationID == Schema.applicationID else { throw .notAReplica(path: path) }
    guard found.version > 0 else {
      throw .damaged(path: path, reason: "it does not say which version of the schema it has")
    }
    guard found.version <= Schema.version else { throw .newer(path: path, version: Int(found.version)) }
    return found.version
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "netsync"
    configuration.busyMode = .timeout(30)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
    }
    return configuration
  }

  private static func waitForSyncLock(_ path: String) throws(ReplicaError) -> SyncLock? {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      if let lock = try SyncLock(replica: path) { return lock }
      guard ContinuousClock.now < deadline else {
        throw .storage(path: path, reason: "another netsync has it, and it needs to be brought up to date first")
      }
      usleep(20_000)
    }
  }

  static func migrator() -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for migration in Schema.migrations {
      migrator.registerMigration(migration.name) { database in try database.execute(sql: migration.sql) }
    }
    return migrator
  }

  /// A file that may be there, where nobody can tell: another user's directory is not the same as no file.
  private static func refuseUnreachable(_ path: String) throws(ReplicaError) {
    var status = stat()
    guard unsafe stat(path, &status) != 0, errno != ENOENT else { return }
    throw .storage(path: path, reason: lastSystemError())
  }

  /// SQLite would make the file with the umask's permissions, and its companions with the file's. An empty one that is there already
  /// becomes its owner's alone.
  private static func makeFile(_ path: String) throws(ReplicaError) {
    do { try makeDirectory(of: path) } catch { throw .storage(path: path, reason: "its directory cannot be made") }
    let descriptor = openOwned(path)
    guard descriptor >= 0 else { throw .storage(path: path, reason: lastSystemError()) }
    fchmod(descriptor, 0o600)
    _ = Glibc.close(descriptor)
  }
}

/// What a database says that it is.
private struct FileMarks {
  var applicationID: Int32
  var version: Int32
  var isEmpty: Bool

  /// - Parameter queue: nil for a read-only connection of its own.
  init(_ path: String, _ queue: DatabaseQueue?) throws {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    self = try (queue ?? DatabaseQueue(path: path, configuration: configuration)).read { database in
      FileMarks(
        applicationID: try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
        version: try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0,
        isEmpty: try Int.fetchOne(
          database,
          sql: "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE '%grdb_migrations%'"
        ) == 0
      )
    }
  }

  private init(applicationID: Int32, version: Int32, isEmpty: Bool) {
    (self.applicationID, self.version, self.isEmpty) = (applicationID, version, isEmpty)
  }
}

/// A directory is no database, and a pipe would be waited for.
private func isRegularFile(_ path: String) -> Bool {
  var status = stat()
  return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// The text of `errno`.
func lastSystemError() -> String {
  unsafe String(cString: strerror(errno))
}
