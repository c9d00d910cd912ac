/// The account's networks in the order of creation, with an index by id.
///
/// A listing goes newest first, as the portal's does, while the table is kept oldest first: a creation is then an append, and
/// yet every later page of a listing shifts by one row. Nothing documents the order, which is why there are others.
struct SandboxNetworkTable: Sendable {
  /// Oldest first, and so ascending by `sequence`.
  private(set) var records: [NetworkRecord] = []
  /// Positions shift with every removal; sequence numbers do not.
  private var sequences: [SandboxID: Int] = [:]
  /// The sequence number of the next network, higher than any before.
  private(set) var nextSequence = 0

  var count: Int { records.count }

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

  /// Puts a record in the place of the one of the same network; nothing happens if there is no such network.
  mutating func replace(_ record: NetworkRecord) {
    guard let position = position(of: record.id) else { return }
    records[position] = record
  }

  /// Removes a network; nothing happens if there is no such network.
  mutating func remove(_ id: SandboxID) {
    guard let position = position(of: id) else { return }
    sequences[id] = nil
    records.remove(at: position)
  }

  /// Goes back to the networks of an earlier table, while sequence numbers go on.
  mutating func restore(_ earlier: Self) {
    let next = max(nextSequence, earlier.nextSequence)
    self = earlier
    nextSequence = next
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
