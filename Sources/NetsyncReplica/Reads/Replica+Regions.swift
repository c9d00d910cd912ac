import GRDB

/// What stands in one region.
package struct RegionCount: Hashable, Sendable {
  /// nil for the interfaces that name none.
  package var code: String?
  package var name: String?
  /// Networks with an interface there; one may stand in several regions.
  package var networks: Int
  /// Those of them whose interfaces there are all provisioned.
  package var provisioned: Int
  package var interfaces: Int
}

extension Replica {
  /// The regions, the largest first.
  package func regions() throws(ReplicaError) -> [RegionCount] {
    try read { database in
      try database.rows(
        """
        SELECT region_code, max(region_name) AS region_name, count(*) AS networks, sum(provisioned) AS provisioned,
          sum(interfaces) AS interfaces
        FROM (
          SELECT region_code, max(region_name) AS region_name, min(coalesce(status = 'provisioned', 0)) AS provisioned,
            count(*) AS interfaces
          FROM network_interface JOIN network USING (network_key)
          WHERE gone_at_us IS NULL
          GROUP BY region_code, network_key
        )
        GROUP BY region_code
        ORDER BY networks DESC, region_code
        """
      ) { row in
        RegionCount(
          code: try row.value("region_code"),
          name: try row.value("region_name"),
          networks: try row.value("networks"),
          provisioned: try row.value("provisioned"),
          interfaces: try row.value("interfaces")
        )
      }
    }
  }
}
