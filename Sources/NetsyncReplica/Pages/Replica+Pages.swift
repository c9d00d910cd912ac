import GRDB
package import NetsyncModel
package import NetsyncReconcile

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
        SELECT DISTINCT network.network_key, page.confirmed_at_us
        FROM operation JOIN network USING (network_key) JOIN page ON page.page_number = network.seen_page
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

  /// Applies pages with their checkpoint, in one transaction. Applying a page twice is applying it once.
  package func apply(
    _ pages: [ListedPage],
    sweep: Int64,
    _ context: SightContext
  ) throws(ReplicaError) -> PageTally {
    let appliedAt = now()
    return try writePulled(.applyPages) { database in
      var batch = PageBatch(
        database: database,
        sweep: sweep,
        context: context,
        now: appliedAt,
        operations: try database.operations()
      )
      for page in pages { try batch.apply(page) }
      try batch.count()
      return batch.tally
    }
  }
}

/// One transaction's worth of pages.
private struct PageBatch {
  let database: Database
  let sweep: Int64
  let context: SightContext
  let now: Timestamp
  /// The edits of each network that has any.
  private var operations: [NetworkKey: [OutboxOperation]]
  /// Creates without an answer: a listed network that may be one is not taken in before that is settled (R6).
  private let unanswered: [UnansweredCreate]
  /// Put in, and not told of yet.
  private var arrivals: Arrivals?
  var tally = PageTally()

  init(database: Database, sweep: Int64, context: SightContext, now: Timestamp, operations: [OutboxOperation]) {
    self.database = database
    self.sweep = sweep
    self.context = context
    self.now = now
    self.operations = Dictionary(grouping: operations, by: \.network)
    unanswered = unansweredCreates(among: operations)
  }

  mutating func apply(_ page: ListedPage) throws {
    guard let records = page.records else {
      try database.run(
        "UPDATE page SET confirmed_sweep = ?, confirmed_at_us = ? WHERE page_number = ?",
        arguments: [sweep, page.askedAt.microseconds, page.number]
      )
      return
    }
    try record(page, rows: records.count + page.faults.count)
    try database.setAside(page.faults, on: page.number, sweep: sweep, at: now)
    let evidence = WrittenEvidence(Evidence(sweep: sweep, page: page.number))
    var known = try rows(with: records.map(\.id))
    var leaving = try members(of: page.number)
    var isExact = page.faults.isEmpty
    for record in records {
      if let row = known[record.id] {
        let (updated, isTaken) = try update(row, record, page, evidence)
        // What leaves the name out does not say that nobody has changed it.
        isExact = isTaken && isExact && record.name != nil
        leaving.remove(row.key)
        if row.seenPage != page.number { try move(row, to: page.number) }
        known[record.id] = updated
        known[record.id]?.seenPage = page.number
      } else if isWithheld(record, for: unanswered) {
        tally.countWithheld(record.id)
        isExact = false
      } else {
        known[record.id] = try insert(record, on: page.number, evidence)
      }
    }
    try tellOfArrivals(evidence)
    for key in leaving {
      try database.run("UPDATE network SET seen_page = NULL WHERE network_key = ?", arguments: [key.rawValue])
    }
    if !isExact {
      try database.run("UPDATE page SET fingerprint = NULL WHERE page_number = ?", arguments: [page.number])
    }
  }

  /// Counts with the sweep, in the same transaction: what a sweep that dies has taken in, the next cannot see again.
  func count() throws {
    guard tally != PageTally() else { return }
    try database.run(
      "UPDATE sweep SET new = new + ?, changed = changed + ?, went_back = went_back + ? WHERE sweep = ?",
      arguments: [tally.new, tally.changed, tally.wentBack, sweep]
    )
  }

