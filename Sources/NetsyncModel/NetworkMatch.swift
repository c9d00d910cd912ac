/// A network that a search has found.
public struct NetworkMatch: Hashable, Sendable {
  /// What holds the text that was searched for.
  public enum Place: Hashable, Sendable {
    case name
    /// The server's id, or the local one.
    case id
    /// The id or the name of an interface.
    case interface(id: String, name: String?)
  }

  public let network: Network
  public let place: Place

  package init(_ network: Network, _ place: Place) {
    (self.network, self.place) = (network, place)
  }
}
