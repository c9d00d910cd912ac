import GRDB
package import NetsyncModel
package import NetsyncReconcile

/// The interfaces of one network, walked to the end.
package struct InterfaceList: Sendable {
  package var network: NetworkKey
  package var interfaces: [NetworkInterfaceDocument]
  /// Of each page in turn: where on it records stand that cannot be understood.
  package var faults: [[Int: RecordFault]]
  package var walkedAt: Timestamp

  package init(
    of network: NetworkKey,
    _ interfaces: [NetworkInterfaceDocument] = [],
    faults: [[Int: RecordFault]] = [],
    walkedAt: Timestamp
  ) {
    self.network = network
    self.interfaces = interfaces
    self.faults = faults
    self.walkedAt = walkedAt
  }

  /// Records that cannot be understood.
  package var setAside: Int { faults.reduce(0) { $0 + $1.count } }
}

extension Replica {
  /// The networks whose interfaces are to be walked. A list that could not be read goes to the end: it must not keep the others from
  /// being read.
  ///
  /// - Parameter since: of all, those that were walked since then are left out.
  package func networksToWalk(
    _ scope: InterfaceScope = .all,
    notSince since: Timestamp?
  ) throws(ReplicaError) -> [(key: NetworkKey, id: NetworkID)] {
    let now = now()
    let (condition, order, arguments): (String, String, StatementArguments) =
      switch scope {
      case .all:
        (
          "coalesce(as_of_us, 0) < ?", "max(coalesce(as_of_us, 0), coalesce(tried_at_us, 0))",
          [since?.microseconds ?? Int64.max, Int.max]
        )
      case .due(let most):
        ("coalesce(due_us, 0) <= ?", "coalesce(due_us, 0)", [now.microseconds, most])
      case .none: ("FALSE", "1", [])
      }
    if scope == .none { return [] }
    return try read { database in
      try database.rows(
        """
        SELECT network_key, remote_id FROM network LEFT JOIN interface_list USING (network_key)
        WHERE remote_id IS NOT NULL AND gone_at_us IS NULL AND \(condition) ORDER BY \(order), network_key LIMIT ?
        """,
        arguments: arguments
      ) {
        (
          NetworkKey(rawValue: try $0.value("network_key")),
          try required(NetworkID(try $0.value("remote_id")), "remote id")
        )
      }
    }
  }

  /// Replaces the interfaces of networks whose lists were walked to the end, in one transaction. A list with a record that cannot be
  /// understood removes none: it may be any of them.
  ///
  /// - Parameters:
  ///   - unread: networks whose lists could not be read.
  ///   - sweep: nil where they were asked for by themselves.
  package func replaceInterfaces(
    _ lists: [InterfaceList],
    unread: [NetworkKey] = [],
    sweep: Int64?
  ) throws(ReplicaError) {
    let replacedAt = now()
    try writePulled(.replaceInterfaces) { database in
      for network in unread {
        try database.run(
          """
          INSERT INTO interface_list (network_key, tried_at_us, due_us)
          SELECT network_key, ?1, ?1 FROM network WHERE network_key = ?2 AND gone_at_us IS NULL
          ON CONFLICT (network_key) DO UPDATE SET tried_at_us = ?1, due_us = max(due_us, ?1)
          """,
          arguments: [replacedAt.microseconds, network.rawValue]
        )
      }
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
        let isRead = list.faults.allSatisfy(\.isEmpty)
        for id in kept.keys where isRead && listed[id] == nil { try database.removeInterface(id, of: list.network) }
        for (id, interface) in listed where kept[id] != interface { try database.put(interface, of: list.network) }
        try database.read(
          list,
          InterfaceFreshness(
            after: database.freshness(of: list.network),
            hasChanged: kept != listed,
            listed.values,
            at: list.walkedAt
          )
        )
        for (index, faults) in list.faults.enumerated() {
          try database.setAside(faults, on: index + 1, of: list.network, sweep: sweep, at: replacedAt)
        }
        try database.forgetSetAside(after: list.faults.count, of: list.network)
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

  /// nil where the list was never read.
  fileprivate func freshness(of network: NetworkKey) throws -> InterfaceFreshness? {
    try row(
      "SELECT pause_us, due_us FROM interface_list WHERE network_key = ? AND as_of_us IS NOT NULL",
      arguments: [network.rawValue]
    ) { row in
      InterfaceFreshness(
        pause: .microseconds(try row.value("pause_us") as Int64),
        due: Timestamp(microseconds: try row.value("due_us"))
      )
    }
  }

  fileprivate func read(_ list: InterfaceList, _ freshness: InterfaceFreshness) throws {
    try run(
      """
      INSERT INTO interface_list (network_key, as_of_us, pause_us, due_us) VALUES (?, ?, ?, ?)
      ON CONFLICT (network_key) DO UPDATE SET
        as_of_us = excluded.as_of_us, pause_us = excluded.pause_us, due_us = excluded.due_us
      """,
      arguments: [
        list.network.rawValue, list.walkedAt.microseconds, Int64(freshness.pause / .microseconds(1)),
        freshness.due.microseconds,
      ]
    )
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
  init(_ row: Row) throws {
    self.init(
      id: try row.value("id"),
      name: try row.value("name"),
      type: try row.value("type"),
      status: try row.value("status"),
      regionCode: try row.value("region_code"),
      regionName: try row.value("region_name"),
      createdAt: try row.value("created_at"),
      updatedAt: try row.value("updated_at"),
      recordType: try row.value("record_type"),
      unknownFields: try row.value("unknown_fields")
    )
  }
}
