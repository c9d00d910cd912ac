import NetsyncAPI
import NetsyncFuzzTexts
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

private let now = Timestamp(microseconds: 1_780_000_000_000_000)
private let id = NetworkID("5a3c9e00-0000-4000-8000-000000000001")!

/// A page that is understood is taken in; the same page again changes nothing (I7), and the replica is sound.
func fuzzPage(_ body: [UInt8]) {
  let api = api(answering: 200, body: body)
  let exchange = answers {
    _ = await api.interfaces(of: id, page: 1)
    _ = await api.network(id)
    return await api.networks(page: 1)
  }
  guard case .success(.changed(let page, _)) = exchange.result else { return }
  promise(page.records.count + page.faults.count <= Limits.rowsOnPage, "more records than a page may have")
  do {
    let replica = Replica(in: try MemoryFile(), now: { now })
    var seen: [[String]] = []
    for _ in 0..<2 {
      let sweep = try replica.beginSweep(networksOnly: true)
      let listed = ListedPage(
        number: 1,
        records: page.records,
        faults: page.faults,
        fingerprint: [UInt8](repeating: 1, count: 16),
        totalPages: page.meta.totalPages,
        totalResults: page.meta.totalResults,
        asked: 0,
        askedAt: replica.now()
      )
      _ = try replica.apply([listed], sweep: sweep, SightContext(policy: .newest, clock: .unknown))
      try replica.endSweep(sweep, .ok, isComplete: page.faults.isEmpty, SweepCounts())
      seen.append(try replica.networks().map { "\($0)" } + ["\(try replica.latestChange())"])
    }
    promise(seen[0] == seen[1], "a page that comes again changes something")
    promise(try replica.checkUp().faults.isEmpty, "the replica is not sound")
  } catch {
    broken("the replica does not take a page that was understood: \(error)")
  }
}
