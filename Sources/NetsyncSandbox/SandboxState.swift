/// The Networks API as a value: the whole account and everything it answers, without I/O, clock or global state.
///
/// Two states that were made alike and asked alike are alike. What the API leaves open is settled here in one way, and said so
/// where it is; no client may rely on it.
package struct SandboxState: Sendable {
  /// How `filter[name]` compares, which the API does not document: clients must survive either.
  package enum NameFilter: Sendable {
    /// The same bytes.
    case exact
    /// Anywhere in the name, whatever the case of the letters.
    case substring
  }

  /// Bodies above this are answered with 413: 1 MiB.
  package static let maximumBodyBytes = 1 << 20

  /// How `filter[name]` compares; may be changed at any time.
  package var nameFilter = NameFilter.substring

  /// The requests that have arrived so far.
  package internal(set) var requestCount = SandboxRequestCount()

  let apiKey: String?
  let account: SandboxAccount
  var table = SandboxNetworkTable()
  /// Only of networks whose interfaces were ever written; the others' are made up when they are asked for.
  var writtenInterfaces: [SandboxID: [InterfaceRecord]] = [:]
  /// From here the interfaces that a made-up account has in progress are provisioned.
  var firstRequest: SandboxStamp?
  private var newIDs: SandboxRandom

  /// An account that is fully determined by `seed` and `count`, so that a sandbox started again looks like the same account.
  ///
  /// - Parameters:
  ///   - seed: Decides every name, id and stamp, and the ids of what is created later.
  ///   - count: How many networks there are from the start, 0 or more, with 0 to 3 interfaces each.
  ///   - apiKey: The only bearer key that is accepted; nil accepts every key that is not empty.
  package init(seed: UInt64 = 1, networks count: Int = 0, apiKey: String? = nil) {
    self.apiKey = apiKey
    account = SandboxAccount(seed: seed, count: count)
    newIDs = SandboxRandom(seed: seed, purpose: .newIDs)
    table.reserveCapacity(count)
    for index in 0..<count { table.append(account.network(index)) }
  }

  /// Every network, in the order of a listing: newest first. Made on each call, in a time that grows with the account.
  package var networks: [SandboxNetwork] { table.listing.map(\.network) }

  /// How many networks there are.
  package var networkCount: Int { table.count }

  /// The network of this id; nil if there is none, or none any more.
  package func network(id: String) -> SandboxNetwork? {
    SandboxID(id).flatMap { table[$0] }?.network
  }

  /// The interfaces of a network as they are at `now` (microseconds since 1970), oldest first; none if there is no such network.
  package func interfaces(of networkID: String, at now: Int64) -> [SandboxInterface] {
    guard let network = SandboxID(networkID).flatMap({ table[$0] }) else { return [] }
    let now = SandboxStamp(microseconds: now)
    return interfaces(of: network, at: now).map { $0.interface(at: now) }
  }

  func interfaces(of network: NetworkRecord, at now: SandboxStamp) -> [InterfaceRecord] {
    if let written = writtenInterfaces[network.id] { return written }
    guard network.sequence < account.count else { return [] }
    return account.interfaces(of: network, firstRequest: firstRequest ?? now)
  }

  mutating func insertNetwork(_ name: String, at now: SandboxStamp) -> NetworkRecord {
    let record = NetworkRecord(
      sequence: table.nextSequence,
      id: newID(),
      name: name,
      createdAt: now,
      updatedAt: now
    )
    table.append(record)
    return record
  }

  /// Removes a network, and its interfaces with it: whether the API would refuse is not documented.
  mutating func removeNetwork(_ id: SandboxID) -> NetworkRecord? {
    writtenInterfaces[id] = nil
    return table.remove(id)
  }

  mutating func newID() -> SandboxID {
    SandboxID(from: &newIDs)
  }
}
