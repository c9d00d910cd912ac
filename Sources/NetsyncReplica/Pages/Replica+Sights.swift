import GRDB
package import NetsyncModel
package import NetsyncReconcile

extension Replica {
  /// Takes in what `GET /networks/{id}` said of one network: the look before a push, or the confirmation of a deletion.
  package func observe(
    _ sight: RemoteSight,
    of network: NetworkKey,
    _ context: SightContext,
    evidence: Evidence
  ) throws(ReplicaError) -> SightOutcome {
    let seenAt = now()
    return try write(.observe) { database in
      let outcome = try database.advance(network, at: seenAt) { lane in
        let contests = lane.queued == nil ? 0 : try database.contests(of: network, at: seenAt)
        return lane.read(sight, context, contests: contests, evidence)
      }
      try database.run(
        "UPDATE network SET read_at_us = ? WHERE network_key = ?",
        arguments: [seenAt.microseconds, network.rawValue]
      )
      return outcome
    }
  }
}
