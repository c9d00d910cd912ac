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
    return updateNetwork(id, name: name, at: SandboxStamp(microseconds: now))?.network
  }

  /// Moves a network's `updated_at` and nothing else, as provisioning does, at `now` in microseconds since 1970; nil if there
  /// is no such network. Where it moves is up to ``SandboxQuirks/stampMood``, as with every write.
  @discardableResult
  package mutating func touchNetwork(id: String, at now: Int64) -> SandboxNetwork? {
    guard let id = SandboxID(id) else { return nil }
    return updateNetwork(id, name: nil, at: SandboxStamp(microseconds: now))?.network
  }

  /// Deletes a network and its interfaces, and returns what it was; nil if there is no such network.
  ///
  /// - Parameter now: In microseconds since 1970; when a request or a write was last made, unless given.
  @discardableResult
  package mutating func deleteNetwork(id: String, at now: Int64? = nil) -> SandboxNetwork? {
    guard let id = SandboxID(id) else { return nil }
    return removeNetwork(id, at: now.map(SandboxStamp.init) ?? latest)?.network
  }

  /// Takes networks and interfaces back to what they were in an `earlier` value of this account, as an operator does who
  /// restores a backup. Key, quirks and counts stay as they are, and no id is given out a second time.
  ///
  /// - Parameters:
  ///   - earlier: Begun with the same seed and count.
  ///   - now: In microseconds since 1970; when a request or a write was last made, unless given.
  package mutating func restore(from earlier: SandboxState, at now: Int64? = nil) {
    precondition(earlier.account == account, "a backup is of the account that it is restored to")
    beginWrite(at: now.map(SandboxStamp.init) ?? latest)
    table.restore(earlier.table)
    writtenInterfaces = earlier.writtenInterfaces
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
    revision += 1
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
    revision += 1
    return true
  }
}
