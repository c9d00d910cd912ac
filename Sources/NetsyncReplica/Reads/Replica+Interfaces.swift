import GRDB
package import NetsyncModel

extension Replica {
  /// The networks whose interfaces are to be walked, those walked longest ago first; without those walked since `since`.
  package func networksToWalk(notSince since: Timestamp?) throws(ReplicaError) -> [(key: NetworkKey, id: NetworkID)] {
    try read { database in
      try database.rows(
        """
        SELECT network_key, remote_id FROM network
        WHERE remote_id IS NOT NULL AND gone_at_us IS NULL
          AND coalesce(interfaces_as_of_us, 0) < ?
        ORDER BY interfaces_as_of_us, network_key
        """,
        arguments: [since?.microseconds ?? Int64.max]
      ) { (NetworkKey(rawValue: $0["network_key"]), try required(NetworkID($0["remote_id"]), "remote id")) }
    }
  }

  /// Replaces the interfaces of networks whose lists were walked to the end, in one transaction.
  package func replaceInterfaces(
    _ lists: [(network: NetworkKey, interfaces: [NetworkInterfaceDocument], walkedAt: Timestamp)]
  ) throws(ReplicaError) {
    try writePulled(.replaceInterfaces) { database in
      for list in lists {
        // It went while its list was walked: a tombstone has no interfaces.
        let isGone = try database.value(
          Bool.self,
          "SELECT gone_at_us IS NOT NULL FROM network WHERE network_key = ?",
          arguments: [list.network.rawValue]
        )
        if isGone == true { continue }
        let kept = try database.interfaces(of: list.network)
        let listed = Dictionary(list.interfaces.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        for id in kept.keys where listed[id] == nil { try database.removeInterface(id, of: list.network) }
        for (id, interface) in listed where kept[id] != interface { try database.put(interface, of: list.network) }
        try database.run(
          "UPDATE network SET interfaces_as_of_us = ? WHERE network_key = ?",
          arguments: [list.walkedAt.microseconds, list.network.rawValue]
        )
      }
    }
  }
}

extension Database {
  fileprivate func interfaces(of network: NetworkKey) throws -> [String: NetworkInterfaceDocument] {
    let interfaces = try rows(
      "SELECT * FROM network_interface WHERE network_key = ?",
      arguments: [network.rawValue],
      NetworkInterfaceDocument.init
    )
    return Dictionary(interfaces.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
  }

  fileprivate func removeInterface(_ id: String, of network: NetworkKey) throws {
    try run(
      "DELETE FROM network_interface WHERE network_key = ? AND id = ?",
      arguments: [network.rawValue, id]
    )
  }

  fileprivate func put(_ interface: NetworkInterfaceDocument, of network: NetworkKey) throws {
    try cachedStatement(
      sql: """
        INSERT OR REPLACE INTO network_interface
          (network_key, id, name, type, status, region_code, region_name, created_at, updated_at, record_type,
           unknown_fields)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      network.rawValue, interface.id, interface.name, interface.type, interface.status, interface.regionCode,
      interface.regionName, interface.createdAt, interface.updatedAt, interface.recordType, interface.unknownFields,
    ])
  }
}

extension NetworkInterfaceDocument {
  init(_ row: Row) {
    self.init(
      id: row["id"],
      name: row["name"],
      type: row["type"],
      status: row["status"],
      regionCode: row["region_code"],
      regionName: row["region_name"],
      createdAt: row["created_at"],
      updatedAt: row["updated_at"],
      recordType: row["record_type"],
      unknownFields: row["unknown_fields"]
    )
  }
}
