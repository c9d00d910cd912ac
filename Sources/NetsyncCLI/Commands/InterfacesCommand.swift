import ArgumentParser
import Netsync
import NetsyncReplica

/// `netsync interfaces`: cached, each row with its age.
struct InterfacesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interfaces",
    abstract: "List the interfaces of networks, as last pulled.",
    subcommands: [List.self, Show.self]
  )

  struct List: NetsyncVerb {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List interfaces.")
    static let answersWithRows = true

    @Option(help: ArgumentHelp("Only this network's.", valueName: "net"), completion: .networks)
    var network: String?
    @Option(help: ArgumentHelp("Only names that hold this, letters' case ignored.", valueName: "text"))
    var name: String?
    @Option(help: ArgumentHelp("Only this type.", valueName: "t"))
    var type: String?
    @Option(help: ArgumentHelp("Only this status.", valueName: "s"))
    var status: String?
    @Option(help: ArgumentHelp("Only this region code.", valueName: "r"))
    var region: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      var filter = InterfaceFilter()
      if let network { filter.network = try session.find(network, in: replica).key }
      filter.name = name
      filter.type = type
      filter.status = status
      filter.region = region
      let interfaces = try session.step { () throws(ReplicaError) in try replica.interfaces(filter) }
      try await session.list(interfaceColumns, interfaces.map(\.cells))
      if interfaces.isEmpty { session.note("No interfaces.") }
    }
  }

  struct Show: NetsyncVerb {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one interface.")
    static let answersWithRows = true

    @Argument(help: ArgumentHelp("Id, or a unique prefix of it of 4 or more characters.", valueName: "id"))
    var id: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let replica = try session.open()
      let all = try session.step { () throws(ReplicaError) in try replica.interfaces() }
      let exact = all.filter { $0.document.id == id || $0.document.name == id }
      let found = exact.isEmpty && id.utf8.count >= 4 ? all.filter { $0.document.id.hasPrefix(id) } : exact
      guard let interface = found.first, found.count == 1 else {
        throw UserMessage.usage(
          found.isEmpty ? "no interface is called \(id)" : "\(id) may be \(String(found.count)) interfaces",
          why: found.isEmpty
            ? "an interface is named by its id, a prefix of it, or its exact name"
            : "these answer to it: \(found.prefix(10).map(\.label).joined(separator: ", "))",
          next: "netsync interfaces list"
        )
      }
      try await session.show(interfaceColumns, interface.cells)
    }
  }
}

private let interfaceColumns: [Listing.Column] = [
  .init("id", header: "ID", visibility: .wide, isIdentifier: true),
  .init("network_id", header: "NETWORK ID", visibility: .wide),
  .init("network_name", header: "NETWORK", isFlexible: true),
  .init("name", header: "NAME", isFlexible: true),
  .init("type", header: "TYPE"),
  .init("status", header: "STATUS"),
  .init("region_code", header: "REGION"),
  .init("region_name", header: "REGION NAME", visibility: .wide),
  .init("created_at", header: "CREATED", visibility: .wide),
  .init("updated_at", header: "UPDATED", visibility: .wide),
  .init("record_type", visibility: .hidden),
  .init("as_of", header: "AS OF"),
]

extension NetworkInterface {
  /// Its id, and its names beside it.
  fileprivate var label: String {
    "\(document.id) (\(document.name ?? "without a name"), of \(networkName?.text ?? networkID.text))"
  }

  fileprivate var cells: Listing.Row {
    let age = RelativeTime.text(of: asOf.microseconds, now: Timestamp.now.microseconds)
    return [
      .init(.string(document.id)),
      .init(.string(networkID.text)),
      .init(JSONText(networkName?.text)),
      .init(JSONText(document.name)),
      .init(JSONText(document.type)),
      .init(JSONText(document.status)),
      .init(JSONText(document.regionCode)),
      .init(JSONText(document.regionName)),
      .init(JSONText(document.createdAt)),
      .init(JSONText(document.updatedAt)),
      .init(JSONText(document.recordType)),
      .init(.string(asOf.rfc3339), text: age),
    ]
  }
}
