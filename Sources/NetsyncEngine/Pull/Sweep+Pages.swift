import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// A page on its way from the API to the replica.
struct FetchedPage: Sendable {
  var listed: ListedPage
  var sight: PageSight
}

extension Sweep {
  /// Asks for one page.
  func page(_ number: Int) async throws(CycleFailure) -> FetchedPage {
    let known = knownPages[number]
    let asked = try replicaStep { () throws(ReplicaError) in try engine.replica.meta().acknowledgements }
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
        asked: asked
      )
    case .success(.changed(let page, let fingerprint)):
      return FetchedPage(
        PageSight(number, page),
        records: page.records,
        faults: page.faults,
        fingerprint: fingerprint.bytes,
        asked: asked
      )
    case .failure(let failure):
      throw .api(failure, request: exchange.request, tries: 1)
    }
  }

  /// Fetches pages, several at a time, while the batch before them is taken in. Where one does not come, what did arrive is kept.
  mutating func fetch(
    _ numbers: [Int],
    takingIn batch: [FetchedPage]
  ) async throws(CycleFailure) -> [FetchedPage] {
    let sweep = self
    var taken: Result<PageTally, CycleFailure> = .success(PageTally())
    let fetched = await withTaskGroup(of: Result<FetchedPage, CycleFailure>.self) { group in
      var waiting = numbers[...]
      for _ in 0..<min(Self.pagesInFlight, numbers.count) {
        let number = waiting.removeFirst()
        group.addTask { await sweep.result(of: number) }
      }
      taken = Result { () throws(CycleFailure) in try sweep.takenIn(batch) }
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
    switch taken {
    case .success(let tally): progress.took(tally)
    case .failure(let reason): failure = reason
    }
    pages.sort { $0.sight.number < $1.sight.number }
    guard let failure else { return pages }
    // Why the rest did not come is what has to be told.
    if let tally = try? takenIn(pages) { progress.took(tally) }
    throw failure
  }

  private func result(of number: Int) async -> Result<FetchedPage, CycleFailure> {
    do { return .success(try await page(number)) } catch { return .failure(error) }
  }

  /// Has the replica take pages in, in one transaction.
  func takenIn(_ pages: [FetchedPage]) throws(CycleFailure) -> PageTally {
    guard !pages.isEmpty else { return PageTally() }
    return try replicaStep { () throws(ReplicaError) in
      try engine.replica.apply(
        pages.map(\.listed),
        sweep: number,
        SightContext(policy: engine.policy, clock: requests.clock)
      )
    }
  }
}

extension FetchedPage {
  fileprivate init(
    _ sight: PageSight,
    records: [NetworkDocument]?,
    faults: [Int: RecordFault] = [:],
    fingerprint: [UInt8] = [],
    asked: Int64
  ) {
    self.sight = sight
    listed = ListedPage(
      number: sight.number,
      records: records,
      faults: faults,
      fingerprint: fingerprint,
      totalPages: sight.totalPages,
      totalResults: sight.totalResults,
      asked: asked
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
