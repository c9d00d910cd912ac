/// The account's networks in the order of creation, with an index by id.
///
/// A listing goes newest first, as the portal's does, while the table is kept oldest first: a creation is then an append, and
/// yet every later page of a listing shifts by one row. Nothing documents the order, so that no client may rely on it.
struct SandboxNetworkTable: Sendable {
  /// Oldest first, and so ascending by `sequence`.
  private var records: [NetworkRecord] = []
  /// Positions shift with every removal; sequence numbers do not.
  private var sequences: [SandboxID: Int] = [:]
  /// The sequence number of the next network, higher than any before.
  private(set) var nextSequence = 0

  var count: Int { records.count }

  /// Newest first: the order of a listing.
  var listing: ReversedCollection<[NetworkRecord]> { records.reversed() }

  subscript(id: SandboxID) -> NetworkRecord? {
    position(of: id).map { records[$0] }
  }

  mutating func reserveCapacity(_ count: Int) {
    records.reserveCapacity(count)
    sequences.reserveCapacity(count)
  }

  /// Adds a network in front of the listing. Its id is new to the table, its sequence number is ``nextSequence``.
  mutating func append(_ record: NetworkRecord) {
    sequences[record.id] = record.sequence
    records.append(record)
    nextSequence = record.sequence + 1
  }

  /// Renames in place and returns the written record; nil if there is no such network.
  mutating func rename(_ id: SandboxID, to name: String, at now: SandboxStamp) -> NetworkRecord? {
    guard let position = position(of: id) else { return nil }
    records[position].rename(to: name, at: now)
    return records[position]
  }

  /// Removes and returns a network; nil if there is no such network.
  mutating func remove(_ id: SandboxID) -> NetworkRecord? {
    guard let position = position(of: id) else { return nil }
    sequences[id] = nil
    return records.remove(at: position)
  }

  /// A binary search by sequence number.
  private func position(of id: SandboxID) -> Int? {
    guard let sequence = sequences[id] else { return nil }
    var low = 0
    var high = records.count
    while low < high {
      let middle = (low + high) / 2
      if records[middle].sequence < sequence { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
