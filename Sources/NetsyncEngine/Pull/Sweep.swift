import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// Carries a sweep out as its ``SweepProgress`` says: asks for pages, several at a time, and has them taken in, in batches, meanwhile.
///
/// A sweep that is cut short is taken up where it ended: the next one begins with the pages that this one did not reach, and
/// still asks for all of them, so that it alone can say what is missing. Known pages cost a request and one row each.
struct Sweep {
  let engine: SyncEngine
  let requests: Requests
  let number: Int64
  let interfaces: InterfaceScope
  private let approval: SweepApproval

  /// The server's acknowledgements so far: while a sweep has the sync lock, nobody sends anything.
  let acknowledgements: Int64

  var progress: SweepProgress
  /// What is known of each page.
  var knownPages: [Int: KnownPage] = [:]
  /// The first interface list that could not be read, while others could.
  var failedList: CycleFailure?

  init(engine: SyncEngine, requests: Requests, number: Int64, known meta: ReplicaMeta, options: PullOptions) {
    self.engine = engine
    self.requests = requests
    self.number = number
    interfaces = options.interfaces
    acknowledgements = meta.acknowledgements
    approval = SweepApproval(maximumDeletes: options.maximumDeletes, acceptsAccount: options.acceptsAccount)
    progress = SweepProgress(known: 0, pageSize: engine.api.pageSize)
  }

  mutating func run(known meta: ReplicaMeta, onProgress: (SyncProgress) -> Void) async throws(CycleFailure) {
    let replica = engine.replica
    let previous = try replicaStep { () throws(ReplicaError) in try replica.lastSweep(before: number) }
    let interrupted = previous.flatMap { $0.isFinished ? nil : $0 }
    try readKnownPages()
    progress = SweepProgress(
      known: try replicaStep { () throws(ReplicaError) in try replica.knownCount() },
      reached: Set(knownPages.filter { $0.value.confirmedSweep == interrupted?.sweep }.keys),
      approval: approval,
      pageSize: engine.api.pageSize
    )
    let first = try await page(1, requests)
    try await checkAccount(first, meta)
    // What fits on one page needs no such care.
    if first.sight.totalPages ?? 1 > 1 { try replicaStep { () throws(ReplicaError) in try replica.beginFilling() } }
    do throws(CycleFailure) {
      try await walk(from: first, onProgress)
    } catch {
      // Why the walk ended is what has to be told; the next cycle builds what is missing.
      try? replica.endFilling()
      throw error
    }
    try replicaStep { () throws(ReplicaError) in try replica.endFilling() }
    try await walkInterfaces(notSince: interrupted?.startedAt, onProgress)
    progress.finish()
    if let reason = progress.held { throw .held(reason, count: progress.counts.held) }
    if progress.setAside > 0 {
      throw .setAside(try replicaStep { () throws(ReplicaError) in try replica.setAside() })
    }
    if let failedList { throw failedList }
  }

  /// Nothing of another account's listing is taken in (R5).
  private mutating func checkAccount(_ first: FetchedPage, _ meta: ReplicaMeta) async throws(CycleFailure) {
    let baseURL = engine.api.baseURL.description
    let isOther = try await isOtherAccount(first, meta)
    guard progress.admit(isOtherAccount: isOther) else { throw .held(.otherAccount, count: progress.counts.held) }
    if meta.baseURL != baseURL {
      try replicaStep { () throws(ReplicaError) in try engine.replica.bind(to: baseURL) }
    }
    // What the pages of another account said no longer counts.
    if approval.acceptsAccount { knownPages = [:] }
  }

  private func isOtherAccount(_ first: FetchedPage, _ meta: ReplicaMeta) async throws(CycleFailure) -> Bool {
    var check = AccountCheck(
      knownBaseURL: meta.baseURL,
      baseURL: engine.api.baseURL.description,
      known: progress.known,
      pageSize: engine.api.pageSize
    )
    var page = first
    while true {
      let overlaps = try overlaps(page)
      switch try understood({ () throws(Misunderstanding) in try check.saw(page.sight, overlaps: overlaps) }) {
      case .same: return false
      case .other: return true
      case .look(let number): page = try await self.page(number, requests)
      }
    }
  }

  private func overlaps(_ page: FetchedPage) throws(CycleFailure) -> Bool {
    guard let records = page.listed.records else { return true }
    return try replicaStep { () throws(ReplicaError) in try engine.replica.knowsAny(of: records.map(\.id)) }
  }

  /// Walks the listing, as often as it takes, and settles what is missing from it.
  private mutating func walk(
    from first: FetchedPage,
    _ onProgress: (SyncProgress) -> Void
  ) async throws(CycleFailure) {
    var step = try begin(with: first)
    while true {
      switch step {
      case .ask(let numbers):
        try requests.check()
        let sights = try await fetch(numbers, onProgress)
        step = try understood { () throws(Misunderstanding) in try progress.arrived(sights) }
        onProgress(.networks(done: progress.walked.rows, total: progress.walked.total))
      case .takeStock(let lastPage):
        try understood { () throws(Misunderstanding) in try progress.checkPlausible() }
        try await settleMissing(lastPage: lastPage)
        step = progress.settled(
          known: try replicaStep { () throws(ReplicaError) in try engine.replica.knownCount() }
        )
      case .walkAgain:
        try readKnownPages()
        step = try begin(with: try await page(1, requests))
      case .end:
        return
      }
    }
  }

  private mutating func begin(with first: FetchedPage) throws(CycleFailure) -> SweepStep {
    let step = try understood { () throws(Misunderstanding) in try progress.begin(first.sight) }
    try takeIn(first)
    return step
  }

  private mutating func readKnownPages() throws(CycleFailure) {
    knownPages = try replicaStep { () throws(ReplicaError) in try engine.replica.knownPages() }
  }
}

/// Runs a rule on what the server has listed, and says in the cycle's words what cannot be.
func understood<Value>(_ rule: () throws(Misunderstanding) -> Value) throws(CycleFailure) -> Value {
  do { return try rule() } catch { throw .listing(error) }
}

extension CycleFailure {
  /// The listing of networks cannot be what it says.
  static func listing(_ misunderstanding: Misunderstanding) -> CycleFailure {
    .api(.notUnderstood(misunderstanding), request: "GET /networks", tries: 1)
  }
}
