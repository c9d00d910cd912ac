/// The made-up account that a sandbox starts with: a pure function of a seed and a number of networks.
///
/// Network `index` and its interfaces can each be made without the others, which is how 100,000 networks have interfaces and
/// yet store none.
struct SandboxAccount: Sendable, Equatable {
  let seed: UInt64
  /// How many networks there are; the first is the oldest.
  let count: Int

  /// The first network is from 2024-01-01T00:00:00Z …
  private static let firstSecond = 1_704_067_200
  /// … the others follow evenly over 600 days, and the last edit is at most 90 days younger: all of it before 2025-11-22.
  private static let creationSeconds = 600 * 86_400
  private static let editSeconds = 90 * 86_400

  /// The network of this index, in `0 ..< count`, with its stamps in this form.
  func network(_ index: Int, form: SandboxStampForm) -> NetworkRecord {
    var random = SandboxRandom(seed: seed, purpose: .network, index: index)
    let id = SandboxID(from: &random)
    let createdAt = SandboxStamp(
      microseconds: Int64(Self.firstSecond + Self.creationSeconds / count * index) * 1_000_000
        + Int64(random.below(1_000_000))
    )
    let edited = random.chance(1.0 / 3)
    let updatedAt = edited ? createdAt.advanced(bySeconds: 60 + random.below(Self.editSeconds)) : createdAt
    return NetworkRecord(
      sequence: index,
      id: id,
      name: name(index, &random),
      createdAt: createdAt,
      updatedAt: updatedAt,
      form: form
    )
  }

  /// The 0 to 3 interfaces of the network of this index, oldest first.
  ///
  /// One in 16 is provisioned only after `firstRequest`, when the state was first asked anything.
  func interfaces(of network: NetworkRecord, firstRequest: SandboxStamp) -> [InterfaceRecord] {
    var random = SandboxRandom(seed: seed, purpose: .interfaces, index: network.sequence)
    return (0..<random.below(4)).map { position in
      let id = SandboxID(from: &random)
      let kind = random.pick(Self.kinds)
      let region = random.pick(Self.regions)
      let createdAt = network.createdAt.advanced(bySeconds: 30 + 600 * position + random.below(600))
      let start = random.chance(1.0 / 16) ? max(createdAt, firstRequest) : createdAt
      let provisioningAt = start.advanced(bySeconds: 5 + random.below(25))
      return InterfaceRecord(
        id: id,
        networkID: network.id,
        name: "\(kind.prefix)-\(region.code)-\(position + 1)",
        type: kind.type,
        region: region,
        createdAt: createdAt,
        provisioningAt: provisioningAt,
        provisionedAt: provisioningAt.advanced(bySeconds: 10 + random.below(50))
      )
    }
  }

  /// Most names are as people give them to networks; one in 16 is of those that break clients. The index makes each unique.
  private func name(_ index: Int, _ random: inout SandboxRandom) -> String {
    let digits = String(index)
    let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    guard random.chance(1.0 / 16) else {
      return "\(random.pick(Self.sites))-\(random.pick(Self.roles))-\(number)"
    }
    return "\(random.pick(Self.oddNames)) \(number)"
  }

  private static let sites = [
    "ams", "dfw", "fra", "gru", "iad", "lon", "mad", "nrt", "ord", "par", "sin", "sjc", "syd",
  ]
  private static let roles = ["backbone", "core", "edge", "iot", "lab", "pbx", "sip", "staging", "voice", "vpn"]

  /// The two cafés differ: one é is composed (NFC), the other is an e and an accent (NFD).
  private static let oddNames = [
    "C++ build farm", "Zürich – Genève", "東京ラボ", "\"quoted\" lab", "O'Brien & Sons", "50% trial / demo",
    "back\\slash", "Caf\u{E9} Wi-Fi", "Cafe\u{301} Wi-Fi", "satellite 🛰 uplink", "a=b?c#d", "two  spaces",
  ]

  private static let kinds = [
    (type: "wireguard_interface", prefix: "wg"),
    (type: "public_internet_gateway", prefix: "pig"),
    (type: "virtual_cross_connect", prefix: "vxc"),
  ]

  private static let regions = [
    SandboxRegion.ashburn,
    SandboxRegion(code: "amsterdam-nl", name: "Amsterdam"),
    SandboxRegion(code: "chicago-il", name: "Chicago"),
    SandboxRegion(code: "frankfurt-de", name: "Frankfurt"),
    SandboxRegion(code: "london-uk", name: "London"),
    SandboxRegion(code: "san-jose-ca", name: "San Jose"),
    SandboxRegion(code: "sydney-au", name: "Sydney"),
  ]
}