  private func record(_ page: ListedPage, rows: Int) throws {
    try database.run(
      """
      INSERT INTO page
        (page_number, fingerprint, row_count, total_pages, total_results, confirmed_sweep, confirmed_at_us)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (page_number) DO UPDATE SET
        fingerprint = excluded.fingerprint, row_count = excluded.row_count, total_pages = excluded.total_pages,
        total_results = excluded.total_results, confirmed_sweep = excluded.confirmed_sweep,
        confirmed_at_us = excluded.confirmed_at_us
      """,
      arguments: [
        page.number, page.fingerprint.databaseBlob, rows, page.totalPages, page.totalResults, sweep,
        page.askedAt.microseconds,
      ]
    )
  }

  private func rows(with ids: [NetworkID]) throws -> [NetworkID: NetworkRow] {
    let cursor = try Row.fetchCursor(
      database.cachedStatement(sql: "SELECT * FROM network WHERE remote_id IN (SELECT value FROM json_each(?))"),
      arguments: [idList(ids)]
    )
    var rows: [NetworkID: NetworkRow] = [:]
    while let row = try cursor.next() {
      guard let id = NetworkID(try row.value("remote_id")) else { continue }
      rows[id] = try NetworkRow(row)
    }
    return rows
  }

  private func members(of page: Int) throws -> Set<NetworkKey> {
    let keys = try Int64.fetchAll(
      database.cachedStatement(sql: "SELECT network_key FROM network WHERE seen_page = ?"),
      arguments: [page]
    )
    return Set(keys.map(NetworkKey.init))
  }

  /// - Returns: the row as it is now, and false where it does not say what the page says.
  private mutating func update(
    _ row: NetworkRow,
    _ record: NetworkDocument,
    _ page: ListedPage,
    _ evidence: WrittenEvidence
  ) throws -> (row: NetworkRow, isTaken: Bool) {
    let operations = operations[row.key] ?? []
    if row.base == record && operations.isEmpty { return (row, true) }
    let before = try database.lane(row, operations: operations)
    if row.base == record && before.queued == nil { return (row, true) }
    var lane = before
    let contests = lane.queued == nil ? 0 : try database.contests(of: row.key, at: now)
    let moment = ListingMoment(asked: page.asked, serverNow: context.clock.serverTime(now))
    let step = lane.listed(record, moment, context, contests: contests, evidence.value)
    // Changes are told of in the order in which they were seen.
    try tellOfArrivals(evidence)
    try database.store(lane, over: before, step.effects, page: evidence, at: now)
    tally.count(step.told.change, of: record, before: row.base)
    // The network may come again on another page of the batch: its lane is then what this sight has made of it.
    self.operations[row.key] = lane.operations
    var updated = row
    (updated.base, updated.departure) = (lane.base, lane.departure)
    return (updated, !step.told.stale)
  }

  private mutating func insert(_ record: NetworkDocument, on page: Int, _ evidence: WrittenEvidence) throws
    -> NetworkRow
  {
    try database.run(NetworkDocument.insert, arguments: record.arguments + [page])
    let inserted = NetworkRow(key: NetworkKey(rawValue: database.lastInsertedRowID), base: record, seenPage: page)
    tally.countNew()
    if arrivals?.append(inserted.key, record.name) != true {
      try tellOfArrivals(evidence)
      arrivals = Arrivals(inserted.key, record.name)
    }
    return inserted
  }

  private mutating func tellOfArrivals(_ evidence: WrittenEvidence) throws {
    guard let arrivals else { return }
    try database.journal(arrivals, evidence: evidence.json, at: now)
    self.arrivals = nil
  }

  /// A row that was on another page leaves a page that no longer says what its fingerprint said.
  private func move(_ row: NetworkRow, to page: Int) throws {
    try database.run(
      "UPDATE network SET seen_page = ? WHERE network_key = ?",
      arguments: [page, row.key.rawValue]
    )
    if let seenPage = row.seenPage {
      try database.run("UPDATE page SET fingerprint = NULL WHERE page_number = ?", arguments: [seenPage])
    }
  }
}

extension DatabaseValue.Storage {
  /// The bytes of a blob; empty for anything else.
  fileprivate var bytes: [UInt8] {
    if case .blob(let data) = self { Array(data) } else { [] }
  }
}
