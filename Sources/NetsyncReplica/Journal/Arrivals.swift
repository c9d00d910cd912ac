import FoundationEssentials
import GRDB
import NetsyncModel

/// Networks that a page of the listing showed for the first time, with their names: one entry of the journal, as long as their keys and
/// the numbers of these changes rise by one from each to the next.
struct Arrivals {
  let first: NetworkKey
  private(set) var names: [NetworkName?]

  var last: NetworkKey { NetworkKey(rawValue: first.rawValue &+ Int64(names.count) &- 1) }

  init(_ network: NetworkKey, _ name: NetworkName?) {
    (first, names) = (network, [name])
  }

  /// - Parameter names: at least one.
  private init(from first: NetworkKey, _ names: [NetworkName?]) {
    (self.first, self.names) = (first, names)
  }

  /// False where it does not follow, and needs an entry of its own.
  mutating func append(_ network: NetworkKey, _ name: NetworkName?) -> Bool {
    guard network.rawValue == last.rawValue &+ 1 else { return false }
    names.append(name)
    return true
  }

  /// The networks before one of these, that one, and those after it; nil where it is none of them.
  func split(at network: NetworkKey) -> (before: Arrivals?, it: Arrivals, after: Arrivals?)? {
    guard (first.rawValue...last.rawValue).contains(network.rawValue) else { return nil }
    let index = Int(network.rawValue - first.rawValue)
    let rest = names[(index + 1)...]
    return (
      index == 0 ? nil : Arrivals(from: first, Array(names[..<index])),
      Arrivals(network, names[index]),
      rest.isEmpty ? nil : Arrivals(from: NetworkKey(rawValue: network.rawValue + 1), Array(rest))
    )
  }

  /// Each change by itself.
  ///
  /// - Parameter entry: as the entry has it: with the number of the last change.
  func changes(like entry: JournalChange, ids: [NetworkKey: (NetworkID?, LocalID?)]) -> [JournalChange] {
    let start = entry.number.rawValue &- Int64(names.count) &+ 1
    return names.enumerated().map { index, name in
      let network = NetworkKey(rawValue: first.rawValue &+ Int64(index))
      return JournalChange(
        number: ChangeNumber(rawValue: start &+ Int64(index)),
        at: entry.at,
        side: entry.side,
        kind: entry.kind,
        network: network,
        id: ids[network]?.0,
        localID: ids[network]?.1,
        after: name,
        evidence: entry.evidence
      )
    }
  }
}

extension Arrivals {
  /// From a row of `journal`; nil for an entry that tells of one change.
  init?(_ row: Row) throws {
    guard let text = try row.value("names") as String? else { return nil }
    let names = try JSONDecoder().decode([String?].self, from: Data(text.utf8))
    guard names.count > 1, names.count == (try row.value("networks") as Int) else {
      throw UndecodableRow(description: "an entry of the journal does not tell of as many networks as it says")
    }
    self.init(from: NetworkKey(rawValue: try row.value("network_key")), names.map { $0.map(NetworkName.init(_:)) })
  }
}

extension Database {
  /// Adds to the journal that networks were seen for the first time.
  ///
  /// - Parameters:
  ///   - evidence: JSON.
  ///   - number: of the last of these changes; nil for the next ones that are free.
  func journal(_ arrivals: Arrivals, evidence: String, at now: Timestamp, number: Int64? = nil) throws {
    let names = arrivals.names.map { $0?.text }
    let isOne = names.count == 1
    try run(
      """
      INSERT INTO journal (change, at_us, side, kind, network_key, after_name, networks, names, evidence)
      VALUES (
        coalesce(?1, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0) + ?2),
        ?3, 'remote', 'created', ?4, ?5, ?2, ?6, ?7
      )
      """,
      arguments: [
        number, names.count, now.microseconds, arrivals.first.rawValue, isOne ? names[0] : nil,
        isOne ? nil : "[\(try names.map(quoted).joined(separator: ","))]", evidence,
      ]
    )
  }

  /// Has a network that an entry tells of among others have an entry of its own; its change keeps its number.
  func separateArrival(of network: NetworkKey) throws {
    let entry = try row(
      "SELECT * FROM journal WHERE names IS NOT NULL AND network_key <= ? ORDER BY network_key DESC LIMIT 1",
      arguments: [network.rawValue]
    ) { row in
      try Arrivals(row).map {
        (
          $0, last: try row.value("change") as Int64, at: Timestamp(microseconds: try row.value("at_us")),
          evidence: try row.value("evidence") as String
        )
      }
    }
    guard let (arrivals, last, at, evidence) = entry, let parts = arrivals.split(at: network) else { return }
    try run("DELETE FROM journal WHERE change = ?", arguments: [last])
    for part in [parts.before, parts.it, parts.after].compactMap(\.self) {
      let number = last - (arrivals.last.rawValue - part.last.rawValue)
      try journal(part, evidence: evidence, at: at, number: number)
    }
  }
}

/// A text, or none, as JSON. Most need no escape, and an encoder takes many times as long to find that out.
private func quoted(_ text: String?) throws -> String {
  guard let text else { return "null" }
  let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  return isPlain ? "\"\(text)\"" : String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
}
