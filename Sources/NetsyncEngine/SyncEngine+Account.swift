import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

extension SyncEngine {
  /// Makes certain that the key is of the account that the replica is of, as ``AccountCheck`` says; for a push, which has no listing
  /// otherwise.
  func checkAccount(_ requests: Requests) async throws(CycleFailure) {
    let known = try replicaStep { () throws(ReplicaError) in try replica.knownCount() }
    let baseURL = api.baseURL.description
    var check = AccountCheck(knownBaseURL: nil, baseURL: baseURL, known: known, pageSize: api.pageSize)
    var number = 1
    while true {
      let exchange = try await requests.read { await api.networks(page: number) }
      guard case .success(.changed(let page, _)) = exchange.result else { return }
      let overlaps = try replicaStep { () throws(ReplicaError) in try replica.knowsAny(of: page.records.map(\.id)) }
      let sight = PageSight(number, page)
      switch try understood({ () throws(Misunderstanding) in try check.saw(sight, overlaps: overlaps) }) {
      case .same: return
      case .other: throw .held(.otherAccount, count: known)
      case .look(let next): number = next
      }
    }
  }
}
