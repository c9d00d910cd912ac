/// A network that the journal can tell of, one that is gone too.
public struct NetworkTrace: Hashable, Sendable {
  package let key: NetworkKey
  /// nil until the server has named it.
  public let id: NetworkID?
  /// nil for one that was not made here.
  public let localID: LocalID?
  /// As people see it; of a network that is gone, its last one.
  public let name: NetworkName?
  /// nil for a network that is there.
  public let goneAt: Timestamp?

  package init(key: NetworkKey, id: NetworkID?, localID: LocalID?, name: NetworkName?, goneAt: Timestamp? = nil) {
    self.key = key
    self.id = id
    self.localID = localID
    self.name = name
    self.goneAt = goneAt
  }
}

/// Everything that is known of why one network is as it is, of one moment.
public struct NetworkHistory: Hashable, Sendable {
  public let network: NetworkTrace
  /// The newest changes, oldest first.
  public let changes: [JournalChange]
  /// There are older changes.
  public let isCut: Bool
  /// The sweeps that the changes speak of by their numbers, as far as they are kept, and the one that saw the network last.
  public let sweeps: [Int64: SweepRecord]
  /// Where and when a listing showed it last; nil where none does.
  public let lastListed: Listed?
  /// When it was last read by itself.
  public let readAt: Timestamp?
  /// Its edits in the outbox.
  public let operations: [OutboxOperation]
  /// How far this host's clock is off.
  public let clock: ServerClock

  /// A network's place in a listing.
  public struct Listed: Hashable, Sendable {
    /// The number of the sweep.
    public let sweep: Int64
    /// From 1.
    public let page: Int
    public let at: Timestamp

    package init(sweep: Int64, page: Int, at: Timestamp) {
      self.sweep = sweep
      self.page = page
      self.at = at
    }
  }

  package init(
    network: NetworkTrace,
    changes: [JournalChange],
    isCut: Bool,
    sweeps: [Int64: SweepRecord],
    lastListed: Listed?,
    readAt: Timestamp?,
    operations: [OutboxOperation],
    clock: ServerClock
  ) {
    self.network = network
    self.changes = changes
    self.isCut = isCut
    self.sweeps = sweeps
    self.lastListed = lastListed
    self.readAt = readAt
    self.operations = operations
    self.clock = clock
  }
}
