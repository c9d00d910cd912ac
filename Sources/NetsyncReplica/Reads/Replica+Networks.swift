import GRDB
package import NetsyncModel

/// Which networks to list, and in which order.
package struct NetworkFilter: Hashable, Sendable {
  /// A substring of the name, the case of letters ignored.
  package var name: String?
  package var state: NetworkState?
  /// Also those whose deletion waits.
  package var includesDeleting = false
  package var order = Order.name
  /// Of a list by name, where it begins: behind this network.
  package var after: Position?
  package var limit: Int?

  /// A network's place in a list by name.
  package struct Position: Hashable, Sendable {
    package var name: NetworkName?
    package var key: NetworkKey

    package init(_ network: NetworkTrace) {
      (name, key) = (network.name, network.key)
    }
  }

  package enum Order: String, CaseIterable, Sendable {
    case name, id, interfaces, state
    case createdAt = "created_at"
    case updatedAt = "updated_at"
  }

  package init() {}
}

/// What a user's way of naming a network came to.
package enum NetworkReference<Found: Hashable & Sendable>: Hashable, Sendable {
  case found(Found)
  case ambiguous([Found])
  case unknown

  init(_ candidates: [Found]) {
    switch candidates.count {
    case 0: self = .unknown
    case 1: self = .found(candidates[0])
    default: self = .ambiguous(candidates)
    }
  }
}

extension Replica {
  /// Networks as people read them: base and intents together.
  package func networks(_ filter: NetworkFilter = NetworkFilter()) throws(ReplicaError) -> [Network] {
    try read { database in try database.networks(filter, database.editedNetworks(filter)) }
  }

  /// The keys of the same list: of a long one only these are held, and each piece is read when it is written, so that neither memory nor a
  /// transaction has to last for as long as somebody reads a million rows.
  package func networkKeys(_ filter: NetworkFilter) throws(ReplicaError) -> [NetworkKey] {
    try read { database in
      let edited = try database.editedNetworks(filter)
      if edited.isEmpty { return try SettledNetworks.keys(filter, database) }
      return try database.networks(filter, edited).map(\.key)
    }
  }

  /// Networks by their keys; those that have gone in the meantime are left out.
  package func networks(_ keys: some Collection<NetworkKey>) throws(ReplicaError) -> [Network] {
    try read { database in try database.networks(keys) }
  }

  /// Finds the network that a user names by full id, local id, exact name, or unique id prefix of four or more characters.
  package func find(_ reference: String) throws(ReplicaError) -> NetworkReference<Network> {
    try read { database in
      let exact = try database.rows(
        """
        \(Network.select) WHERE network_key IN (
          SELECT network_key FROM network WHERE remote_id IN (:text, :lower, :upper) OR local_id = :lower OR name = :text
          UNION SELECT network_key FROM operation WHERE name = :text
          UNION SELECT network_key FROM dead_letter WHERE name = :text
        )
        ORDER BY network_key
        """,
        arguments: ["text": reference, "lower": reference.lowercased(), "upper": reference.uppercased()],
        Network.init
      ).filter { $0.isNamed(reference) }
      guard exact.isEmpty else { return NetworkReference(exact) }
      guard isIDPrefix(reference) else { return .unknown }
      let prefixed = try database.rows(
        """
        \(Network.select) WHERE network_key IN (
          SELECT network_key FROM network WHERE remote_id >= :lower AND remote_id < :lower || '~'
          UNION SELECT network_key FROM network WHERE remote_id >= :upper AND remote_id < :upper || '~'
          UNION SELECT network_key FROM network WHERE local_id >= :lower AND local_id < :lower || '~'
        )
        ORDER BY network_key LIMIT 20
        """,
        arguments: ["lower": reference.lowercased(), "upper": reference.uppercased()],
        Network.init
      )
      return NetworkReference(prefixed)
    }
  }

  /// One network by its key; nil where it is gone.
  package func network(_ key: NetworkKey) throws(ReplicaError) -> Network? {
    try read { database in
      try database.row("\(Network.select) WHERE network_key = ?", arguments: [key.rawValue], Network.init)
    }
  }

  /// Up to `limit` names, to suggest near ones from.
  package func names(limit: Int) throws(ReplicaError) -> [String] {
    try read { database in
      try database.values(
        String.self,
        "SELECT name FROM networks WHERE name IS NOT NULL LIMIT ?",
        arguments: [limit]
      )
    }
  }
}

