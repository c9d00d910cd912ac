import GRDB
package import NetsyncModel
import NetsyncReconcile

/// Records that cannot be understood (R15), of each page as it last came.
extension Replica {
  package func setAside() throws(ReplicaError) -> [SetAsideRecord] {
    try read { database in try database.setAside() }
  }
}

extension Database {
  /// Those of the networks first.
  func setAside() throws -> [SetAsideRecord] {
    try rows(
      """
      SELECT network.remote_id, page, position, fault
      FROM set_aside LEFT JOIN network ON network.network_key = set_aside.network_key
      ORDER BY set_aside.network_key, page, position
      """
    ) { row in
      SetAsideRecord(
        network: try NetworkID(row),
        page: try row.value("page"),
        position: try row.value("position"),
        fault: try required(RecordFault(rawValue: try row.value("fault")), "fault")
      )
    }
  }

  /// Takes down what a page has that cannot be understood, in the place of what it had. The journal tells what is new.
  ///
  /// - Parameter network: whose interfaces; nil for the networks.
  func setAside(
    _ faults: [Int: RecordFault],
    on page: Int,
    of network: NetworkKey? = nil,
    sweep: Int64?,
    at now: Timestamp
  ) throws {
    let key = network ?? .noNetwork
    let before = try rows(
      "DELETE FROM set_aside WHERE network_key = ? AND page = ? RETURNING position, fault",
      arguments: [key.rawValue, page]
    ) { (try $0.value("position") as Int, try $0.value("fault") as String) }
    let told = Dictionary(before, uniquingKeysWith: { $1 })
    for (position, fault) in faults.sorted(by: { $0.key < $1.key }) {
      try run(
        "INSERT INTO set_aside (network_key, page, position, fault) VALUES (?, ?, ?, ?)",
        arguments: [key.rawValue, page, position, fault.rawValue]
      )
      guard told[position] != fault.rawValue else { continue }
      let record = SetAsideRecord(page: page, position: position, fault: fault)
      let entry = LaneEntry(side: .remote, kind: .setAside, evidence: Evidence(record, sweep: sweep))
      try journal(entry, of: key, evidence: entry.evidence.json, at: now)
    }
  }

  /// Forgets what pages had that are no more.
  ///
  /// - Parameter network: whose interfaces; nil for the networks.
  func forgetSetAside(after lastPage: Int, of network: NetworkKey? = nil) throws {
    try run(
      "DELETE FROM set_aside WHERE network_key = ? AND page > ?",
      arguments: [(network ?? .noNetwork).rawValue, lastPage]
    )
  }
}

extension NetworkKey {
  /// Stands for the listing of all, or for the replica as a whole.
  static let noNetwork = NetworkKey(rawValue: 0)
}
