import GRDB
import NetsyncModel
import NetsyncReconcile

// How a list of networks is put together, in every order and for every filter.

/// The networks that nobody here edits, in the order of a list: they are as the base has them, whose names have an index. All others are
/// few, and put together by the overlay; a list merges both.
struct SettledNetworks {
  private let cursor: RowCursor?
  private let name: WantedText
  /// The first that is still to be listed.
  private(set) var next: Network?

  init(_ filter: NetworkFilter, _ database: Database) throws {
    name = WantedText(filter.name)
    cursor = try Self.cursor("*", filter, database)
    try advance()
  }

  /// All of them, read no further than to their names.
  static func keys(_ filter: NetworkFilter, _ database: Database) throws -> [NetworkKey] {
    let name = WantedText(filter.name)
    guard let cursor = try cursor(filter.name == nil ? "network_key" : "network_key, name", filter, database) else {
      return []
    }
    var keys: [NetworkKey] = []
    while keys.count < filter.limit ?? .max, let row = try cursor.next() {
      if try filter.name == nil || name.isHeld(by: row.value("name") as String?) {
        keys.append(NetworkKey(rawValue: try row.value("network_key")))
      }
    }
    return keys
  }

  /// nil where none is wanted.
  private static func cursor(_ columns: String, _ filter: NetworkFilter, _ database: Database) throws -> RowCursor? {
    guard filter.state == nil || filter.state == .synced else { return nil }
    let order = filter.order.columns
    if let limit = filter.limit, !filter.order.isByName, filter.name == nil {
      // The whole row is put together of those alone that are listed.
      return try database.cursor(
        "SELECT \(columns) FROM settled_network WHERE network_key IN (\(filter.order.firstKeys)) ORDER BY \(order)",
        arguments: [limit]
      )
    }
    var (conditions, arguments): ([String], [any DatabaseValueConvertible]) = ([], [])
    if filter.name != nil {
      conditions.append("name LIKE ? ESCAPE '\\'")
      arguments.append(WantedText(filter.name).pattern)
    }
    if let after = filter.after {
      let (name, key) = (after.name?.text, after.key.rawValue)
      conditions.append(name == nil ? "(name IS NOT NULL OR network_key > ?)" : "(name, network_key) > (?, ?)")
      arguments += name.map { [$0, key] } ?? [key]
    }
    // Which of them have the name SQLite cannot say for every script, so it cannot count them either.
    arguments.append(filter.name == nil ? filter.limit ?? -1 : -1)
    return try database.cursor(
      """
      SELECT \(columns) FROM settled_network
      WHERE \(conditions.isEmpty ? "TRUE" : conditions.joined(separator: " AND ")) ORDER BY \(order) LIMIT ?
      """,
      arguments: StatementArguments(arguments)
    )
  }

  mutating func advance() throws {
    next = nil
    while let row = try cursor?.next() {
      if !name.isHeld(by: try row.value("name") as String?) { continue }
      next = try Network(row)
      return
    }
  }
}

extension WantedText {
  /// Letters; SQLite takes some thousands.
  private static let longestPattern = 100

  /// A pattern of LIKE that every text matches which has it. LIKE folds the case of ASCII alone, so that this is the longest stretch of
  /// ASCII in it, but for letters that others equal (the sign of kelvin is a K), and for one before another script, which may be an
  /// accent on it.
  var pattern: String {
    let letters = Array((folded ?? "").unicodeScalars)
    let stretches = letters.indices.split { index in
      !letters[index].isASCII || ["k", ";", "`"].contains(letters[index])
        || (letters.indices.contains(index + 1) && !letters[index + 1].isASCII)
    }
    let longest = stretches.max { $0.count < $1.count }.map { letters[$0] } ?? []
    let escaped = longest.prefix(Self.longestPattern).map { ["\\", "%", "_"].contains($0) ? "\\\($0)" : String($0) }
    return "%\(escaped.joined())%"
  }
}

extension Database {
  /// A list.
  ///
  /// - Parameter edited: ``editedNetworks(_:)``.
  func networks(_ filter: NetworkFilter, _ edited: [Network]) throws -> [Network] {
    let limit = filter.limit ?? .max
    var (settled, edited) = (try SettledNetworks(filter, self), edited[...])
    var networks: [Network] = []
    while networks.count < limit, let next = settled.next {
      if let first = edited.first, filter.order.puts(first, before: next) {
        networks.append(edited.removeFirst())
      } else {
        networks.append(next)
        try settled.advance()
      }
    }
    return networks + edited.prefix(limit - networks.count)
  }

