import GRDB
package import NetsyncModel
import NetsyncReconcile

/// Networks that the last pull did not find, and that stay until a person says otherwise.
package struct HeldRemovals: Hashable, Sendable {
  package var reason: Guard
  package var count: Int
  /// The first of them, by name.
  package var networks: [Network]
}

extension Replica {
  /// What a guard holds of the last pull that could say what is missing; nil where that is nothing, and while another pull runs or was
  /// cut short: then which networks these are cannot be read.
  ///
  /// - Parameter limit: how many networks are read.
  package func heldRemovals(limit: Int) throws(ReplicaError) -> HeldRemovals? {
    try read { database in
      guard let held = try database.held() else { return nil }
      let unlisted = """
        FROM network
        LEFT JOIN sighting USING (network_key)
        LEFT JOIN page ON page.page_number = sighting.page AND page.version = sighting.version
        WHERE remote_id IS NOT NULL AND gone_at_us IS NULL AND page.confirmed_sweep IS NOT ?
        """
      let count = try database.value(Int.self, "SELECT count(*) \(unlisted)", arguments: [held.sweep])
      guard count == held.count else { return nil }
      let networks = try database.rows(
        "\(Network.select) WHERE network_key IN (SELECT network_key \(unlisted)) ORDER BY name, network_key LIMIT ?",
        arguments: [held.sweep, limit],
        Network.init
      )
      return HeldRemovals(reason: held.reason, count: held.count, networks: networks)
    }
  }
}

extension Database {
  /// What a guard holds of the last sweep that could say what is missing; one that could not lets nothing go.
  func held() throws -> (sweep: Int64, reason: Guard, count: Int)? {
    try row(
      "SELECT sweep, guard, held FROM sweep WHERE outcome = 'held' OR complete ORDER BY sweep DESC LIMIT 1"
    ) { row in
      guard let reason = (try row.value("guard") as String?).flatMap(Guard.init(rawValue:)) else { return nil }
      let count: Int = try row.value("held")
      return count > 0 ? (try row.value("sweep"), reason, count) : nil
    } ?? nil
  }
}
