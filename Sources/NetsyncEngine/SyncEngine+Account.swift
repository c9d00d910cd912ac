import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

extension SyncEngine {
  /// Makes certain that the key is of the account that the replica is of, as far as one page tells: another account's knows none of
  /// the networks, so its 404 is no evidence, and a create there would be a stranger's (R5).
  func checkAccount(_ requests: Requests) async throws(CycleFailure) {
    let exchange = try await requests.read { await api.networks(page: 1) }
    guard case .success(.changed(let page, _)) = exchange.result, !page.records.isEmpty else { return }
    let (overlaps, known) = try replicaStep { () throws(ReplicaError) in
      (try replica.knowsAny(of: page.records.map(\.id)), try replica.knownCount())
    }
    let sight = AccountSight(
      knownBaseURL: nil,
      baseURL: api.baseURL.description,
      known: known,
      listed: page.records.count,
      overlaps: overlaps
    )
    // A first page of strangers may be a large account's; a pull looks through them all.
    if isOtherAccount(sight) { throw .held(.otherAccount, count: known) }
  }
}
