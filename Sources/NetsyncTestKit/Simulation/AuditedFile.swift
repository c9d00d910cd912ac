import GRDB
package import NetsyncReplica

/// A replica in memory whose every commit is noted, and that can be tampered with behind the replica's back.
package final class AuditedFile: Sendable {
  package let memory: MemoryFile
  private let audit = CommitAudit()

  package init() throws {
    memory = try MemoryFile()
    memory.queue.add(transactionObserver: audit, extent: .databaseLifetime)
  }

  /// What was committed since the last call: how many transactions that wrote, and what they wrote.
  package func takeCommits() -> (commits: Int, facts: CommittedFacts) { audit.take() }

  /// Runs SQL behind the replica's back, so that those who check it can show that they notice.
  package func tamper(_ sql: String) throws {
    try memory.queue.write { database in try database.execute(sql: sql) }
  }

  /// Whether what is written down of answers, in the journal or with an edit, holds one of these texts.
  package func holds(anyOf texts: [String]) throws -> Bool {
    // A read that forbids writes to itself has every statement prepared anew.
    try memory.queue.unsafeRead { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT EXISTS (
            SELECT 1 FROM (
              SELECT evidence AS words FROM journal
              UNION ALL SELECT error_code FROM outbox
              UNION ALL SELECT error_title FROM outbox
              UNION ALL SELECT error_detail FROM outbox
              UNION ALL SELECT error_pointer FROM outbox
              UNION ALL SELECT base_url FROM meta
            ) WHERE instr(words, ?)
          )
          """
      )
      return try texts.contains { text in try Bool.fetchOne(statement, arguments: [text]) ?? false }
    }
  }

  /// Bytes that it takes, without what is free within it.
  package func bytes() throws -> Int {
    try memory.queue.unsafeRead { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT (page_count - freelist_count) * page_size
          FROM pragma_page_count, pragma_freelist_count, pragma_page_size
          """
      ) ?? 0
    }
  }

  /// Makes it as good as new, which is quicker than a new one.
  package func erase() throws {
    try memory.queue.writeWithoutTransaction { database in
      try database.execute(literal: "BEGIN IMMEDIATE TRANSACTION")
      for table in [
        "journal", "dead_letter", "conflict", "operation", "network_interface", "set_aside", "sighting",
        "interface_list", "network", "page", "sweep", "sqlite_sequence", "meta",
      ] {
        try database.cachedStatement(sql: "DELETE FROM \(table)").execute()
      }
      try database.cachedStatement(sql: "INSERT INTO meta (only_row) VALUES (1)").execute()
      try database.execute(literal: "COMMIT TRANSACTION")
    }
    memory.unlock()
    _ = audit.take()
  }
}
