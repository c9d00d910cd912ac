import NetsyncModel

/// A part of the replica, now and whenever it has changed, whichever process changed it.
///
/// The first element comes at once. Each later one is another state than the one before it, and the newest there is when it is asked
/// for: one who is slow misses states in between, and never gets an old one. Commits are noticed within 250 ms.
///
/// It ends when its task is cancelled or the replica is closed, and throws when the replica cannot be read. Any number of tasks
/// may iterate at a time, each on its own; the replica is looked at once for them all, and not at all while none waits.
public struct Updates<State: Equatable & Sendable>: AsyncSequence, Sendable {
  /// One state of that part.
  public typealias Element = State
  /// Why the replica could not be read.
  public typealias Failure = NetsyncError

  private let owner: NetworkReplica
  private let read: @Sendable (NetworkReplica) throws(NetsyncError) -> State

  init(
    of owner: NetworkReplica,
    _ read: @escaping @Sendable (NetworkReplica) throws(NetsyncError) -> State
  ) {
    self.owner = owner
    self.read = read
  }

  /// Begins to follow, each iterator on its own.
  public func makeAsyncIterator() -> Iterator {
    Iterator(updates: self)
  }

  /// The states of one subscriber.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let updates: Updates
    private var version: Int?
    private var last: State?

    fileprivate init(updates: Updates) {
      self.updates = updates
    }

    /// Waits for a state that is another one than the last.
    public mutating func next(
      isolation: isolated (any Actor)?
    ) async throws(NetsyncError) -> State? {
      while let version = try await updates.owner.commits.version(after: version) {
        self.version = version
        let state = try await updates.state()
        guard state != last else { continue }
        last = state
        return state
      }
      return nil
    }
  }

  /// Off the actor of the one who waits: a long list takes its time.
  @concurrent private func state() async throws(NetsyncError) -> State { try read(owner) }
}
