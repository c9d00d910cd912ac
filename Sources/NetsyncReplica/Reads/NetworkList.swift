import GRDB
import NetsyncModel

// How a list of networks is put together, in every order and for every filter.

/// The networks that nobody here edits, in the order of a list: they are as the base has them, whose names have an index. All others are
/// few, and put together by the overlay; a list merges both.
struct SettledNetworks {
  private let cursor: RowCursor?
  private let name: WantedName
  /// The first that is still to be listed.
  private(set) var next: Network?

  init(_ filter: NetworkFilter, _ database: Database) throws {
    name = WantedName(filter.name)
    cursor = try Self.cursor("*", filter, database)
    try advance()
  }

  /// All of them, read no further than to their names.
  static func keys(_ filter: NetworkFilter, _ database: Database) throws -> [NetworkKey] {
    let name = WantedName(filter.name)
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
    // SQLite keeps no more than so many of those that it has to sort; what is looked through by name here, it cannot count.
    let limit = filter.name == nil ? filter.limit ?? -1 : -1
    return try database.cursor(
      "SELECT \(columns) FROM settled_network ORDER BY \(filter.order.columns) LIMIT ?",
      arguments: [limit]
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

/// A part of a name that is searched for, the case of letters ignored: of every script, where SQLite's own folding knows ASCII only.
private struct WantedName {
  private let folded: String?
  private let bytes: [UInt8]

  init(_ name: String?) {
    folded = name?.lowercased()
    bytes = Array((folded ?? "").utf8)
  }

  func isHeld(by name: String?) -> Bool {
    guard let folded else { return true }
    guard let name else { return false }
    // Of most names a byte is a letter.
    guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return name.lowercased().contains(folded) }
    return isHeld(byASCII: Array(name.utf8))
  }

  private func isHeld(byASCII name: [UInt8]) -> Bool {
    guard bytes.count <= name.count else { return false }
    return (0...(name.count - bytes.count)).contains { start in
      bytes.indices.allSatisfy { name[start + $0].foldedASCII == bytes[$0] }
    }
  }
}

extension UInt8 {
  fileprivate var foldedASCII: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
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
    let name = WantedName(filter.name)
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
    ).filter { name.isHeld(by: $0.name?.text) }
  }
}

extension NetworkFilter.Order {
  /// What settled networks are ordered by; all have one state.
  fileprivate var columns: String {
    switch self {
    case .name, .state: "name, network_key"
    case .id, .interfaces, .createdAt, .updatedAt: "\(rawValue), name, network_key"
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
