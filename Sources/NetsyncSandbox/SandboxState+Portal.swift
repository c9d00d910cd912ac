/// A second pair of hands: what somebody does at the portal while a client is at work. Nothing here counts as a request.
extension SandboxState {
  /// Creates a network at `now`, in microseconds since 1970. Names need not be unique, and are not checked here.
  @discardableResult
  package mutating func createNetwork(named name: String, at now: Int64) -> SandboxNetwork {
    insertNetwork(name, at: SandboxStamp(microseconds: now)).network
  }

  /// Renames a network at `now`, in microseconds since 1970; nil if there is no such network.
  @discardableResult
  package mutating func renameNetwork(id: String, to name: String, at now: Int64) -> SandboxNetwork? {
    guard let id = SandboxID(id) else { return nil }
    return table.rename(id, to: name, at: SandboxStamp(microseconds: now))?.network
  }

  /// Deletes a network and its interfaces, and returns what it was; nil if there is no such network.
  @discardableResult
  package mutating func deleteNetwork(id: String) -> SandboxNetwork? {
    guard let id = SandboxID(id) else { return nil }
    return removeNetwork(id)?.network
  }

  /// Adds an interface to a network at `now`, in microseconds since 1970; nil if there is no such network.
  ///
  /// It is `created` for 10 s, `provisioning` for another 20 s, and then `provisioned`. The network's stamps stay as they are.
  @discardableResult
  package mutating func attachInterface(
    to networkID: String,
    named name: String,
    type: String = "wireguard_interface",
    region: SandboxRegion = .ashburn,
    at now: Int64
  ) -> SandboxInterface? {
    guard let network = SandboxID(networkID).flatMap({ table[$0] }) else { return nil }
    let now = SandboxStamp(microseconds: now)
    let record = InterfaceRecord(
      id: newID(),
      networkID: network.id,
      name: name,
      type: type,
      region: region,
      createdAt: now,
      provisioningAt: now.advanced(bySeconds: 10),
      provisionedAt: now.advanced(bySeconds: 30)
    )
    writtenInterfaces[network.id] = interfaces(of: network, at: now) + [record]
    return record.interface(at: now)
  }

  /// Removes an interface from a network at `now`, in microseconds since 1970; false if there was none of this id.
  @discardableResult
  package mutating func detachInterface(id: String, from networkID: String, at now: Int64) -> Bool {
    guard let id = SandboxID(id), let network = SandboxID(networkID).flatMap({ table[$0] }) else { return false }
    var interfaces = interfaces(of: network, at: SandboxStamp(microseconds: now))
    guard let position = interfaces.firstIndex(where: { $0.id == id }) else { return false }
    interfaces.remove(at: position)
    writtenInterfaces[network.id] = interfaces
    return true
  }
}
