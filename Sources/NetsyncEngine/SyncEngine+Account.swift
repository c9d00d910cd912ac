import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

extension SyncEngine {
  /// Makes certain that the key is of the account that the replica is of: another account's knows none of the networks, so its 404 is
  /// no evidence, and a create there would be a stranger's (R5).
  ///
  /// One page nearly always tells. Where it holds strangers only, as it may in a large account, or after many creates that were not
  /// answered, the others are looked through too.
  func checkAccount(_ requests: Requests) async throws(CycleFailure) {
    let known = try replicaStep { () throws(ReplicaError) in try replica.knownCount() }
    var sight = AccountSight(
      knownBaseURL: nil,
      baseURL: api.baseURL.description,
      known: known,
      listed: 0,
      overlaps: false
    )
    for number in 1...Limits.pages {
      let exchange = try await requests.read { await api.networks(page: number) }
      guard case .success(.changed(let page, _)) = exchange.result else { return }
      sight.listed += page.records.count
      sight.overlaps = try replicaStep { () throws(ReplicaError) in try replica.knowsAny(of: page.records.map(\.id)) }
      let isLast = api.isLast(number, of: page.meta.totalPages, rows: page.records.count)
      if known == 0 || sight.overlaps || isLast { break }
    }
    if isOtherAccount(sight) { throw .held(.otherAccount, count: known) }
  }
}
