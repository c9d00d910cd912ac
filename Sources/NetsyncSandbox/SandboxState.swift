/// The Networks API as a value: the whole account and everything it answers, without I/O, clock or global state.
///
/// Two states that were made alike and asked alike are alike. What the API leaves open is settled by ``SandboxQuirks``, or in one
/// way that is said where it is; no client may rely on it.
package struct SandboxState: Sendable {
  /// Bodies above this are answered with 413: 1 MiB.
  package static let maximumBodyBytes = 1 << 20

  /// How the account settles what the API leaves open; may be changed at any time.
  package var quirks: SandboxQuirks {
    didSet {
      if quirks.listLagMicroseconds <= 0 { history = SandboxHistory() }
    }
  }

  /// The requests that have arrived so far.
  package internal(set) var requestCount = SandboxRequestCount()

  /// Grows by one with every write to a network or to its interfaces, whoever makes it. While it stands, nothing has changed but
  /// the status of interfaces, which is a function of the time.
  package internal(set) var revision = 0

  /// The only bearer key that is accepted; nil accepts every key that is not empty.
  package var apiKey: String?
  let account: SandboxAccount
  var table = SandboxNetworkTable()
  /// Only of networks whose interfaces were ever written; the others' are made up when they are asked for.
  var writtenInterfaces: [SandboxID: [InterfaceRecord]] = [:]
  /// From here the interfaces that a made-up account has in progress are provisioned.
  var firstRequest: SandboxStamp?
  /// What listings show while they lag.
  private(set) var history = SandboxHistory()
  /// When a request or a write was last made.
  var latest = SandboxStamp(microseconds: 0)
  private var newIDs: SandboxRandom

  /// An account that is fully determined by `seed` and `count`, so that a sandbox started again looks like the same account.
  ///
  /// - Parameters:
  ///   - seed: Decides every name, id and stamp, and the ids of what is created later.
  ///   - count: How many networks there are from the start, 0 or more, with 0 to 3 interfaces each.
  ///   - apiKey: The only bearer key that is accepted; nil accepts every key that is not empty.
  ///   - quirks: How the account settles what the API leaves open; none unless given.
  package init(
    seed: UInt64 = 1,
    networks count: Int = 0,
    apiKey: String? = nil,
    quirks: SandboxQuirks = SandboxQuirks()
  ) {
    self.apiKey = apiKey
    self.quirks = quirks
    account = SandboxAccount(seed: seed, count: count)
    newIDs = SandboxRandom(seed: seed, purpose: .newIDs)
    table.reserveCapacity(count)
    for index in 0..<count { table.append(account.network(index, form: quirks.stampForm)) }
  }

  /// Every network as it is, newest first. Made on each call, in a time that grows with the account.
  package var networks: [SandboxNetwork] { table.records.reversed().map(\.network) }

  /// How many networks there are.
  package var networkCount: Int { table.count }

  /// The network of this id as it is, in a time that does not grow with the account; nil if there is none, or none any more.
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
    beginWrite(at: now)
    let record = NetworkRecord(
      sequence: table.nextSequence,
      id: newID(),
      name: name,
      createdAt: now,
      updatedAt: now,
      form: quirks.stampForm
    )
    table.append(record)
    return record
  }

  /// Writes a name, or with nil only a new stamp; nil if there is no such network.
  mutating func updateNetwork(_ id: SandboxID, name: String?, at now: SandboxStamp) -> NetworkRecord? {
    guard var record = table[id] else { return nil }
    beginWrite(at: now)
    record.write(
      name: name ?? record.name,
      updatedAt: quirks.stampMood.stamp(after: record.updatedAt, at: now, seed: account.seed, write: revision),
      form: quirks.stampForm
    )
    table.replace(record)
    return record
  }

  /// Removes a network, and its interfaces with it.
  mutating func removeNetwork(_ id: SandboxID, at now: SandboxStamp) -> NetworkRecord? {
    guard let record = table[id] else { return nil }
    beginWrite(at: now)
    writtenInterfaces[id] = nil
    table.remove(id)
    return record
  }

  /// Before every change to the networks: counts it, and keeps what listings still show.
  mutating func beginWrite(at now: SandboxStamp) {
    revision += 1
    latest = now
    if quirks.listLagMicroseconds > 0 {
      history.keep(table.records, until: now, lagMicroseconds: quirks.listLagMicroseconds)
    }
  }

  mutating func newID() -> SandboxID {
    SandboxID(from: &newIDs)
  }
}

extension SandboxState {
  /// The network that was created last, of those that are there.
  package var newest: SandboxNetwork? { table.records.last?.network }
}
