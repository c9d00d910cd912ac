/// A network interface as the sandbox's account shows it at one instant.
package struct SandboxInterface: Sendable {
  /// The UUID, in the API's lower-case form.
  package let id: String
  /// The UUID of its network.
  package let networkID: String
  /// The name, byte for byte.
  package let name: String
  /// `wireguard_interface`, `public_internet_gateway`, `virtual_cross_connect`, or what a test made up.
  package let type: String
  /// `created`, `provisioning` or `provisioned`.
  package let status: String
  /// The region's code, `frankfurt-de`.
  package let regionCode: String
  /// When it was created, in the API's own words: RFC 3339 with microseconds.
  package let createdAt: String
  /// When it last changed, in the API's own words; provisioning moves it, without a user's edit.
  package let updatedAt: String
}

extension SandboxInterface: Equatable {
  /// Equal byte for byte: `String` would take a composed and a decomposed name for the same.
  package static func == (left: Self, right: Self) -> Bool {
    left.id == right.id && left.networkID == right.networkID && left.name.utf8.elementsEqual(right.name.utf8)
      && left.type == right.type && left.status == right.status && left.regionCode == right.regionCode
      && left.createdAt == right.createdAt && left.updatedAt == right.updatedAt
  }
}

/// A place where interfaces can be.
package struct SandboxRegion: Sendable, Hashable {
  /// As in `region_code`: `frankfurt-de`.
  package let code: String
  /// For people: `Frankfurt`.
  package let name: String

  package init(code: String, name: String) {
    self.code = code
    self.name = name
  }

  /// Where a test's own interfaces are unless it says otherwise.
  package static let ashburn = SandboxRegion(code: "ashburn-va", name: "Ashburn")
}

/// An interface as it is stored. Its status is no state but a function of the time, so that no clock need tick.
///
///     ── createdAt ── created ── provisioningAt ── provisioning ── provisionedAt ── provisioned ──►
struct InterfaceRecord: Sendable {
  let id: SandboxID
  let networkID: SandboxID
  let name: String
  let type: String
  let region: SandboxRegion
  let createdAt: SandboxStamp
  /// When `created` turns into `provisioning`; not before `createdAt`.
  let provisioningAt: SandboxStamp
  /// When `provisioning` turns into `provisioned`; not before `provisioningAt`.
  let provisionedAt: SandboxStamp

  func status(at now: SandboxStamp) -> String {
    if now < provisioningAt { return "created" }
    return now < provisionedAt ? "provisioning" : "provisioned"
  }

  func updatedAt(at now: SandboxStamp) -> SandboxStamp {
    if now < provisioningAt { return createdAt }
    return now < provisionedAt ? provisioningAt : provisionedAt
  }

  func interface(at now: SandboxStamp) -> SandboxInterface {
    SandboxInterface(
      id: id.text,
      networkID: networkID.text,
      name: name,
      type: type,
      status: status(at: now),
      regionCode: region.code,
      createdAt: createdAt.text(),
      updatedAt: updatedAt(at: now).text()
    )
  }

  /// The `NetworkInterface` object of the API.
  func json(at now: SandboxStamp) -> [UInt8] {
    SandboxJSON.object(reserving: 512) { json in
      json.member("id", id: id)
      json.member("record_type", string: "network_interface")
      json.member("name", string: name)
      json.member("network_id", id: networkID)
      json.member("status", string: status(at: now))
      json.member("type", string: type)
      json.member("region_code", string: region.code)
      json.object("region") { region in
        region.member("code", string: self.region.code)
        region.member("name", string: self.region.name)
        region.member("record_type", string: "region")
      }
      json.member("created_at", stamp: createdAt)
      json.member("updated_at", stamp: updatedAt(at: now))
    }
  }
}
