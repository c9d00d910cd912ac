import GRDB
import GRDBSQLite
import NetsyncModel
import NetsyncReconcile

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// One transaction's worth of pages.
struct PageBatch {
  private let database: Database
  private let sweep: Int64
  private let context: SightContext
  private let now: Timestamp
  /// ``NetworkDocument/insert``, found once.
  private let insertion: Statement
  /// Creates without an answer: a listed network that may be one is not taken in before that is settled (R6).
  private let unanswered: [UnansweredCreate]
  /// Put in, and not told of yet.
  private var arrivals: Arrivals?
  /// nil where all that are known can be found by an index.
  private(set) var filling: Filling?
  private(set) var tally = PageTally()

  init(
    database: Database,
    sweep: Int64,
    context: SightContext,
    now: Timestamp,
    insertion: Statement,
    unanswered: [UnansweredCreate],
    filling: consuming Filling?
  ) {
    self.database = database
    self.sweep = sweep
    self.context = context
    self.now = now
    self.insertion = insertion
    self.unanswered = unanswered
    self.filling = filling
  }

  mutating func apply(_ page: ListedPage) throws {
    guard let records = page.records else {
      try database.run(
        "UPDATE page SET confirmed_sweep = ?, confirmed_at_us = ? WHERE page_number = ?",
        arguments: [sweep, page.askedAt.microseconds, page.number]
      )
      return
    }
    let version = try record(page, rows: records.count + page.faults.count)
    try database.setAside(page.faults, on: page.number, sweep: sweep, at: now)
    let evidence = WrittenEvidence(Evidence(sweep: sweep, page: page.number))
    let known = try known(records)
    var (old, new): ([NetworkKey], [NetworkID: NetworkKey]) = ([], [:])
    var left: Set<Place> = []
    var isExact = page.faults.isEmpty
    for (record, known) in zip(records, known) {
      if let key = known?.key ?? new[record.id] {
        let isEdited = known?.isEdited ?? false
        let isAsKnown = known?.isSame == true && !isEdited
        let sight = isAsKnown ? .taken : try update(key, isEdited: isEdited, record, page, evidence)
        // What leaves the name out does not say that nobody has changed it.
        isExact = sight == .taken && isExact && record.name != nil
        if let known, sight != .ofOneThatIsGone {
          old.append(key)
          if let place = known.place, place.page != page.number { left.insert(place) }
        }
      } else if isWithheld(record, for: unanswered) {
        tally.countWithheld(record.id)
        isExact = false
      } else {
        new[record.id] = try insert(record, evidence)
      }
    }
    try tellOfArrivals(evidence)
    for place in left { try leave(place) }
    try see(old + new.values, on: page.number, version)
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

  // MARK: Pages

  /// - Returns: the version of the page that its networks are seen on from now on. Those that are not on it have left it.
  private func record(_ page: ListedPage, rows: Int) throws -> Int64 {
    let version = try database.value(
      Int64.self,
      """
      INSERT INTO page
        (page_number, fingerprint, row_count, total_pages, total_results, confirmed_sweep, confirmed_at_us, version)
      VALUES (?, ?, ?, ?, ?, ?, ?, 1)
      ON CONFLICT (page_number) DO UPDATE SET
        fingerprint = excluded.fingerprint, row_count = excluded.row_count, total_pages = excluded.total_pages,
        total_results = excluded.total_results, confirmed_sweep = excluded.confirmed_sweep,
        confirmed_at_us = excluded.confirmed_at_us, version = version + 1
      RETURNING version
      """,
      arguments: [
        page.number, page.fingerprint.databaseBlob, rows, page.totalPages, page.totalResults, sweep,
        page.askedAt.microseconds,
      ]
    )
    return try required(version, "version")
  }

  /// A page that a network leaves for another one no longer says what its fingerprint said.
  private func leave(_ place: Place) throws {
    try database.run(
      "UPDATE page SET fingerprint = NULL WHERE page_number = ? AND version = ?",
      arguments: [place.page, place.version]
    )
  }

  private func see(_ networks: [NetworkKey], on page: Int, _ version: Int64) throws {
    guard !networks.isEmpty else { return }
    try database.run(
      """
      INSERT INTO sighting (network_key, page, version) SELECT value, ?, ? FROM json_each(?) WHERE TRUE
      ON CONFLICT (network_key) DO UPDATE SET page = excluded.page, version = excluded.version
      """,
      arguments: [page, version, keyList(networks)]
    )
  }

  // MARK: Networks

  /// The network that each record is of; nil for one that is not known.
  private func known(_ records: [NetworkDocument]) throws -> [KnownNetwork?] {
    guard let filling else { return try database.known(records) }
    return try records.map { record in
      try filling.network(record.id, in: database).map { key in
        KnownNetwork(key: key, isSame: false, isEdited: true, place: try database.place(of: key))
      }
    }
  }

  /// What became of a record of a network that was known.
  private enum Sight {
    /// The row says what the record says.
    case taken
    /// The record is older than what is known.
    case stale
    /// The same, and the network is gone.
    case ofOneThatIsGone
  }

  private mutating func update(
    _ key: NetworkKey,
    isEdited: Bool,
    _ record: NetworkDocument,
    _ page: ListedPage,
    _ evidence: WrittenEvidence
  ) throws -> Sight {
    let row = try required(database.network(key), "network")
    let operations = isEdited ? try database.operations(of: key) : []
    if row.base == record && operations.isEmpty { return .taken }
    let before = try database.lane(row, operations: operations)
    if row.base == record && before.queued == nil { return .taken }
    var lane = before
    let contests = lane.queued == nil ? 0 : try database.contests(of: key, at: now)
    let moment = ListingMoment(asked: page.asked, serverNow: context.clock.serverTime(now))
    let step = lane.listed(record, moment, context, contests: contests, evidence.value)
    // Changes are told of in the order in which they were seen.
    try tellOfArrivals(evidence)
    try database.store(lane, over: before, step.effects, page: evidence, at: now)
    tally.count(step.told.change, of: record, before: row.base)
    return !step.told.stale ? .taken : lane.departure == nil ? .stale : .ofOneThatIsGone
  }

  private mutating func insert(_ record: NetworkDocument, _ evidence: WrittenEvidence) throws -> NetworkKey {
    try insertion.execute(binding: record.bind)
    let key = NetworkKey(rawValue: database.lastInsertedRowID)
    // mutant: first-pull-forgets-what-it-put-in
    filling?.note(key, record.id)
    tally.countNew()
    if arrivals?.append(key, record.name) != true {
      try tellOfArrivals(evidence)
      arrivals = Arrivals(key, record.name)
    }
    return key
  }

  private mutating func tellOfArrivals(_ evidence: WrittenEvidence) throws {
    guard let arrivals else { return }
    // mutant: arrivals-untold
    try database.journal(arrivals, evidence: evidence.json, at: now)
    self.arrivals = nil
  }
}

/// The network that a record is of.
private struct KnownNetwork {
  var key: NetworkKey
  /// It is certainly as the record says.
  var isSame: Bool
  /// It may have edits.
  var isEdited: Bool
  /// Where the listing showed it before.
  var place: Place?
}

/// A page of the listing, as it was taken in at one time.
private struct Place: Hashable {
  var page: Int
  var version: Int64
}

extension Place {
  init?(_ row: Row) throws {
    guard let page = try row.value("page") as Int?, let version = try row.value("version") as Int64? else { return nil }
    self.init(page: page, version: version)
  }
}

extension Database {
  /// A record that comes twice is not known to be the same a second time, for the first may have changed the network.
  fileprivate func known(_ records: [NetworkDocument]) throws -> [KnownNetwork?] {
    var known: [KnownNetwork?] = Array(repeating: nil, count: records.count)
    var met: Set<NetworkKey> = []
    let statement = try cachedStatement(
      sql: """
        SELECT asked.key, network.network_key, name, created_at, updated_at, record_type, unknown_fields,
          gone_at_us, page, version,
          EXISTS (SELECT 1 FROM operation WHERE operation.network_key = network.network_key)
            OR EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.network_key = network.network_key)
        FROM json_each(?) AS asked
        CROSS JOIN network ON network.remote_id = asked.value
        LEFT JOIN sighting ON sighting.network_key = network.network_key
        """
    )
    let cursor = try Row.fetchCursor(
      statement,
      arguments: ["[\(records.map { "\"\($0.id.text)\"" }.joined(separator: ","))]"]
    )
    while let row = try cursor.next() {
      let (position, key) = (row[0] as Int, NetworkKey(rawValue: row[1]))
      let record = records[position]
      let isSame =
        row.hasNull(atIndex: 7) && statement.holds(record.updatedAt?.raw, at: 4)
        && statement.holds(record.name?.text, at: 2)
        && statement.holds(record.createdAt?.raw, at: 3) && statement.holds(record.recordType, at: 5)
        && statement.holds(record.unknownFields, at: 6)
      let isFirst = met.insert(key).inserted
      let place = (row[8] as Int?).flatMap { page in (row[9] as Int64?).map { Place(page: page, version: $0) } }
      known[position] = KnownNetwork(key: key, isSame: isSame && isFirst, isEdited: row[10], place: place)
    }
    return known
  }

  fileprivate func place(of network: NetworkKey) throws -> Place? {
    try row("SELECT page, version FROM sighting WHERE network_key = ?", arguments: [network.rawValue], Place.init)
  }
}

extension Statement {
  /// Whether a column of the row that it stands on holds this text, byte for byte; nil: whether it is NULL.
  ///
  /// To compare where SQLite has it costs a fraction of what a text of our own does.
  fileprivate func holds(_ text: String?, at column: Int32) -> Bool {
    guard let held = unsafe sqlite3_column_text(sqliteStatement, column) else { return text == nil }
    let count = unsafe Int(sqlite3_column_bytes(sqliteStatement, column))
    guard var text, text.utf8.count == count else { return false }
    return text.withUTF8 { bytes in unsafe bytes.baseAddress.map { unsafe memcmp(held, $0, count) == 0 } ?? true }
  }
}
