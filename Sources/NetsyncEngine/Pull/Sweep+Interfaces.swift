import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

extension Sweep {
  /// Walks the interfaces of every network, several lists at a time; each list is replaced when its walk has ended. One that cannot
  /// be read stays as it is and stops no other, as long as the server answers for others.
  mutating func walkInterfaces(
    notSince since: Timestamp?,
    _ onProgress: (SyncProgress) -> Void
  ) async throws(CycleFailure) {
    let networks = try replicaStep { () throws(ReplicaError) in try engine.replica.networksToWalk(notSince: since) }
    var rest = networks[...]
    var failures = ListFailures()
    while !rest.isEmpty {
      try requests.check()
      let batch = rest.prefix(Self.listsInFlight * 8)
      rest = rest.dropFirst(batch.count)
      let (lists, unread, failure) = await walk(Array(batch), &failures)
      try replicaStep { () throws(ReplicaError) in
        try engine.replica.replaceInterfaces(lists, unread: unread, sweep: number)
      }
      for list in lists { progress.tookInterfaces(list.interfaces.count, setAside: list.setAside) }
      if let failure { throw failure }
      onProgress(.interfaces(done: networks.count - rest.count, total: networks.count))
    }
  }

  /// - Returns: the lists that could be read, the networks of those that could not, and the failure that ends the walk.
  private mutating func walk(
    _ networks: [(key: NetworkKey, id: NetworkID)],
    _ failures: inout ListFailures
  ) async -> (lists: [InterfaceList], unread: [NetworkKey], failure: CycleFailure?) {
    let sweep = self
    return await withTaskGroup(of: (NetworkKey, Result<InterfaceList?, CycleFailure>).self) { group in
      var waiting = networks[...]
      for _ in 0..<min(Self.listsInFlight, networks.count) {
        let network = waiting.removeFirst()
        group.addTask { (network.key, await sweep.interfaces(of: network.key, network.id)) }
      }
      var lists: [InterfaceList] = []
      var unread: [NetworkKey] = []
      var failure: CycleFailure?
      while let (key, result) = await group.next() {
        switch result {
        case .success(let list):
          if let list { lists.append(list) }
          failures.recordSuccess()
        case .failure(let reason):
          unread.append(key)
          if case .api(let cause, request: _, tries: _) = reason, failures.record(cause) {
            failedList = failedList ?? reason
          } else {
            failure = failure ?? reason
          }
        }
        if failure == nil, let network = waiting.popFirst() {
          group.addTask { (network.key, await sweep.interfaces(of: network.key, network.id)) }
        }
      }
      return (lists, unread, failure)
    }
  }

  /// One network's interfaces; nil where the network went in the meantime, which the next sweep will find out for itself.
  private func interfaces(of key: NetworkKey, _ id: NetworkID) async -> Result<InterfaceList?, CycleFailure> {
    var whole = InterfaceList(of: key, walkedAt: engine.environment.now())
    var page = 1
    do throws(CycleFailure) {
      while true {
        let exchange = try await requests.look(atMost: Limits.triesOfOneList) {
          await engine.api.interfaces(of: id, page: page)
        }
        guard case .success(let list) = exchange.result else { return .success(nil) }
        whole.interfaces += list.records
        whole.faults.append(list.faults)
        let last: Int
        do {
          let sight = PageSight(page, list)
          last = try lastPage(after: sight, pageSize: engine.api.pageSize, limit: Limits.interfacePages)
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