  /// The networks that somebody here edits, in the order of a list.
  func editedNetworks(_ filter: NetworkFilter) throws -> [Network] {
    let name = WantedText(filter.name)
    return try rows(
      """
      \(Network.select)
      WHERE network_key IN (SELECT network_key FROM operation UNION SELECT network_key FROM dead_letter)
        AND (? OR state <> 'deleting') AND (? IS NULL OR state = ?)
      ORDER BY \(filter.order.rawValue), name, network_key
      """,
      arguments: [
        // Deletions were asked for by their state: then they are not left out.
        filter.includesDeleting || filter.state == .deleting, filter.state?.rawValue, filter.state?.rawValue,
      ],
      Network.init
    ).filter { network in
      name.isHeld(by: network.name?.text) && filter.after.map { $0.isBefore(network) } ?? true
    }
  }
}

extension NetworkFilter.Position {
  fileprivate func isBefore(_ network: Network) -> Bool {
    Comparison(name?.text, network.name?.text).then(Comparison(key.rawValue, network.key.rawValue)) == .less
  }
}

extension NetworkFilter.Order {
  /// What settled networks are ordered by; all have one state.
  fileprivate var columns: String {
    isByName ? "name, network_key" : "\(rawValue), name, network_key"
  }

  /// There is an index for it.
  fileprivate var isByName: Bool { [.name, .state].contains(self) }

  /// The keys of the first settled networks in this order, as many as its one parameter says or a few more.
  fileprivate var firstKeys: String {
    let isSettled = """
      gone_at_us IS NULL
        AND network_key NOT IN (SELECT network_key FROM operation UNION ALL SELECT network_key FROM dead_letter)
      """
    switch self {
    case .id:
      // Ids have an index. Those without one, which come first, have a local id.
      return """
        SELECT network_key FROM network WHERE local_id IS NOT NULL AND remote_id IS NULL AND \(isSettled)
        UNION ALL SELECT network_key FROM (
          SELECT network_key FROM network WHERE remote_id IS NOT NULL AND \(isSettled) ORDER BY remote_id LIMIT ?
        )
        """
    case .interfaces:
      return """
        SELECT network_key FROM network LEFT JOIN interface_list USING (network_key) WHERE \(isSettled)
        ORDER BY
          CASE WHEN as_of_us IS NOT NULL
            THEN (SELECT count(*) FROM network_interface WHERE network_interface.network_key = network.network_key)
          END, name, network_key
        LIMIT ?
        """
    case .name, .state, .createdAt, .updatedAt:
      return "SELECT network_key FROM network WHERE \(isSettled) ORDER BY \(columns) LIMIT ?"
    }
  }

  /// As SQLite orders them: none before any, and texts by their bytes.
  func puts(_ one: Network, before other: Network) -> Bool {
    let order =
      switch self {
      case .name: Comparison.equal
      case .id: Comparison(one.id?.text, other.id?.text)
      case .interfaces: Comparison(one.interfaces, other.interfaces)
      case .state: Comparison(one.state.rawValue, other.state.rawValue)
      case .createdAt: Comparison(one.createdAt, other.createdAt)
      case .updatedAt: Comparison(one.updatedAt, other.updatedAt)
      }
    return order.then(Comparison(one.name?.text, other.name?.text)).then(
      Comparison(one.key.rawValue, other.key.rawValue)
    )
      == .less
  }
}

private enum Comparison {
  case less, equal, greater

  init(_ one: String?, _ other: String?) {
    switch (one, other) {
    case (nil, nil): self = .equal
    case (nil, _): self = .less
    case (_, nil): self = .greater
    case (let one?, let other?):
      self =
        one.utf8.elementsEqual(other.utf8)
        ? .equal : one.utf8.lexicographicallyPrecedes(other.utf8) ? .less : .greater
    }
  }

  init<Number: Comparable>(_ one: Number?, _ other: Number?) {
    switch (one, other) {
    case (nil, nil): self = .equal
    case (nil, _): self = .less
    case (_, nil): self = .greater
    case (let one?, let other?): self = one == other ? .equal : one < other ? .less : .greater
    }
  }

  func then(_ next: @autoclosure () -> Comparison) -> Comparison { self == .equal ? next() : self }
}
