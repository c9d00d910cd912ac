public import NetsyncModel
import NetsyncReplica

/// The networks of a replica: base and local edits together, as people see them.
///
/// A `reference` names one of them: its id, its local id, a prefix of either that is its alone and has four characters or more, or
/// its exact name.
public struct Networks: Sendable {
  let owner: NetworkReplica

  /// What a list is sorted by, ascending. Equals are sorted by name.
  public enum Order: Hashable, CaseIterable, Sendable {
    /// By name, byte for byte.
    case name
    /// By the server's id; those without one come first.
    case id
    /// By the server's time of creation; those without one come first.
    case createdAt
    /// By the server's time of the last change; those without one come first.
    case updatedAt
    /// By the number of cached interfaces; those whose interfaces were never pulled come first.
    case interfaces
    /// By the word of the state.
    case state
  }

  /// Networks, from the replica: the server is not asked.
  ///
  /// - Parameters:
  ///   - name: only those whose name holds this text, the case of letters ignored.
  ///   - state: only those; asking for ``NetworkState/deleting`` includes them.
  ///   - includingDeleting: also those whose deletion waits.
  ///   - order: what to sort by.
  ///   - limit: how many at most.
  /// - Throws: ``NetsyncError/damaged(path:reason:)``, ``NetsyncError/storage(path:reason:)``.
  public func list(
    named name: String? = nil,
    state: NetworkState? = nil,
    includingDeleting: Bool = false,
    orderedBy order: Order = .name,
    limit: Int? = nil
  ) throws(NetsyncError) -> [Network] {
    let filter = NetworkFilter(name, state, includingDeleting, order, limit)
    return try owner.step { replica throws(ReplicaError) in try replica.networks(filter) }
  }

  /// Networks that hold every one of these texts in their name, in an id, or in the name or the id of an interface, the case of letters
  /// ignored; the best first. Those whose deletion waits are left out.
  ///
  /// - Parameters:
  ///   - texts: one or more; none of them empty.
  ///   - limit: how many at most.
  /// - Throws: what ``list(named:state:includingDeleting:orderedBy:limit:)`` throws.
  public func search(_ texts: String..., limit: Int = 50) throws(NetsyncError) -> [NetworkMatch] {
    try owner.step { replica throws(ReplicaError) in try replica.search(texts, limit: limit) }
  }

  /// One network; nil where none answers to the reference.
  ///
  /// - Throws: ``NetsyncError/networkAmbiguous(_:)``, and what ``list(named:state:includingDeleting:orderedBy:limit:)`` throws.
  public func find(_ reference: String) throws(NetsyncError) -> Network? {
    switch try owner.step({ replica throws(ReplicaError) in try replica.find(reference) }) {
    case .found(let network): return network
    case .ambiguous(let networks): throw .networkAmbiguous(networks)
    case .unknown: return nil
    }
  }

  /// Queues a new network. It is listed at once, under a local id that resolves for ever, also when the server has given its own.
  ///
  /// - Throws: ``NetsyncError/nameRefused(_:)``; ``NetsyncError/storage(path:reason:)``.
  @discardableResult
  public func create(_ name: String) throws(NetsyncError) -> Receipt {
    let name = try checked(name)
    let receipt = try owner.step { replica throws(ReplicaError) in
      let localID = LocalID.random(at: replica.now())
      return (try replica.create(name, localID: localID), localID)
    }
    return Receipt(receipt.0, localID: receipt.1, owner: owner)
  }

  /// Queues a rename, merged with what waits for the network already.
  ///
  /// - Throws: ``NetsyncError/networkNotFound``, ``NetsyncError/networkAmbiguous(_:)``, ``NetsyncError/nameRefused(_:)``,
  ///   ``NetsyncError/deletionWaits(_:)``; ``NetsyncError/storage(path:reason:)``.
  @discardableResult
  public func rename(_ reference: String, to name: String) throws(NetsyncError) -> Receipt {
    try edit(reference, .rename(to: checked(name)))
  }

  /// Queues a deletion, merged with what waits for the network already.
  ///
  /// - Throws: ``NetsyncError/networkNotFound``, ``NetsyncError/networkAmbiguous(_:)``; ``NetsyncError/storage(path:reason:)``.
  @discardableResult
  public func delete(_ reference: String) throws(NetsyncError) -> Receipt {
    try edit(reference, .delete)
  }

  /// A list, now and after every change of it, whichever process made it.
  ///
  /// The parameters are those of ``list(named:state:includingDeleting:orderedBy:limit:)``. See ``Updates`` for when it gives something
  /// and how it ends.
  public func observe(
    named name: String? = nil,
    state: NetworkState? = nil,
    includingDeleting: Bool = false,
    orderedBy order: Order = .name,
    limit: Int? = nil
  ) -> Updates<[Network]> {
    let filter = NetworkFilter(name, state, includingDeleting, order, limit)
    return Updates(of: owner) { owner throws(NetsyncError) in
      try owner.step { replica throws(ReplicaError) in try replica.networks(filter) }
    }
  }

  private func edit(_ reference: String, _ intent: Intent) throws(NetsyncError) -> Receipt {
    guard let network = try find(reference) else { throw .networkNotFound }
    let receipt = try owner.step { replica throws(ReplicaError) in try replica.edit(network.key, intent) }
    return Receipt(receipt, owner: owner)
  }

  private func checked(_ name: String) throws(NetsyncError) -> NetworkName {
    do { return try NetworkName(edited: name) } catch { throw .nameRefused(error) }
  }
}

extension NetworkReplica {
  /// Reads, edits and follows the networks.
  public var networks: Networks { Networks(owner: self) }
}

extension NetworkFilter {
  fileprivate init(
    _ name: String?,
    _ state: NetworkState?,
    _ includesDeleting: Bool,
    _ order: Networks.Order,
    _ limit: Int?
  ) {
    self.init()
    self.name = name
    self.state = state
    self.includesDeleting = includesDeleting
    self.order = Order(order)
    self.limit = limit
  }
}

extension NetworkFilter.Order {
  fileprivate init(_ order: Networks.Order) {
    switch order {
    case .name: self = .name
    case .id: self = .id
    case .createdAt: self = .createdAt
    case .updatedAt: self = .updatedAt
    case .interfaces: self = .interfaces
    case .state: self = .state
    }
  }
}
