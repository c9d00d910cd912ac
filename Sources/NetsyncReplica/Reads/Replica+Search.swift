import GRDB
package import NetsyncModel
import NetsyncReconcile

extension Replica {
  /// Networks whose name or ids hold every text, and those that have an interface whose name or id does. The best come first: as
  /// ``SearchMatch`` orders them, then the shorter name, then by name. A network whose deletion waits is left out.
  package func search(_ texts: [String], limit: Int) throws(ReplicaError) -> [NetworkMatch] {
    let texts = texts.map { WantedText($0) }
    return try read { database in
      var filter = NetworkFilter()
      filter.includesDeleting = true
      let edited = try database.editedNetworks(filter)
      var search = BestMatches(texts, limit: limit)
      for network in edited where network.state != .deleting {
        search.look(at: network.key, network.name?.text, ids: [network.id?.text, network.localID?.text])
      }
      try search.lookAtSettled(in: database)
      try search.lookAtInterfaces(in: database, besides: Set(edited.filter { $0.state == .deleting }.map(\.key)))
      let found = search.best
      let networks = Dictionary(
        try database.networks(found.map(\.key)).map { ($0.key, $0) },
        uniquingKeysWith: { first, _ in first }
      )
      return found.compactMap { match in networks[match.key].map { NetworkMatch($0, match.place) } }
    }
  }
}

/// The best of what a search has found so far, and little more.
private struct BestMatches {
  struct Found {
    var key: NetworkKey
    var match: SearchMatch
    /// The network's.
    var name: String?
    var place: NetworkMatch.Place
  }

  private let texts: [WantedText]
  private let limit: Int
  private var found: [Found] = []

  init(_ texts: [WantedText], limit: Int) {
    (self.texts, self.limit) = (texts, limit)
  }

  /// Each network once, with its best match.
  var best: [Found] {
    var seen: Set<NetworkKey> = []
    let sorted = found.sorted {
      ($0.match, $0.name?.utf8.count ?? 0, $0.name ?? "", $0.key.rawValue)
        < ($1.match, $1.name?.utf8.count ?? 0, $1.name ?? "", $1.key.rawValue)
    }
    return Array(sorted.filter { seen.insert($0.key).inserted }.prefix(limit))
  }

  private mutating func add(_ match: Found) {
    found.append(match)
    if found.count >= 2 * limit + 1_000 { found = best }
  }

  mutating func look(at key: NetworkKey, _ name: String?, ids: [String?]) {
    guard let match = match(texts, name: name, ids: ids.compactMap(\.self)) else { return }
    let isInName = texts.allSatisfy { $0.isHeld(by: name) }
    add(Found(key: key, match: match, name: name, place: isInName ? .name : .id))
  }

  mutating func lookAtSettled(in database: Database) throws {
    let cursor = try database.cursor(
      """
      SELECT network_key, name, remote_id, local_id FROM network
      WHERE gone_at_us IS NULL AND \(condition("name", "remote_id", "local_id"))
        AND network_key NOT IN (SELECT network_key FROM operation UNION ALL SELECT network_key FROM dead_letter)
      """,
      arguments: arguments(of: 3)
    )
    while let row = try cursor.next() {
      let key = NetworkKey(rawValue: try row.value("network_key"))
      try look(at: key, row.value("name"), ids: [row.value("remote_id"), row.value("local_id")])
    }
  }

  mutating func lookAtInterfaces(in database: Database, besides left: Set<NetworkKey>) throws {
    let cursor = try database.cursor(
      """
      SELECT network_key, interface.id, interface.name, network.name AS network_name
      FROM network_interface AS interface JOIN network USING (network_key)
      WHERE gone_at_us IS NULL AND \(condition("interface.id", "interface.name"))
      """,
      arguments: arguments(of: 2)
    )
    while let row = try cursor.next() {
      let key = NetworkKey(rawValue: try row.value("network_key"))
      let (id, name): (String, String?) = (try row.value("id"), try row.value("name"))
      guard !left.contains(key), match(texts, name: name, ids: [id]) != nil else { continue }
      try add(
        Found(key: key, match: .interface, name: row.value("network_name"), place: .interface(id: id, name: name))
      )
    }
  }

  /// What SQLite leaves out cannot have the texts.
  private func condition(_ columns: String...) -> String {
    let held = columns.map { "\($0) LIKE ? ESCAPE '\\'" }.joined(separator: " OR ")
    return texts.map { _ in "(\(held))" }.joined(separator: " AND ")
  }

  private func arguments(of columns: Int) -> StatementArguments {
    StatementArguments(texts.flatMap { Array(repeating: $0.pattern, count: columns) })
  }
}
