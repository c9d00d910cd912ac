import GRDB
package import NetsyncModel
import NetsyncReconcile
import Synchronization

/// The SQLite file: the account's networks as last seen, and the outbox of what was edited here.
///
/// Every method is one transaction and none waits for the network (R13). Methods are synchronous: SQLite is.
/// Any number of processes may read and edit at once; only the holder of the ``SyncLock`` pulls, pushes and checkpoints (R14).
package final class Replica: Sendable {
  /// Where the database lives.
  enum Storage {
    case file(any DatabaseWriter)
    /// A file that can only be read.
    case readOnly(ReadOnlyFile)
    case memory(MemoryFile)

    /// nil for what can only be read.
    var writer: (any DatabaseWriter)? {
      switch self {
      case .file(let writer): writer
      case .readOnly: nil
      case .memory(let file): file.queue
      }
    }
  }

  package let path: String
  let storage: Storage
  /// What its status goes by.
  let tolerance: Tolerance
  /// The host's clock, for every time that is written.
  package let now: @Sendable () -> Timestamp
  /// Its first pull, while that lasts.
  let filling = Mutex<Filling?>(nil)
  private let gate: StepGate?
  /// nil for a database without a file.
  private let identity: FileIdentity?
  /// What its file was found to lack when it was opened, in words; nil where nothing is lost.
  package let loss: String?

  /// How a file that cannot be written is read now; nil for one that can. What it leads to is there as long as it is held.
  package func readingWay() throws(ReplicaError) -> ReadingWay? {
    if case .readOnly(let file) = storage { try file.way() } else { nil }
  }

  init(
    path: String,
    storage: Storage,
    identity: FileIdentity? = nil,
    loss: String? = nil,
    tolerance: Tolerance = Tolerance(),
    now: @escaping @Sendable () -> Timestamp,
    gate: StepGate? = nil
  ) {
    self.path = path
    self.storage = storage
    self.loss = loss
    self.tolerance = tolerance
    self.now = now
    self.gate = gate
    self.identity = identity
  }

  deinit { close() }

  /// Ends its connections; from then on every method throws.
  ///
  /// The last connection to close folds the write-ahead log into the file and removes it, which a reader cannot do. No other process has
  /// the file open then, so this is not the race that the sync lock guards checkpoints from.
  package func close() {
    guard case .file(let writer) = storage else { return }
    (writer as? DatabasePool)?.invalidateReadOnlyConnections()
    try? writer.close()
  }

  /// A read of one moment.
  func read<Value>(_ work: (Database) throws -> Value) throws(ReplicaError) -> Value {
    try gate?(.read)
    return try translatingErrors {
      switch storage {
      case .file(let file): try file.read(work)
      case .readOnly(let file): try file.read(work)
      // Its one connection is used by one at a time: what is read is of one moment without a transaction.
      case .memory(let file): try file.queue.unsafeRead(work)
      }
    }
  }

  /// Statements that each read of a moment of their own: SQLite does not end a transaction in which it found damage.
  func readWithoutTransaction<Value>(_ work: (Database) throws -> Value) throws(ReplicaError) -> Value {
    try translatingErrors {
      if let way = try readingWay() { return try withExtendedLifetime(way) { try way.queue.unsafeRead(work) } }
      return try required(storage.writer, "connection").unsafeRead(work)
    }
  }

  /// One durable step: on disk before it returns.
  func write<Value>(_ step: DurableStep, _ work: (Database) throws -> Value) throws(ReplicaError) -> Value {
    guard let writer = storage.writer else { throw .readOnly(path: path) }
    try gate?(.begin(step))
    let value = try translatingErrors {
      try makingRoom(for: step) {
        try writer.writeWithoutTransaction { database in
          guard identity != nil else { return try transaction(step, database, work) }
          let (value, mark) = try transaction(step, database) { (try work($0), try $0.countStep()) }
          mark.write(beside: path)
          return value
        }
      }
    }
    try gate?(.committed(step))
    return value
  }

  /// One step that a power cut may undo, since it can be pulled again. A crash of the process cannot.
  func writePulled<Value>(_ step: DurableStep, _ work: (Database) throws -> Value) throws(ReplicaError) -> Value {
    guard case .file(let writer) = storage else { return try write(step, work) }
    try gate?(.begin(step))
    let value = try translatingErrors {
      try writer.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = NORMAL")
        defer { try? database.execute(sql: "PRAGMA synchronous = FULL") }
        return try transaction(step, database, work)
      }
    }
    try gate?(.committed(step))
    return value
  }

  private func transaction<Value>(
    _ step: DurableStep,
    _ database: Database,
    _ work: (Database) throws -> Value
  ) throws -> Value {
    do {
      try database.run("BEGIN IMMEDIATE TRANSACTION")
      let value = try work(database)
      try gate?(.committing(step))
      // What is committed to a file that was removed or replaced is seen by nobody, so it must not be told of as done.
      if let identity, FileIdentity(of: path) != identity || isBeingReplaced(path) {
        throw ReplicaError.replaced(path: path)
      }
      try database.run("COMMIT TRANSACTION")
      return value
    } catch {
      // SQLite has rolled back by itself where the disk is full, for one (https://sqlite.org/lang_transaction.html).
      if database.isInsideTransaction { try database.run("ROLLBACK TRANSACTION") }
      if (error as? DatabaseError)?.resultCode == .SQLITE_READONLY, !database.headerAllowsWriting() {
        throw ReplicaError.damaged(path: path, reason: headerForbidsWriting)
      }
      throw error
    }
  }

  private func translatingErrors<Value>(_ work: () throws -> Value) throws(ReplicaError) -> Value {
    do {
      return try work()
    } catch let error as ReplicaError {
      throw error
    } catch let refusal as LaneRefusal {
      throw ReplicaError(refusal)
    } catch {
      throw ReplicaError(error, path: path)
    }
  }
}

extension Replica {
  /// Folds the write-ahead log back into the file. Only for the holder of the sync lock (R14).
  package func checkpoint() throws(ReplicaError) {
    guard case .file(let writer) = storage else { return }
    try translatingErrors {
      _ = try writer.writeWithoutTransaction { database in try database.checkpoint(.passive) }
    }
  }
}

extension ReplicaError {
  /// SQLite's error, in the replica's words.
  init(_ error: any Error, path: String) {
    guard let error = error as? DatabaseError else {
      // What the schema promises is not what a row holds.
      let reason = (error as? UndecodableRow)?.description ?? brokenRow
      self = .damaged(path: path, reason: reason)
      return
    }
    let reason = damageWords(error)
    switch error.resultCode {
    case .SQLITE_NOTADB: self = .notAReplica(path: path)
    case .SQLITE_BUSY: self = .locked(path: path)
    case .SQLITE_CORRUPT, .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_FORMAT:
      self = .damaged(path: path, reason: reason)
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_READONLY: self = .readOnly(path: path)
    default: self = .storage(path: path, reason: reason)
    }
  }
}

/// In the place of what GRDB says of a row that cannot be decoded.
let brokenRow = "a row is not what the schema promises"

/// In the place of SQLite's "database disk image is malformed".
let damagedPage = "a page of it is not as it was written"

/// What SQLite says of a file that it cannot use, in words that do not speak of its insides.
func damageWords(_ error: DatabaseError) -> String {
  switch error.resultCode {
  case .SQLITE_CORRUPT: damagedPage
  default: error.message ?? error.resultCode.description
  }
}
