import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// One walk through the listing: every page is asked for in this sweep, several at a time, and applied in batches.
///
/// A sweep that is cut short is taken up where it ended: the next one begins with the pages that this one did not reach, and
/// still asks for all of them, so that it alone can say what is missing. Known pages cost a request and one row each.
struct Sweep {
  /// Requests on their way at the same time.
  static let pagesInFlight = 4
  static let listsInFlight = 8
  /// Pages that one transaction applies: what bounds the memory of a pull.
  static let pagesPerBatch = 8
  /// How often the listing is walked when it seems to hide something.
  static let walks = 5

  let engine: SyncEngine
  let requests: Requests
  let number: Int64
  let options: PullOptions

  var counts = SweepCounts()
  /// The replica has every network that the server speaks of.
  private(set) var isWhole = false
  /// A page was another than before.
  private var hasMoved = false
  /// Every page was applied, none of the networks slipped through, and every network's interfaces were asked for.
  private(set) var isComplete = false
  private var knownPages: [Int: KnownPage] = [:]
  private var totals: ClosedRange<Int>?
  /// What this walk has listed and not taken in.
  private var withheld: Set<NetworkID> = []
  /// The first interface list that could not be read, while others could.
  var failedList: CycleFailure?
  /// The key, or the base URL, is of another account than the replica, and that is what was asked for.
  private(set) var takesAccount = false

  init(engine: SyncEngine, requests: Requests, number: Int64, options: PullOptions) {
    self.engine = engine
    self.requests = requests
    self.number = number
    self.options = options
  }

  /// A page with what its sight was, on its way from the API to the replica.
  struct FetchedPage: Sendable {
    var listed: ListedPage
    var rows: Int
  }

  mutating func run(known meta: ReplicaMeta, onProgress: (PullProgress) -> Void) async throws(CycleFailure) {
    let replica = engine.replica
    let known = try replicaStep { () throws(ReplicaError) in try replica.knownCount() }
    knownPages = try replicaStep { () throws(ReplicaError) in try replica.knownPages() }
    let previous = try replicaStep { () throws(ReplicaError) in try replica.lastSweep(before: number) }

    let first = try await page(1)
    try await checkAccount(first, known, meta)
    let interrupted = try await walkWhole(from: first, known: known, resuming: previous, onProgress)

    if !options.networksOnly {
      let since = previous.flatMap { $0.isComplete ? nil : $0.startedAt }
      try await walkInterfaces(notSince: since, onProgress)
    }
    isComplete = isWhole
    if let failure = interrupted ?? failedList { throw failure }
  }

  /// Walks, and settles what is missing, until the replica has as many networks as the server speaks of: while rows shift between
  /// pages, a network that nobody knew can slip through. Two walks that see the same end it too, for then the total is wrong.
  private mutating func walkWhole(
    from start: FetchedPage,
    known: Int,
    resuming previous: SweepRecord?,
    _ onProgress: (PullProgress) -> Void
  ) async throws(CycleFailure) -> CycleFailure? {
    let replica = engine.replica
    var first = start
    for walk in 1...Self.walks {
      totals = nil
      withheld = []
      hasMoved = false
      counts.networks = 0
      let lastPage = try await self.walk(from: first, resuming: walk == 1 ? previous : nil, onProgress)
      counts.networks = try replicaStep { () throws(ReplicaError) in try replica.listedCount(by: number) }
      let held = try await removeMissing(known: known, lastPage: lastPage)
      let count = try replicaStep { () throws(ReplicaError) in try replica.knownCount() } + withheld.count
      isWhole = count >= totals?.lowerBound ?? 0 || (walk > 1 && !hasMoved)
      if isWhole || held != nil { return held }
      knownPages = try replicaStep { () throws(ReplicaError) in try replica.knownPages() }
      first = try await page(1)
    }
    return nil
  }

