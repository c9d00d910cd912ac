package import NetsyncModel

/// When one network's list of interfaces is to be read again.
///
/// Nothing tells that a list has changed but the list itself, at one request for each network. So each is read as often as it is likely to
/// bring something new:
///
/// | the list                                                             | is due                                              |
/// |----------------------------------------------------------------------|-----------------------------------------------------|
/// | was never read, or its network is new or has changed                 | at once                                             |
/// | has an interface that is not provisioned                             | at once                                             |
/// | has changed since it was read before                                 | after ``shortest``                                  |
/// | has not                                                              | after twice the pause as before, at most ``longest`` |
///
/// At once is with the next cycle. What is due is read in the order in which it became due, as many lists a cycle as the budget has.
///
/// Total and pure.
package struct InterfaceFreshness: Hashable, Sendable {
  /// The pause after a list that has changed.
  package static let shortest: Duration = .seconds(5 * 60)
  /// No list is left alone for longer. What is then due in one cycle may be more than its budget, and has the rest of the day.
  package static let longest: Duration = .seconds(20 * 3_600)

  /// How long the list was to be left alone when it was last read; zero: not at all.
  package let pause: Duration
  /// On this host's clock.
  package let due: Timestamp

  package init(pause: Duration, due: Timestamp) {
    self.pause = pause
    self.due = due
  }

  /// After a list was read.
  ///
  /// - Parameters:
  ///   - before: as it was when the list was read; nil where it never was.
  ///   - hasChanged: whether it is another list than the one that was known.
  ///   - interfaces: what it has.
  package init(
    after before: InterfaceFreshness?,
    hasChanged: Bool,
    _ interfaces: some Sequence<NetworkInterfaceDocument>,
    at now: Timestamp
  ) {
    if interfaces.contains(where: { !$0.isSettled }) {
      pause = .zero
    } else if hasChanged {
      pause = Self.shortest
    } else {
      pause = min(max((before?.pause ?? .zero) * 2, Self.shortest), Self.longest)
    }
    due = now + pause
  }
}

extension NetworkInterfaceDocument {
  /// Whether its status is one that lasts. What says no status is not expected to.
  package var isSettled: Bool { status.map { $0 == "provisioned" } ?? true }
}

/// Which lists of interfaces a pull reads.
package enum InterfaceScope: Hashable, Sendable {
  /// Each network's.
  case all
  /// Those that are due, so many of them at most: ``InterfaceFreshness``.
  case due(atMost: Int)
  case none
}
