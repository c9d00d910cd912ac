import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// A page on its way from the API to the replica.
struct FetchedPage: Sendable {
  var listed: ListedPage
  var sight: PageSight
  /// Of its body.
  var bytes: Int
}

extension Sweep {
  /// Asks for one page.
  func page(_ number: Int, _ requests: Requests) async throws(CycleFailure) -> FetchedPage {
    let known = knownPages[number]
    let askedAt = engine.environment.now()
    let exchange = try await requests.read {
      await engine.api.networks(page: number, unlike: known.flatMap { Fingerprint(bytes: $0.fingerprint) })
    }
    switch exchange.result {
    case .success(.unchanged):
      return FetchedPage(
        PageSight(
          number,
          rows: known?.rows ?? 0,
          totalPages: known?.totalPages,
          totalResults: known?.totalResults,
          isUnchanged: true
        ),
        records: nil,
        asked: acknowledgements,
        askedAt: askedAt,
        bytes: exchange.bytes
      )
    case .success(.changed(let page, let fingerprint)):
      return FetchedPage(
        PageSight(number, page),
        records: page.records,
        faults: page.faults,
        fingerprint: fingerprint.bytes,
        asked: acknowledgements,
        askedAt: askedAt,
        bytes: exchange.bytes
      )
    case .failure(let failure):
      throw .api(failure, request: exchange.request, tries: 1)
    }
  }

  /// Fetches pages, several at a time, and has them taken in, in batches and in the order of their coming. Where one does not come, those
  /// that did are kept.
  mutating func fetch(
    _ numbers: [Int],
    _ onProgress: (SyncProgress) -> Void
  ) async throws(CycleFailure) -> [PageSight] {
    let sweep = self
    var batch = FetchedBatch()
    var sights: [PageSight] = []
    var failure: CycleFailure?
    await requests.each(of: numbers) { number, requests in
      await sweep.result(of: number, requests)
    } take: { result in
      do throws(CycleFailure) {
        let page = try result.get()
        sights.append(page.sight)
        batch.append(page)
        guard batch.isFull else { return failure == nil }
        try takeIn(&batch)
        let rows = progress.walked.rows + sights.reduce(0) { $0 + $1.rows }
        onProgress(.networks(done: rows, total: progress.walked.total))
        try requests.check()
      } catch { failure = failure ?? error }
      return failure == nil
    }
    if let failure {
      // Why the rest did not come is what has to be told.
      try? takeIn(&batch)
      throw failure
    }
    try takeIn(&batch)
    return sights
  }

  private func result(of number: Int, _ requests: Requests) async -> Result<FetchedPage, CycleFailure> {
    do { return .success(try await page(number, requests)) } catch { return .failure(error) }
  }

  /// Has the replica take one page in.
  mutating func takeIn(_ page: FetchedPage) throws(CycleFailure) {
    var batch = FetchedBatch()
    batch.append(page)
    try takeIn(&batch)
  }

  /// Has the replica take pages in, in one transaction; the batch is then empty.
  mutating func takeIn(_ batch: inout FetchedBatch) throws(CycleFailure) {
    guard !batch.pages.isEmpty else { return }
    let listed = batch.pages.map(\.listed)
    progress.took(
      try replicaStep { () throws(ReplicaError) in
        try engine.replica.apply(
          listed,
          sweep: number,
          SightContext(policy: engine.policy, clock: requests.clock)
        )
      }
    )
    batch = FetchedBatch()
  }
}

/// Pages on their way to the replica in one transaction.
struct FetchedBatch {
  private(set) var pages: [FetchedPage] = []
  private var bytes = 0

  mutating func append(_ page: FetchedPage) {
    pages.append(page)
    bytes += page.bytes
  }

  /// What bounds the memory of a pull, and how long a transaction takes.
  var isFull: Bool { bytes >= 1 << 20 }
}

extension FetchedPage {
  fileprivate init(
    _ sight: PageSight,
    records: [NetworkDocument]?,
    faults: [Int: RecordFault] = [:],
    fingerprint: [UInt8] = [],
    asked: Int64,
    askedAt: Timestamp,
    bytes: Int
  ) {
    self.sight = sight
    self.bytes = bytes
    listed = ListedPage(
      number: sight.number,
      records: records,
      faults: faults,
      fingerprint: fingerprint,
      totalPages: sight.totalPages,
      totalResults: sight.totalResults,
      asked: asked,
      askedAt: askedAt
    )
  }
}

extension PageSight {
  /// What a page of any listing says of it.
  init<Record>(_ number: Int, _ page: ListPage<Record>) {
    self.init(
      number,
      rows: page.records.count + page.faults.count,
      setAside: page.faults.count,
      totalPages: page.meta.totalPages,
      totalResults: page.meta.totalResults
    )
  }
}
