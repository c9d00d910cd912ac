import GRDB
package import NetsyncModel
package import NetsyncReconcile
import Synchronization

/// A page of the listing as a sweep brought it.
package struct ListedPage: Sendable {
  package var number: Int
  /// nil: byte for byte the page that is known.
  package var records: [NetworkDocument]?
  /// Where on the page, counted from 1, records stand that cannot be understood.
  package var faults: [Int: RecordFault]
  /// Sixteen bytes of the body; empty where the page is known.
  package var fingerprint: [UInt8]
  package var totalPages: Int?
  package var totalResults: Int?
  /// ``ReplicaMeta/acknowledgements`` when it was asked for.
  package var asked: Int64
  /// When it was asked for, on the host's clock.
  package var askedAt: Timestamp

  package init(
    number: Int,
    records: [NetworkDocument]?,
    faults: [Int: RecordFault] = [:],
    fingerprint: [UInt8] = [],
    totalPages: Int? = nil,
    totalResults: Int? = nil,
    asked: Int64,
    askedAt: Timestamp
  ) {
    self.number = number
    self.records = records
    self.faults = faults
    self.fingerprint = fingerprint
    self.totalPages = totalPages
    self.totalResults = totalResults
    self.asked = asked
    self.askedAt = askedAt
  }
}

/// What is remembered of a page, so that the same bytes need not be decoded.
package struct KnownPage: Sendable {
  package var fingerprint: [UInt8]
  package var rows: Int
  package var totalPages: Int?
  package var totalResults: Int?
  /// The last sweep that saw it.
  package var confirmedSweep: Int64
}

extension Replica {
  /// The pages that can be compared by their fingerprint alone.
  package func knownPages() throws(ReplicaError) -> [Int: KnownPage] {
    try read { database in
      var pages: [Int: KnownPage] = [:]
      let cursor = try database.cursor("SELECT * FROM page WHERE fingerprint IS NOT NULL")
      while let row = try cursor.next() {
        let fingerprint: [UInt8] = (row["fingerprint"] as DatabaseValue).storage.bytes
        pages[try row.value("page_number")] = KnownPage(
          fingerprint: fingerprint,
          rows: try row.value("row_count"),
          totalPages: try row.value("total_pages"),
          totalResults: try row.value("total_results"),
          confirmedSweep: try row.value("confirmed_sweep")
        )
      }
      return pages
    }
  }

  /// Of the networks that have an edit, those that a sweep has seen, each with the time at which its page was asked for. Only where the page
  /// says what the replica has of every one on it.
  package func sights(by sweep: Int64) throws(ReplicaError) -> [NetworkKey: Timestamp] {
    try read { database in
      let cursor = try database.cursor(
        """
        SELECT DISTINCT sighting.network_key, page.confirmed_at_us
        FROM operation JOIN sighting USING (network_key)
        JOIN page ON page.page_number = sighting.page AND page.version = sighting.version
        WHERE page.confirmed_sweep = ? AND page.fingerprint IS NOT NULL
        """,
        arguments: [sweep]
      )
      var sights: [NetworkKey: Timestamp] = [:]
      while let row = try cursor.next() {
        sights[NetworkKey(rawValue: try row.value("network_key"))] = Timestamp(
          microseconds: try row.value("confirmed_at_us")
        )
      }
      return sights
    }
  }

  /// Whether any of these networks is known from the server.
  package func knowsAny(of ids: [NetworkID]) throws(ReplicaError) -> Bool {
    try read { database in
      try database.value(
        Bool.self,
        """
        SELECT EXISTS (
          SELECT 1 FROM network
          WHERE gone_at_us IS NULL AND remote_id IN (SELECT value FROM json_each(?))
        )
        """,
        arguments: [idList(ids)]
      ) ?? false
    }
  }

  /// Bytes of the write-ahead log from which on a pull folds it in, so that it does not become as large as the file.
  private static let largeLog: Int64 = 16 << 20

  /// Applies pages with their checkpoint, in one transaction. Applying a page twice is applying it once. Only for the holder of the sync
  /// lock.
  package func apply(
    _ pages: [ListedPage],
    sweep: Int64,
    _ context: SightContext
  ) throws(ReplicaError) -> PageTally {
    let appliedAt = now()
    let tally = try filling.withLock { filling throws(ReplicaError) in
      let noted = filling?.count
      do throws(ReplicaError) {
        return try writePulled(.applyPages) { database in
          let insertion = try database.cachedStatement(sql: NetworkDocument.insert)
          var batch = PageBatch(
            database: database,
            sweep: sweep,
            context: context,
            now: appliedAt,
            insertion: insertion,
            unanswered: unansweredCreates(among: try database.operationsInFlight()),
            filling: filling.take()
          )
          defer { filling = batch.filling }
          for page in pages { try batch.apply(page) }
          try batch.count()
          return batch.tally
        }
      } catch {
        if let noted { filling?.forget(after: noted) }
        throw error
      }
    }
    if size.log > Self.largeLog { try checkpoint() }
    return tally
  }
}

extension DatabaseValue.Storage {
  /// The bytes of a blob; empty for anything else.
  fileprivate var bytes: [UInt8] {
    if case .blob(let data) = self { Array(data) } else { [] }
  }
}
