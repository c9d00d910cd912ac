import GRDB
package import NetsyncModel

extension Replica {
  /// Finds a network as ``find(_:)`` does, and where there is none, one that is gone: by id, local id, a unique prefix of
  /// one, or its last name; one that was never sent, by any name that was wanted for it.
  package func trace(_ reference: String) throws(ReplicaError) -> NetworkReference<NetworkTrace> {
    switch try find(reference) {
    case .found(let network): return .found(NetworkTrace(network))
    case .ambiguous(let networks): return .ambiguous(networks.map(NetworkTrace.init))
    case .unknown:
      return try read { database in
        let exact = try database.goneNetworks(
          "remote_id IN (:text, :lower, :upper) OR local_id = :lower OR name = :text OR network_key IN (\(unsentName))",
          named: reference
        )
        guard exact.isEmpty, isIDPrefix(reference) else { return NetworkReference(exact) }
        return NetworkReference(
          try database.goneNetworks(
            """
            remote_id >= :lower AND remote_id < :lower || '~' OR remote_id >= :upper AND remote_id < :upper || '~'
              OR local_id >= :lower AND local_id < :lower || '~'
            """,
            named: reference
          )
        )
      }
    }
  }

  /// The evidence behind one network's state.
  ///
  /// - Parameter limit: how many changes at most.
  package func history(of network: NetworkTrace, limit: Int) throws(ReplicaError) -> NetworkHistory {
    let clock = try meta().clock
    return try read { database in
      let newest = try database.changes(
        where: JournalChange.mayBeOfNetwork,
        ["network": network.key.rawValue],
        newestFirst: true,
        limit: limit + 1
      ) { $0.network == network.key }
      let changes = Array(newest.prefix(limit).reversed())
      let (listed, readAt) = try required(
        database.row(
          """
          SELECT read_at_us, page_number, confirmed_sweep, confirmed_at_us
          FROM network LEFT JOIN sighting USING (network_key)
          LEFT JOIN page ON page.page_number = sighting.page AND page.version = sighting.version
          WHERE network_key = ?
          """,
          arguments: [network.key.rawValue]
        ) { (try NetworkHistory.Listed($0), Timestamp(try $0.value("read_at_us") as Int64?)) },
        "network"
      )
      return NetworkHistory(
        network: network,
        changes: changes,
        isCut: newest.count > limit,
        sweeps: try database.sweeps(Set(changes.compactMap(\.evidence.sweep) + [listed?.sweep].compactMap { $0 })),
        lastListed: listed,
        readAt: readAt,
        operations: try database.operations(of: network.key),
        clock: clock
      )
    }
  }
}

/// The networks whose create was dropped before it was sent: no server document says what they were called.
private let unsentName = """
  SELECT network_key FROM journal
  WHERE side = 'local' AND kind IN ('superseded', 'discarded') AND before_name = :text
  INTERSECT SELECT network_key FROM network WHERE gone_cause = 'never_sent'
  """

extension Database {
  fileprivate func goneNetworks(_ condition: String, named reference: String) throws -> [NetworkTrace] {
    try rows(
      """
      SELECT
        network_key, remote_id, local_id, gone_at_us,
        coalesce(name, (
          SELECT before_name FROM journal
          WHERE journal.network_key = network.network_key AND before_name IS NOT NULL ORDER BY change DESC LIMIT 1
        )) AS name
      FROM network WHERE gone_at_us IS NOT NULL AND (\(condition)) ORDER BY network_key LIMIT 20
      """,
      arguments: ["text": reference, "lower": reference.lowercased(), "upper": reference.uppercased()],
      NetworkTrace.init
    )
  }

  fileprivate func sweeps(_ numbers: Set<Int64>) throws -> [Int64: SweepRecord] {
    var sweeps: [Int64: SweepRecord] = [:]
    for number in numbers {
      guard let sweep = try lastSweep(before: number.addingReportingOverflow(1).partialValue), sweep.sweep == number
      else { continue }
      sweeps[number] = sweep
    }
    return sweeps
  }
}

extension NetworkTrace {
  /// Of a network that is there.
  package init(_ network: Network) {
    self.init(key: network.key, id: network.id, localID: network.localID, name: network.name)
  }

  fileprivate init(_ row: Row) throws {
    self.init(
      key: NetworkKey(rawValue: try row.value("network_key")),
      id: try NetworkID(row),
      localID: try LocalID(row),
      name: (try row.value("name") as String?).map(NetworkName.init(_:)),
      goneAt: Timestamp(try row.value("gone_at_us") as Int64?)
    )
  }
}

extension NetworkHistory.Listed {
  /// nil for a row without a page.
  fileprivate init?(_ row: Row) throws {
    guard let page = try row.value("page_number") as Int?, let sweep = try row.value("confirmed_sweep") as Int64?,
      let at = Timestamp(try row.value("confirmed_at_us") as Int64?)
    else { return nil }
    self.init(sweep: sweep, page: page, at: at)
  }
}
