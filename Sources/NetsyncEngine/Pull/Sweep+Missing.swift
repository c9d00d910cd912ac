import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

extension Sweep {
  /// Asks for each network that the walk did not list, and removes those that the API says it does not have (R4).
  ///
  /// - Returns: the guard that holds the removals, as the failure to report once everything else is done.
  mutating func settleMissing(known: Int, lastPage: Int) async throws(CycleFailure) -> CycleFailure? {
    let missing = try replicaStep { () throws(ReplicaError) in
      try engine.replica.missing(from: number, lastPage: lastPage)
    }
    let summary = SweepSummary(isComplete: true, known: known, listed: counts.networks, missing: missing.count)
    let approved = options.acceptsAccount ? max(known, options.maximumDeletes ?? 0) : options.maximumDeletes
    switch nominateDeletions(after: summary, approved: approved) {
    case .nobody:
      return nil
    case .hold(let reason):
      counts.held = missing.count
      return .held(reason, count: missing.count)
    case .confirmEach:
      try await confirm(missing)
      return nil
    }
  }

  private mutating func confirm(_ missing: [(key: NetworkKey, id: NetworkID)]) async throws(CycleFailure) {
    var rest = missing[...]
    while !rest.isEmpty {
      let batch = rest.prefix(Self.listsInFlight)
      rest = rest.dropFirst(batch.count)
      let sweep = self
      let results = await withTaskGroup(of: Result<Bool, CycleFailure>.self) { group in
        for (key, id) in batch { group.addTask { await sweep.confirmed(key, id) } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      for result in results where try result.get() { counts.gone += 1 }
    }
  }

  /// Asks for one network and takes in the answer. True where it was removed.
  private func confirmed(_ key: NetworkKey, _ id: NetworkID) async -> Result<Bool, CycleFailure> {
    do {
      let exchange = try await requests.look { await engine.api.network(id) }
      let sight: RemoteSight
      switch exchange.result {
      case .success(let document): sight = .read(document)
      case .failure: sight = .gone
      }
      let outcome = try replicaStep { () throws(ReplicaError) in
        try engine.replica.observe(
          sight,
          of: key,
          SightContext(policy: engine.policy, clock: requests.clock),
          evidence: Evidence(exchange, sweep: number)
        )
      }
      return .success(outcome.removed)
    } catch {
      return .failure(error)
    }
  }

  /// Walks the interfaces of every network, several lists at a time; each list is replaced when its walk has ended.
  mutating func walkInterfaces(
    notSince since: Timestamp?,
    _ onProgress: (PullProgress) -> Void
  ) async throws(CycleFailure) {
    let networks = try replicaStep { () throws(ReplicaError) in try engine.replica.networksToWalk(notSince: since) }
    var rest = networks[...]
    while !rest.isEmpty {
      try requests.check()
      let batch = rest.prefix(Self.listsInFlight * 8)
      rest = rest.dropFirst(batch.count)
      let (lists, failure) = await walk(Array(batch))
      try replicaStep { () throws(ReplicaError) in try engine.replica.replaceInterfaces(lists) }
      counts.interfaces += lists.reduce(0) { $0 + $1.interfaces.count }
      if let failure { throw failure }
      onProgress(PullProgress(stage: .interfaces, done: networks.count - rest.count, total: networks.count))
    }
  }

  private typealias InterfaceList = (network: NetworkKey, interfaces: [NetworkInterfaceDocument], walkedAt: Timestamp)

  private func walk(
    _ networks: [(key: NetworkKey, id: NetworkID)]
  ) async -> (lists: [InterfaceList], failure: CycleFailure?) {
    let sweep = self
    return await withTaskGroup(of: Result<InterfaceList?, CycleFailure>.self) { group in
      var waiting = networks[...]
      for _ in 0..<min(Self.listsInFlight, networks.count) {
        let network = waiting.removeFirst()
        group.addTask { await sweep.interfaces(of: network.key, network.id) }
      }
      var lists: [InterfaceList] = []
      var failure: CycleFailure?
      while let result = await group.next() {
        switch result {
        case .success(let list): if let list { lists.append(list) }
        case .failure(let reason): failure = failure ?? reason
        }
        if failure == nil, let network = waiting.popFirst() {
          group.addTask { await sweep.interfaces(of: network.key, network.id) }
        }
      }
      return (lists, failure)
    }
  }

  /// One network's interfaces; nil where the network went in the meantime, which the next sweep will find out for itself.
  private func interfaces(of key: NetworkKey, _ id: NetworkID) async -> Result<InterfaceList?, CycleFailure> {
    var interfaces: [NetworkInterfaceDocument] = []
    let walkedAt = engine.environment.now()
    var page = 1
    do {
      while true {
        let exchange = try await requests.look { await engine.api.interfaces(of: id, page: page) }
        guard case .success(let list) = exchange.result else { return .success(nil) }
        interfaces += list.records
        let isLast = list.meta.totalPages.map { page >= $0 } ?? (list.records.count < Limits.pageSize)
        if isLast { return .success((key, interfaces, walkedAt)) }
        page += 1
        guard page <= Limits.pages else {
          throw CycleFailure.api(
            .notUnderstood(.tooManyPages(limit: Limits.pages)),
            request: exchange.request,
            tries: 1
          )
        }
      }
    } catch let failure as CycleFailure {
      return .failure(failure)
    } catch {
      return .success(nil)
    }
  }
}

extension Requests {
  /// Like ``read(_:)``, for one record: that it is gone is an answer, not a failure.
  func look<Value: Sendable>(_ send: () async -> Exchange<Value>) async throws(CycleFailure) -> Exchange<Value> {
    var gone: Exchange<Value>?
    do {
      return try await read {
        let exchange = await send()
        if case .failure(.gone) = exchange.result { gone = exchange }
        return exchange
      }
    } catch {
      if case .api(.gone, _, _) = error, let gone { return gone }
      throw error
    }
  }
}

extension Evidence {
  /// What was asked and answered.
  init<Value>(_ exchange: Exchange<Value>, sweep: Int64? = nil) {
    let failure: APIErrorDetail? = if case .failure(let failure) = exchange.result { failure.detail } else { nil }
    self.init(sweep: sweep, request: exchange.request, status: exchange.status, failure: failure)
  }
}
