import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// A create has no network to look at: it is armed upon what the server lists under its name, and looked for where it was not answered
/// (R6).
extension PushStep {
  func create(_ operation: OutboxOperation, _ name: NetworkName) async throws(CycleFailure) -> SettledAs {
    let walked = try await walk(listingOf: name) { await engine.api.networks(named: name, page: $0) }
    guard
      let arming = Arming(
        walked.listing,
        date: walked.date,
        serverNow: requests.serverNow,
        uncertainty: requests.clock.uncertainty
      )
    else {
      let reason = walked.listing.contradiction ?? ""
      throw .api(.notUnderstood(.implausible(reason: reason)), request: walked.request, tries: Limits.triesForWhole)
    }
    return try await deliver(operation, arming, seen: nil) { await engine.api.create(name).map { $0 } }
  }

  /// Looks for a create that was not answered.
  func look(for operation: OutboxOperation) async throws(CycleFailure) -> SettledAs {
    guard let name = operation.intent.name else { return .waiting }
    let named = try await walk(listingOf: name) { await engine.api.networks(named: name, page: $0) }
    if case .settled(let settled) = try lookedFor(operation, named) { return settled }
    var everywhere = try await walk(listingOf: name) { await engine.api.allNetworks(page: $0) }
    if everywhere.listing.mayHide {
      let earlier = everywhere.listing
      everywhere = try await walk(listingOf: name) { await engine.api.allNetworks(page: $0) }
      everywhere.listing = everywhere.listing.joined(with: earlier)
    }
    guard case .settled(let settled) = try lookedFor(operation, named, everywhere) else { return .inDoubt }
    return settled
  }

  private func lookedFor(
    _ operation: OutboxOperation,
    _ named: Walked,
    _ everywhere: Walked? = nil
  ) throws(CycleFailure) -> CreateLookOutcome {
    try replicaStep { () throws(ReplicaError) in
      try engine.replica.lookedFor(
        operation.edit,
        named: named.listing.sight,
        everywhere: everywhere?.listing.sight,
        settleTime: engine.settleTime,
        clock: requests.clock,
        evidence: Evidence(request: (everywhere ?? named).request, status: 200)
      )
    }
  }

  /// A listing, with the request that asked for its last page and the server's time of it.
  private typealias Walked = (listing: CreateListing, request: String, date: Timestamp?)

  /// Walks a listing, and where it contradicts itself walks it again.
  private func walk(
    listingOf name: NetworkName,
    _ ask: (Int) async -> Exchange<ListPage<NetworkDocument>>
  ) async throws(CycleFailure) -> Walked {
    for _ in 1..<Limits.triesForWhole {
      let walked = try await walkOnce(listingOf: name, ask)
      if walked.listing.isWhole { return walked }
      try await requests.sleep(Limits.pauseForWhole)
    }
    return try await walkOnce(listingOf: name, ask)
  }

  private func walkOnce(
    listingOf name: NetworkName,
    _ ask: (Int) async -> Exchange<ListPage<NetworkDocument>>
  ) async throws(CycleFailure) -> Walked {
    var listing = CreateListing(of: name)
    var page = 1
    var last: (request: String, date: Timestamp?) = ("", nil)
    while true {
      let exchange: Exchange<ListPage<NetworkDocument>>
      do throws(CycleFailure) {
        exchange = try await requests.read { await ask(page) }
      } catch {
        if case .api(let failure, request: _, tries: _) = error, listing.ends(with: failure, at: page) {
          return (listing, last.request, last.date)
        }
        throw error
      }
      last = (exchange.request, exchange.date)
      do throws(APIFailure) {
        let list = try exchange.result.get()
        do {
          guard let next = try listing.took(PageSight(page, list), list.records, pageSize: engine.api.pageSize) else {
            return (listing, last.request, last.date)
          }
          page = next
        } catch { throw .notUnderstood(error) }
      } catch {
        throw .api(error, request: exchange.request, tries: 1)
      }
    }
  }
}

extension APIClient {
  /// A page of the whole listing, whatever is known of it.
  fileprivate func allNetworks(page: Int) async -> Exchange<ListPage<NetworkDocument>> {
    await networks(page: page).map { sight in
      switch sight {
      case .changed(let page, _): page
      // Nothing is known that it could be the same as.
      case .unchanged: ListPage(records: [], meta: PageMeta())
      }
    }
  }
}