  /// Asks for one page.
  private func page(_ number: Int) async throws(CycleFailure) -> FetchedPage {
    let known = knownPages[number]
    let asked = try replicaStep { () throws(ReplicaError) in try engine.replica.meta().acknowledgements }
    let exchange = try await requests.read {
      await engine.api.networks(page: number, unlike: known.flatMap { Fingerprint(bytes: $0.fingerprint) })
    }
    switch exchange.result {
    case .success(.unchanged):
      let listed = ListedPage(
        number: number,
        records: nil,
        totalPages: known?.totalPages,
        totalResults: known?.totalResults,
        asked: asked
      )
      return FetchedPage(listed: listed, rows: known?.rows ?? 0)
    case .success(.changed(let page, let fingerprint)):
      let listed = ListedPage(
        number: number,
        records: page.records,
        fingerprint: fingerprint.bytes,
        totalPages: page.meta.totalPages,
        totalResults: page.meta.totalResults,
        asked: asked
      )
      return FetchedPage(listed: listed, rows: page.records.count)
    case .failure(let failure):
      throw .api(failure, request: exchange.request, tries: 1)
    }
  }

  /// Nothing of another account's listing enters the replica (R5).
  private mutating func checkAccount(_ first: FetchedPage, _ known: Int, _ meta: ReplicaMeta) async throws(CycleFailure)
  {
    let baseURL = engine.api.baseURL.description
    var sight = AccountSight(
      knownBaseURL: meta.baseURL,
      baseURL: baseURL,
      known: known,
      listed: first.rows,
      overlaps: try overlaps(first)
    )
    if isOtherAccount(sight), sight.knownBaseURL == nil || sight.knownBaseURL == baseURL {
      sight.overlaps = try await anyPageOverlaps(first)
    }
    if isOtherAccount(sight) {
      guard options.acceptsAccount else {
        counts.networks = first.listed.totalResults ?? first.rows
        counts.held = known
        throw .held(.otherAccount, count: known)
      }
      takesAccount = true
    }
    if meta.baseURL != baseURL {
      try replicaStep { () throws(ReplicaError) in try engine.replica.bind(to: baseURL) }
    }
    if options.acceptsAccount { knownPages = [:] }
  }

  private func overlaps(_ page: FetchedPage) throws(CycleFailure) -> Bool {
    guard let records = page.listed.records else { return true }
    return try replicaStep { () throws(ReplicaError) in try engine.replica.knowsAny(of: records.map(\.id)) }
  }

  /// Only where the first page has nothing in common: looks through the others, and keeps nothing of them.
  private func anyPageOverlaps(_ first: FetchedPage) async throws(CycleFailure) -> Bool {
    var number = 1
    var last = first
    while !isLast(last, number) {
      number += 1
      last = try await page(number)
      if try overlaps(last) { return true }
    }
    return false
  }

  private func isLast(_ page: FetchedPage, _ number: Int) -> Bool {
    engine.api.isLast(number, of: page.listed.totalPages, rows: page.rows)
  }

  /// Walks every page and applies it. Gives the number of the last.
  private mutating func walk(
    from first: FetchedPage,
    resuming previous: SweepRecord?,
    _ onProgress: (PullProgress) -> Void
  ) async throws(CycleFailure) -> Int {
    note(first)
    var batch = [first]
    var lastPage = try lastPage(after: first)
    var pending = order(2..<(lastPage + 1), resuming: previous)
    while !pending.isEmpty {
      try requests.check()
      let wanted = Array(pending.prefix(Self.pagesPerBatch))
      pending.removeFirst(wanted.count)
      let (fetched, failure) = await fetch(wanted, applying: batch)
      batch = fetched.sorted { $0.listed.number < $1.listed.number }
      if let failure {
        // What did arrive is kept; why the rest did not is what has to be told.
        try? apply(batch)
        throw failure
      }
      for page in batch {
        note(page)
        guard page.listed.number == lastPage else { continue }
        // The listing grew while it was walked, or never said how long it is.
        let end = try self.lastPage(after: page)
        pending += (lastPage + 1)..<(end + 1)
        lastPage = end
      }
      onProgress(PullProgress(stage: .networks, done: counts.networks, total: totals?.upperBound))
    }
    try apply(batch)
    guard isPlausible(rows: counts.networks, totals: totals) else {
      let reason = "the pages hold \(counts.networks) networks, the server speaks of \(totals?.lowerBound ?? 0)"
      throw .api(.notUnderstood(.implausible(reason: reason)), request: "GET /networks", tries: 1)
    }
    return lastPage
  }

