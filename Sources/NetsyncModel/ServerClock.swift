/// What this host knows of the server's clock (R9).
///
/// An answer's `Date` header has a resolution of one second, so a single answer tells the offset to within half the
/// round trip and half a second.
public struct ServerClock: Hashable, Sendable {
  /// Server time minus host time.
  public let offset: Duration
  /// The true offset lies within this of `offset`.
  public let uncertainty: Duration

  public init(offset: Duration, uncertainty: Duration) {
    self.offset = offset
    self.uncertainty = uncertainty
  }

  /// Before any answer: the clocks are taken to agree to within five minutes, as Kerberos asks of its hosts (RFC 4120, 8.2).
  public static let unknown = ServerClock(offset: .zero, uncertainty: .seconds(300))

  /// Reads the offset off one answer.
  ///
  /// - Parameters:
  ///   - date: the `Date` header, whole seconds, cut down by the server.
  ///   - sent: when the request left, on the host's clock.
  ///   - received: when the answer was there. A clock that ran backward in between gives no estimate.
  public init?(date: Timestamp, sent: Timestamp, received: Timestamp) {
    let roundTrip = received.since(sent)
    guard roundTrip >= .zero else { return nil }
    let middle = sent + roundTrip / 2
    self.init(
      offset: (date + .milliseconds(500)).since(middle),
      uncertainty: roundTrip / 2 + .milliseconds(500)
    )
  }

  /// A host time on the server's clock.
  public func serverTime(_ host: Timestamp) -> Timestamp { host + offset }

  /// A host time on the server's clock, as early and as late as it may be there: a wait that is measured from the latest to the earliest
  /// is never cut short, however the estimate moves in between.
  ///
  /// While nothing is known, the server is taken to be as far ahead as it can be. A wait is then exactly as long as the host's clock
  /// says, and one that began so is not cut short either when the clock comes to be known.
  public func bounds(_ host: Timestamp) -> (earliest: Timestamp, latest: Timestamp) {
    let latest = serverTime(host) + uncertainty
    return (earliest: self == .unknown ? latest : serverTime(host) - uncertainty, latest: latest)
  }

  /// A server time on the host's clock.
  public func hostTime(_ server: Timestamp) -> Timestamp { server - offset }
}
