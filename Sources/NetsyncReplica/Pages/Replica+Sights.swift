import GRDB
package import NetsyncModel
package import NetsyncReconcile

/// What `GET /networks/{id}` said of one network.
extension Replica {
  /// Takes in the look before a push.
  package func observe(
    _ sight: RemoteSight,
    of network: NetworkKey,
    _ context: SightContext,
    evidence: Evidence
  ) throws(ReplicaError) -> SightOutcome {
    let seenAt = now()
    return try write(.observe) { database in
      try database.takeIn(sight, of: network, context, evidence: evidence, at: seenAt)
    }
  }

  /// Takes in the answer about a network that a listing did not show. The next pull asks again for what a power cut undoes.
  package func confirm(
    _ sight: RemoteSight,
    of network: NetworkKey,
    _ context: SightContext,
    evidence: Evidence
  ) throws(ReplicaError) -> SightOutcome {
    let seenAt = now()
    return try writePulled(.observe) { database in
      try database.takeIn(sight, of: network, context, evidence: evidence, at: seenAt)
    }
  }
}

extension Database {
  fileprivate func takeIn(
    _ sight: RemoteSight,
    of network: NetworkKey,
    _ context: SightContext,
    evidence: Evidence,
    at now: Timestamp
  ) throws -> SightOutcome {
    let outcome = try advance(network, at: now) { lane in
      let contests = lane.queued == nil ? 0 : try contests(of: network, at: now)
      return lane.read(sight, context, contests: contests, evidence)
    }
    try run(
      "UPDATE network SET read_at_us = ? WHERE network_key = ?",
      arguments: [now.microseconds, network.rawValue]
    )
    return outcome
  }
}
