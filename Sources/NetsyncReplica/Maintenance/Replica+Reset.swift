import FoundationEssentials
import GRDB
package import NetsyncModel

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What a reset did.
package struct ResetReport: Hashable, Sendable {
  /// An edit by what can still be said of it.
  package struct Edit: Hashable, Sendable {
    package var number: EditNumber
    package var action: Intent.Action?
    package var name: NetworkName?
  }

  /// Open edits that are kept.
  package var kept = 0
  /// Open edits that are not kept, because their user wants that.
  package var dropped: [Edit] = []
  /// Open edits that could not be read, or whose network could not: they are in the damaged file alone.
  package var lost: [Edit] = []
  /// Every row of the outbox could be read, or none was wanted; else there may be edits that nothing tells of any more.
  package var isWhole = true
  /// What was found to be lost before, as the file was opened for this, in words.
  package var loss: String?
  /// Where the damaged file is now; nil for a sound one, which stays in its place.
  package var setAside: String?
}

extension Replica {
  /// Forgets everything that was pulled, and begins anew; the outbox is kept, with the networks that it needs and those that were made
  /// here, whose local ids have been given out. Numbers of edits and changes are not used again.
  ///
  /// A sound file is emptied in one transaction, while others may have it open. Out of a damaged one the outbox is read row by row into a
  /// new file; only then the damaged one is set aside, with its write-ahead log. For who holds the sync lock.
  ///
  /// - Parameter withOutbox: the outbox goes too.
  package static func reset(
    _ path: String,
    withOutbox: Bool,
    now: @escaping @Sendable () -> Timestamp
  ) throws(ReplicaError) -> ResetReport {
    let path = filePath(path)
    if ReadOnlyFile(path) != nil { throw .readOnly(path: path) }
    var checkUp = CheckUp()
    var report: ResetReport
    do throws(ReplicaError) {
      checkUp = try Replica.checkUp(path, holdsLock: true, now: now)
      if let fault = checkUp.faults.first { throw ReplicaError.damaged(path: path, reason: fault) }
      report = try open(path, .existing, holdsLock: true, now: now).empty(withOutbox: withOutbox)
    } catch {
      // Some damage shows only where something is written. Another file's log is no part of this one.
      let source: String
      switch error {
      case .damaged: source = path
      case .foreignLog: source = unchangingFile(path)
      default: throw error
      }
      report = try replaceDamaged(path, reading: source, withOutbox: withOutbox, now: now)
    }
    report.loss = report.loss ?? checkUp.loss
    return report
  }

  private func empty(withOutbox: Bool) throws(ReplicaError) -> ResetReport {
    guard let writer = storage.writer else { throw .readOnly(path: path) }
    do {
      let (report, mark) = try writer.write { database in
        var report = ResetReport()
        let edits = try database.operations()
        if withOutbox {
          report.dropped = edits.map { .init(number: $0.edit, action: $0.intent.action, name: $0.intent.name) }
          for table in ["operation", "dead_letter"] { try database.execute(sql: "DELETE FROM \(table)") }
        } else {
          report.kept = edits.count
        }
        try database.execute(sql: Self.forgetting(localIDs: withOutbox))
        return (report, try database.countStep())
      }
      mark.write(beside: path)
      return report
    } catch {
      throw ReplicaError(error, path: path)
    }
  }

  /// - Parameter localIDs: of networks that nothing waits for: whether these go too.
  private static func forgetting(localIDs: Bool) -> String {
    """
    DELETE FROM network_interface;
    DELETE FROM set_aside;
    DELETE FROM server_fact;
    UPDATE network SET read_at_us = NULL;
    DELETE FROM interface_list;
    DELETE FROM sighting;
    DELETE FROM page;
    DELETE FROM sweep;
    DELETE FROM network
    WHERE \(localIDs ? "TRUE" : "local_id IS NULL")
      AND network_key NOT IN (SELECT network_key FROM operation UNION SELECT network_key FROM dead_letter);
    CREATE TEMP TABLE kept AS
      SELECT * FROM journal_change WHERE network_key IN (SELECT network_key FROM network) OR kind = 'lost';
    DELETE FROM journal;
    INSERT INTO journal (change, at_us, side, kind, network_key, edit, before_name, after_name, evidence)
      SELECT change, at_us, side, kind, network_key, edit, before_name, after_name, evidence FROM kept;
    DROP TABLE kept;
    """
  }

  /// - Parameter source: the file as SQLite is to read it.
  private static func replaceDamaged(
    _ path: String,
    reading source: String,
    withOutbox: Bool,
    now: @escaping @Sendable () -> Timestamp
  ) throws(ReplicaError) -> ResetReport {
    let mark = StepMark(beside: path)
    // No edit may come in after its number was looked for.
    let others = try shutOut(path)
    defer { try? others?.close() }
    func removeCopies() { for left in unfinishedCopies(beside: path, "saved") { unsafe unlink(left) } }
    // Of a reset whose process died.
    removeCopies()
    defer { removeCopies() }
    let saved = "\(path).saved-\(UUID().uuidString)"
    var report = ResetReport()
    do {
      let replica = try Replica.open(saved, .makeIfMissing, now: now)
      guard let writer = replica.storage.writer else { throw ReplicaError.readOnly(path: path) }
      report = try writer.write { database in
        try Salvage(of: path, reading: source, mark, at: now()).save(into: database, withOutbox: withOutbox)
      }
      // Folds its log in: the file alone is moved, and nothing else of it stays.
      try writer.close()
      for suffix in ["-wal", "-shm", ".lock", ".reserve", ".mark"] { unsafe unlink(saved + suffix) }
    } catch {
      throw (error as? ReplicaError) ?? ReplicaError(error, path: path)
    }
    guard moveFile(saved, to: waitingFile(for: path)) else { throw .storage(path: path, reason: lastSystemError()) }
    report.setAside = try finishReplacing(path)
    return report
  }

  /// Keeps other writers out of a damaged file for as long as the connection is open.
  ///
  /// - Returns: nil for a file that is so damaged that nobody can write to it.
  private static func shutOut(_ path: String) throws(ReplicaError) -> DatabaseQueue? {
    guard fileSize(path) > 0 else { return nil }
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(30)
      configuration.allowsUnsafeTransactions = true
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { database in try database.execute(sql: "BEGIN IMMEDIATE TRANSACTION") }
      return queue
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      throw .locked(path: path)
    } catch {
      return nil
    }
  }
}
