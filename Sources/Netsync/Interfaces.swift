public import NetsyncModel
import NetsyncReplica

/// The interfaces of a replica's networks, as the last pull found them. They are read-only.
public struct Interfaces: Sendable {
  let owner: NetworkReplica

  /// Interfaces, from the replica, by network and name: the server is not asked.
  ///
  /// - Parameters:
  ///   - reference: only this network's, named as ``Networks`` says.
  ///   - name: only those whose name holds this text, the case of letters ignored.
  ///   - type: only these, exactly as the server spells them.
  ///   - status: the same of the status.
  ///   - region: the same of the region's code.
  /// - Throws: ``NetsyncError/networkNotFound``, ``NetsyncError/networkAmbiguous(_:)``; ``NetsyncError/damaged(path:reason:)``,
  ///   ``NetsyncError/storage(path:reason:)``.
  public func list(
    of reference: String? = nil,
    named name: String? = nil,
    type: String? = nil,
    status: String? = nil,
    region: String? = nil
  ) throws(NetsyncError) -> [NetworkInterface] {
    var filter = InterfaceFilter()
    if let reference {
      guard let network = try owner.networks.find(reference) else { throw .networkNotFound }
      filter.network = network.key
    }
    filter.name = name
    filter.type = type
    filter.status = status
    filter.region = region
    return try owner.step { [filter] replica throws(ReplicaError) in try replica.interfaces(filter) }
  }
}

extension NetworkReplica {
  /// Reads the interfaces.
  public var interfaces: Interfaces { Interfaces(owner: self) }
}
