import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// Interface lists that were read, and the networks of those that could not be, on their way to the replica in one transaction.
private struct ListBatch {
  var lists: [InterfaceList] = []
  var unread: [NetworkKey] = []

  var isEmpty: Bool { lists.isEmpty && unread.isEmpty }
  var isFull: Bool { lists.count + unread.count >= 64 }
}

extension Sweep {
  /// Walks the interfaces of the networks that are to be read, several lists at a time; each list is replaced when its walk has ended. One that cannot
  /// be read stays as it is and stops no other, as long as the server answers for others.
  mutating func walkInterfaces(
    notSince since: Timestamp?,
    _ onProgress: (SyncProgress) -> Void
  ) async throws(CycleFailure) {
    let networks = try replicaStep { () throws(ReplicaError) in
      try engine.replica.networksToWalk(interfaces, notSince: since)
    }
    let sweep = self
    var failures = ListFailures()
    var batch = ListBatch()
    var done = 0
    var failure: CycleFailure?
    await requests.each(of: networks) { network, requests in
      (network.key, await sweep.engine.interfaces(of: network.key, network.id, requests))
    } take: { key, result in
      switch result {
      case .success(let list):
        if let list { batch.lists.append(list) }
        failures.recordSuccess()
      case .failure(let reason):
        batch.unread.append(key)
        if case .api(let cause, request: _, tries: _) = reason, failures.record(cause) {
          failedList = failedList ?? reason
        } else {
          failure = failure ?? reason
        }
      }
      done += 1
      guard batch.isFull || done == networks.count else { return failure == nil }
      do throws(CycleFailure) {
        try store(batch)
        batch = ListBatch()
        onProgress(.interfaces(done: done, total: networks.count))
        try requests.check()
      } catch { failure = failure ?? error }
      return failure == nil
    }
    // What was read before it failed is kept.
    try store(batch)
    if let failure { throw failure }
  }

  private mutating func store(_ batch: ListBatch) throws(CycleFailure) {
    guard !batch.isEmpty else { return }
    try replicaStep { () throws(ReplicaError) in
      try engine.replica.replaceInterfaces(batch.lists, unread: batch.unread, sweep: number)
    }
    for list in batch.lists { progress.tookInterfaces(list.interfaces.count, setAside: list.setAside) }
  }
}
