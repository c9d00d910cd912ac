import NetsyncAPI
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

extension Sweep {
  /// Asks for each network that the walk did not list, and removes those that the API says it does not have, as far as the rules allow
  /// (R4, R5).
  mutating func settleMissing(lastPage: Int) async throws(CycleFailure) {
    let replica = engine.replica
    let (missing, stock) = try replicaStep { () throws(ReplicaError) in
      let listed = try replica.listedCount(by: number)
      let missing = try replica.missing(from: number, lastPage: lastPage)
      let unsettled = try replica.unsettledSweeps(before: number)
      return (missing, SweepStock(listed: listed, missing: missing.count, unsettled: unsettled))
    }
    switch progress.tookStock(stock) {
    case .nobody, .hold: return
    case .confirmEach: try await confirm(missing)
    }
  }

  private mutating func confirm(_ missing: [(key: NetworkKey, id: NetworkID)]) async throws(CycleFailure) {
    let sweep = self
    var failure: CycleFailure?
    await requests.each(of: missing) { network, requests in
      await sweep.confirmed(network.key, network.id, requests)
    } take: { result in
      switch result {
      case .success(let isRemoved): if isRemoved { progress.removed() }
      case .failure(let reason): failure = failure ?? reason
      }
      return failure == nil
    }
    if let failure { throw failure }
  }

  /// Asks for one network and takes in the answer. True where it was removed.
  private func confirmed(_ key: NetworkKey, _ id: NetworkID, _ requests: Requests) async -> Result<Bool, CycleFailure> {
    do {
      let exchange = try await requests.look { await engine.api.network(id) }
      guard let sight = sight(of: exchange.result) else { return .success(false) }
      let outcome = try replicaStep { () throws(ReplicaError) in
        try engine.replica.observe(
          sight,
          of: key,
          SightContext(policy: engine.policy, clock: requests.clock),
          isPulled: true,
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
    var last: Exchange<Value>?
    do {
      return try await read(atMost: tries) {
        let exchange = await send()
        last = exchange
        return exchange
      }
    } catch {
      if case .api(let failure, request: _, tries: _) = error, isAbsence(failure), let last { return last }
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