  /// The last page of the listing, as far as this one tells: itself, or a later one.
  private func lastPage(after page: FetchedPage) throws(CycleFailure) -> Int {
    let number = page.listed.number
    let last = isLast(page, number) ? number : max(page.listed.totalPages ?? 0, number + 1)
    guard last <= Limits.pages else {
      throw .api(.notUnderstood(.tooManyPages(limit: Limits.pages)), request: "GET /networks", tries: 1)
    }
    return last
  }

  /// Pages that the interrupted sweep before did not reach come first.
  private func order(_ pages: Range<Int>, resuming previous: SweepRecord?) -> [Int] {
    guard let previous, !previous.isComplete else { return Array(pages) }
    let reached = Set(knownPages.filter { $0.value.confirmedSweep == previous.sweep }.keys)
    return pages.filter { !reached.contains($0) } + pages.filter { reached.contains($0) }
  }

  /// Fetches pages, several at a time, while the batch before them is applied.
  private mutating func fetch(
    _ numbers: [Int],
    applying batch: [FetchedPage]
  ) async -> (pages: [FetchedPage], failure: CycleFailure?) {
    let sweep = self
    var applied: Result<PageTally, CycleFailure> = .success(PageTally())
    let fetched = await withTaskGroup(of: Result<FetchedPage, CycleFailure>.self) { group in
      var waiting = numbers[...]
      for _ in 0..<min(Self.pagesInFlight, numbers.count) {
        let number = waiting.removeFirst()
        group.addTask { await sweep.result(of: number) }
      }
      applied = Result { () throws(CycleFailure) in try sweep.applied(batch) }
      var results: [Result<FetchedPage, CycleFailure>] = []
      while let result = await group.next() {
        results.append(result)
        if case .success = result, let number = waiting.popFirst() { group.addTask { await sweep.result(of: number) } }
      }
      return results
    }
    var pages: [FetchedPage] = []
    var failure: CycleFailure?
    for result in fetched {
      switch result {
      case .success(let page): pages.append(page)
      case .failure(let reason): failure = failure ?? reason
      }
    }
    switch applied {
    case .success(let tally): count(tally)
    case .failure(let reason): failure = reason
    }
    return (pages, failure)
  }

  private func result(of number: Int) async -> Result<FetchedPage, CycleFailure> {
    do { return .success(try await page(number)) } catch { return .failure(error) }
  }

  private func applied(_ batch: [FetchedPage]) throws(CycleFailure) -> PageTally {
    guard !batch.isEmpty else { return PageTally() }
    return try replicaStep { () throws(ReplicaError) in
      try engine.replica.apply(
        batch.map(\.listed),
        sweep: number,
        SightContext(policy: engine.policy, clock: requests.clock)
      )
    }
  }

  private mutating func apply(_ batch: [FetchedPage]) throws(CycleFailure) {
    count(try applied(batch))
  }

  private mutating func count(_ tally: PageTally) {
    counts.new += tally.new
    counts.changed += tally.changed
    counts.wentBack += tally.wentBack
    withheld.formUnion(tally.withheld)
  }

  private mutating func note(_ page: FetchedPage) {
    if page.listed.records != nil { hasMoved = true }
    counts.networks += page.rows
    // A total that no account can have says nothing.
    guard let total = page.listed.totalResults, (0...Limits.pages * engine.api.pageSize).contains(total) else { return }
    totals = totals.map { min($0.lowerBound, total)...max($0.upperBound, total) } ?? total...total
  }
}
