import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

extension SyncEngine {
  /// Asks for one network and its interfaces, and takes in what is said of them. It is removed on its own 404 alone, of an account that is
  /// ours (R4, R5); no sweep is begun or counted.
  func look(
    at network: NetworkKey,
    _ requests: Requests,
    _ meta: ReplicaMeta,
    _ options: PullOptions,
    into report: inout PullReport
  ) async throws(CycleFailure) {
    defer {
      report.counts.requests = requests.counted.requests
      report.counts.bytes = requests.counted.bytes
    }
    if isElsewhere(knownBaseURL: meta.baseURL, baseURL: api.baseURL.description) {
      throw .held(.otherAccount, count: 1)
    }
    let (known, change) = try replicaStep { () throws(ReplicaError) in
      (try replica.network(network), try replica.lastChange())
    }
    // One that was never sent has nothing to be asked by.
    guard let id = known?.id else { return }
    let exchange = try await requests.look { await api.network(id) }
    guard let sight = sight(of: exchange.result) else { return }
    if let reason = misunderstanding(of: sight, base: known?.name) {
      throw .api(.notUnderstood(reason), request: exchange.request, tries: 1)
    }
    if sight == .gone {
      // mutant: absence-of-one-in-other-account-believed
      try await checkAccount(requests)
    }
    let outcome = try replicaStep { () throws(ReplicaError) in
      try replica.observe(
        sight,
        of: network,
        SightContext(policy: policy, clock: requests.clock),
        isPulled: true,
        evidence: Evidence(exchange)
      )
    }
    report.counts.gone = outcome.removed ? 1 : 0
    report.counts.listed = sight == .gone ? 0 : 1
    report.counts.changed = outcome.change == nil || outcome.removed ? 0 : 1
    if sight != .gone, options.interfaces != .none {
      switch await interfaces(of: network, id, requests) {
      case .success(let list?):
        report.counts.interfaces = list.interfaces.count
        try replicaStep { () throws(ReplicaError) in try replica.replaceInterfaces([list], sweep: nil) }
        if list.setAside > 0 { throw .setAside(try replicaStep { () throws(ReplicaError) in try replica.setAside() }) }
      case .success(nil): break
      case .failure(let failure): throw failure
      }
    }
    (report.conflicts, report.verdicts) = try replicaStep { () throws(ReplicaError) in
      (try replica.conflicts().count, try replica.verdicts(since: change))
    }
  }

  /// One network's interfaces; nil where the network went in the meantime, which the next sweep will find out for itself.
  func interfaces(
    of key: NetworkKey,
    _ id: NetworkID,
    _ requests: Requests
  ) async -> Result<InterfaceList?, CycleFailure> {
    var whole = InterfaceList(of: key, walkedAt: environment.now())
    var page = 1
    do throws(CycleFailure) {
      while true {
        let exchange = try await requests.look(atMost: Limits.triesOfOneList) {
          await api.interfaces(of: id, page: page)
        }
        guard case .success(let list) = exchange.result else { return .success(nil) }
        whole.interfaces += list.records
        whole.faults.append(list.faults)
        let last: Int
        do {
          last = try lastPage(after: PageSight(page, list), pageSize: api.pageSize, limit: Limits.interfacePages)
        } catch {
          return .failure(.api(.notUnderstood(error), request: exchange.request, tries: 1))
        }
        guard last > page else { return .success(whole) }
        page += 1
      }
    } catch {
      return .failure(error)
    }
  }
}