extension Database {
  /// Networks by their keys; those that have gone are left out.
  func networks(_ keys: some Collection<NetworkKey>) throws -> [Network] {
    var found: [NetworkKey: Network] = [:]
    func read(_ keys: some Collection<NetworkKey>, from view: String) throws {
      let sql = "SELECT * FROM \(view) WHERE network_key IN (SELECT value FROM json_each(?))"
      for network in try rows(sql, arguments: [keyList(keys)], Network.init) { found[network.key] = network }
    }
    try read(keys, from: "settled_network")
    let rest = keys.filter { found[$0] == nil }
    if !rest.isEmpty { try read(rest, from: "network_overlay") }
    return keys.compactMap { found[$0] }
  }
}

/// Whether text can be the beginning of an id, long enough to name a network by.
func isIDPrefix(_ text: String) -> Bool {
  text.utf8.count >= 4 && text.utf8.allSatisfy(isIDCharacter)
}

private func isIDCharacter(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
    UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "-"):
    true
  default: false
  }
}

extension Network {
  static let select = "SELECT * FROM network_overlay"

  init(_ row: Row) throws {
    self.init(
      key: NetworkKey(rawValue: try row.value("network_key")),
      id: (try row.value("id") as String?).flatMap(NetworkID.init),
      localID: try LocalID(row),
      name: (try row.value("name") as String?).map(NetworkName.init(_:)),
      state: try required(NetworkState(rawValue: try row.value("state")), "state"),
      createdAt: try row.value("created_at"),
      updatedAt: try row.value("updated_at"),
      recordType: try row.value("record_type"),
      interfaces: try row.value("interfaces"),
      asOf: Timestamp(try row.value("as_of_us") as Int64?)
    )
  }

  /// What people see is what counts: a network renamed here no longer answers to its old name.
  fileprivate func isNamed(_ reference: String) -> Bool {
    id?.text.lowercased() == reference.lowercased() || localID?.text == reference.lowercased()
      || name == NetworkName(reference)
  }
}

/// Which interfaces to list.
package struct InterfaceFilter: Hashable, Sendable {
  package var network: NetworkKey?
  /// A substring of the name, the case of letters ignored.
  package var name: String?
  package var type: String?
  package var status: String?
  package var region: String?
  /// A substring of any of its fields that people search by, or of its network's name; the case of letters ignored.
  package var text: String?
  package var limit: Int?

  package init() {}
}

extension Replica {
  package func interfaces(_ filter: InterfaceFilter = InterfaceFilter()) throws(ReplicaError) -> [NetworkInterface] {
    let wanted = filter.name?.lowercased()
    let text = filter.text?.lowercased()
    return try read { database in
      let cursor = try database.cursor(
        """
        SELECT network_interface.*, overlay.id AS network_id, overlay.name AS network_name,
          interface_list.as_of_us
        FROM network_interface
        JOIN network ON network.network_key = network_interface.network_key
        JOIN network_overlay AS overlay ON overlay.network_key = network_interface.network_key
        LEFT JOIN interface_list ON interface_list.network_key = network_interface.network_key
        WHERE (:network IS NULL OR network.network_key = :network)
          AND (:type IS NULL OR type = :type)
          AND (:status IS NULL OR status = :status)
          AND (:region IS NULL OR region_code = :region)
        ORDER BY overlay.name, network.network_key, network_interface.name, network_interface.id
        """,
        arguments: [
          "network": filter.network?.rawValue, "type": filter.type, "status": filter.status, "region": filter.region,
        ]
      )
      var interfaces: [NetworkInterface] = []
      while let row = try cursor.next() {
        let document = try NetworkInterfaceDocument(row)
        if let wanted, !(document.name?.lowercased().contains(wanted) ?? false) { continue }
        let interface = NetworkInterface(
          document: document,
          networkID: try required(NetworkID(try row.value("network_id")), "network id"),
          networkName: (try row.value("network_name") as String?).map(NetworkName.init(_:)),
          asOf: Timestamp(microseconds: try row.value("as_of_us") ?? 0)
        )
        if let text, !interface.holds(text) { continue }
        interfaces.append(interface)
        if let limit = filter.limit, interfaces.count >= limit { break }
      }
      return interfaces
    }
  }
}

extension NetworkInterface {
  /// - Parameter text: in small letters.
  fileprivate func holds(_ text: String) -> Bool {
    let fields = [
      networkName?.text, document.name, document.id, document.type, document.status, document.regionCode,
      document.regionName,
    ]
    return fields.contains { $0?.lowercased().contains(text) ?? false }
  }
}
