public import NetsyncModel
import NetsyncReplica

/// The journal, followed from a cursor on: every change of a network here or there, and what became of every edit, each once and in
/// order, with its evidence.
///
/// Whoever saves the number of a change after having applied it, in the same transaction where that is possible, and begins with the
/// saved number after a restart, is given every change, in order, and none again whose number was saved:
///
/// ```swift
/// for try await change in replica.changes(since: saved) {
///   try apply(change)
///   try save(change.number)
/// }
/// ```
///
/// The journal is bounded: it keeps 90 days, of these the newest 200,000 changes, and whatever their number the last day. Nothing that
/// is no longer kept is stepped over in silence: see ``NetsyncError/changesForgotten(oldest:)``.
///
/// It ends when its task is cancelled or the replica is closed, and waits otherwise for changes by any process, which come within
/// 250 ms. What it gives outlasts a power cut, so a saved number never becomes another change's.
public struct ChangeFeed: AsyncSequence, Sendable {
  /// An entry of the journal.
  public typealias Element = JournalChange
  /// What ends it before its time.
  public typealias Failure = NetsyncError

  /// Changes that are read at a time.
  private static let pieceSize = 500

  private let owner: NetworkReplica
  private let cursor: ChangeNumber?

  init(of owner: NetworkReplica, since cursor: ChangeNumber?) {
    self.owner = owner
    self.cursor = cursor
  }

  /// Begins to follow, each iterator on its own.
  public func makeAsyncIterator() -> Iterator {
    Iterator(feed: self)
  }

  /// The changes that one consumer is given.
  public struct Iterator: AsyncIteratorProtocol {
    private let feed: ChangeFeed
    /// Of the last change that was read, or where it begins; nil before that is known.
    private var cursor: ChangeNumber?
    /// Read and not yet given.
    private var piece: ArraySlice<JournalChange> = []
    /// Of the replica when nothing new was found.
    private var exhausted: Int?

    fileprivate init(feed: ChangeFeed) {
      self.feed = feed
      cursor = feed.cursor
    }

    /// Waits for the next change.
    ///
    /// - Throws: ``NetsyncError/changesForgotten(oldest:)``, ``NetsyncError/changeUnknown(_:)``;
    ///   ``NetsyncError/damaged(path:reason:)``, ``NetsyncError/storage(path:reason:)``.
    public mutating func next(
      isolation: isolated (any Actor)?
    ) async throws(NetsyncError) -> JournalChange? {
      while !Task.isCancelled, !feed.owner.commits.isClosed {
        if let change = piece.popFirst() { return change }
        guard let version = try await feed.owner.commits.version(after: exhausted) else { return nil }
        let (start, changes) = try await feed.read(after: cursor)
        cursor = changes.last?.number ?? start
        exhausted = changes.isEmpty ? version : nil
        piece = changes[...]
      }
      return nil
    }
  }

  /// Off the actor of the one who waits.
  ///
  /// - Returns: `cursor`, or where to begin; and the changes right after it.
  @concurrent private func read(
    after cursor: ChangeNumber?
  ) async throws(NetsyncError) -> (ChangeNumber, [JournalChange]) {
    let (start, piece) = try owner.step { replica throws(ReplicaError) in
      let start = if let cursor { cursor } else { try replica.forgottenChange() }
      return (start, try replica.journal(after: start, limit: Self.pieceSize))
    }
    switch piece {
    case .changes(let changes): return (start, changes)
    case .forgotten(let oldest): throw .changesForgotten(oldest: oldest)
    case .ahead: throw .changeUnknown(start)
    }
  }
}

extension NetworkReplica {
  /// Follows the journal: every change after `cursor`, then every new one as it comes.
  ///
  /// - Parameter cursor: the number of the last change that was applied; nil for all from the oldest on since which none was forgotten.
  public func changes(since cursor: ChangeNumber?) -> ChangeFeed {
    ChangeFeed(of: self, since: cursor)
  }

  /// The number of the newest change: a cursor for those who want what comes after. Below the first change it is 0.
  ///
  /// Take it before reading anything else, and nothing is missed; a change may then be in what was read already.
  ///
  /// - Throws: ``NetsyncError/damaged(path:reason:)``, ``NetsyncError/storage(path:reason:)``.
  public func latestChange() throws(NetsyncError) -> ChangeNumber {
    try step { replica throws(ReplicaError) in try replica.latestChange() }
  }
}
