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
    if try checkUp(path, now: now).faults.isEmpty {
      return try open(path, .existing, now: now).empty(withOutbox: withOutbox)
    }
    return try replaceDamaged(path, withOutbox: withOutbox, now: now)
  }

  private func empty(withOutbox: Bool) throws(ReplicaError) -> ResetReport {
    guard let writer = storage.writer else { throw .readOnly(path: path) }
    do {
      return try writer.write { database in
        var report = ResetReport()
        let edits = try database.operations()
        if withOutbox {
          report.dropped = edits.map { .init(number: $0.edit, action: $0.intent.action, name: $0.intent.name) }
          for table in ["operation", "dead_letter"] { try database.execute(sql: "DELETE FROM \(table)") }
        } else {
          report.kept = edits.count
        }
        try database.execute(sql: Self.forgetting(localIDs: withOutbox))
        return report
      }
    } catch {
      throw ReplicaError(error, path: path)
    }
  }

  /// - Parameter localIDs: of networks that nothing waits for: whether these go too.
  private static func forgetting(localIDs: Bool) -> String {
    """
    DELETE FROM network_interface;
    DELETE FROM set_aside;
    UPDATE network SET seen_page = NULL, read_at_us = NULL, interfaces_as_of_us = NULL, interfaces_tried_at_us = NULL;
    DELETE FROM page;
    DELETE FROM sweep;
    DELETE FROM network
    WHERE \(localIDs ? "TRUE" : "local_id IS NULL")
      AND network_key NOT IN (SELECT network_key FROM operation UNION SELECT network_key FROM dead_letter);
    DELETE FROM journal WHERE network_key NOT IN (SELECT network_key FROM network);
    """
  }

  private static func replaceDamaged(
    _ path: String,
    withOutbox: Bool,
    now: @escaping @Sendable () -> Timestamp
  ) throws(ReplicaError) -> ResetReport {
    let saved = "\(path).saved"
    let companions = ["", "-wal", "-shm", ".lock", ".reserve", ".mark"]
    func remove() { for suffix in companions { unsafe unlink(saved + suffix) } }
    remove()
    defer { remove() }
    var report = ResetReport()
    do {
      let replica = try Replica.open(saved, .makeIfMissing, now: now)
      guard let writer = replica.storage.writer else { throw ReplicaError.readOnly(path: path) }
      report = try writer.write { database in
        try Salvage(of: path, at: now()).save(into: database, withOutbox: withOutbox)
      }
      // Folds its log in: the file alone is moved.
      try writer.close()
    } catch {
      throw (error as? ReplicaError) ?? ReplicaError(error, path: path)
    }
    // The damaged file is there under both names until the new one takes its place. A log that stayed would be taken for the new one's.
    let aside = "\(path).damaged-\(now().rfc3339.replacing(":", with: ""))"
    guard unsafe link(path, aside) == 0 else { throw .storage(path: aside, reason: lastSystemError()) }
    if !moveFile("\(path)-wal", to: "\(aside)-wal"), errno != ENOENT {
      throw .storage(path: aside, reason: lastSystemError())
    }
    unsafe unlink("\(path)-shm")
    StepMark.remove(beside: path)
    guard moveFile(saved, to: path) else {
      throw .storage(path: path, reason: lastSystemError())
    }
    report.setAside = aside
    return report
  }
}
