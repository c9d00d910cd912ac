import GRDB
package import NetsyncModel
package import NetsyncReconcile

extension Replica {
  /// Takes in what `GET /networks/{id}` said of one network: the look before a push, or the answer about one that a listing did not show.
  ///
  /// - Parameter isPulled: it belongs to a pull; the next one asks again for what a power cut undoes.
  package func observe(
    _ sight: RemoteSight,
    of network: NetworkKey,
    _ context: SightContext,
    isPulled: Bool = false,
    evidence: Evidence
  ) throws(ReplicaError) -> SightOutcome {
    let seenAt = now()
    func takeIn(_ database: Database) throws -> SightOutcome {
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
    return isPulled ? try writePulled(.observe, takeIn) : try write(.observe, takeIn)
  }
}
