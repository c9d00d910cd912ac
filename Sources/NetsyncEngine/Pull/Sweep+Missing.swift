import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

extension Sweep {
  /// Asks for each network that the walk did not list, and removes those that the API says it does not have (R4).
  ///
  /// - Returns: the guard that holds the removals, as the failure to report once everything else is done.
  mutating func removeMissing(known: Int, lastPage: Int) async throws(CycleFailure) -> CycleFailure? {
    let (missing, unsettled) = try replicaStep { () throws(ReplicaError) in
      (
        try engine.replica.missing(from: number, lastPage: lastPage),
        try engine.replica.unsettledSweeps(before: number)
      )
    }
    let summary = SweepSummary(
      isComplete: true,
      known: known,
      listed: counts.networks,
      // What an earlier walk of this sweep has removed was missing too.
      missing: missing.isEmpty ? 0 : counts.gone + missing.count,
      changed: unsettled.changed + counts.changed,
      wentBack: unsettled.wentBack + counts.wentBack,
      standing: unsettled.guards
    )
    // Whoever takes another account lets go of the one that was there, in this pull or in the next that finishes it.
    let takesAccount = takesAccount || options.acceptsAccount && unsettled.guards.contains(.otherAccount)
    let approved = takesAccount ? max(known, options.maximumDeletes ?? 0) : options.maximumDeletes
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
}

extension Requests {
  /// Like ``read(_:)``, for one record: that it is gone is an answer, not a failure.
  func look<Value: Sendable>(
    atMost tries: Int = Limits.triesAnswered,
    _ send: () async -> Exchange<Value>
  ) async throws(CycleFailure) -> Exchange<Value> {
    var gone: Exchange<Value>?
    do {
      return try await read(atMost: tries) {
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
