import Hummingbird
import NetsyncModel
import NetsyncReplica

/// The list of interfaces, searched.
struct InterfacesView: Sendable {
  let title = "Interfaces"
  let isInterfaces = true
  let showsNetwork = true
  let query: String
  let found: String
  let interfaces: [InterfaceRow]
}

/// An interface in a list.
struct InterfaceRow: Sendable {
  let network: String
  let networkID: String
  let name: String
  let type: String
  let status: String
  let isProvisioned: Bool
  let region: String
  let asOf: Moment

  init(_ interface: NetworkInterface, now: Timestamp) {
    let document = interface.document
    network = interface.networkName.words(or: "(no name)")
    networkID = interface.networkID.text
    name = (document.name ?? document.id).madeVisible
    type = document.type?.madeVisible ?? "-"
    status = document.status?.madeVisible ?? "-"
    isProvisioned = document.status == "provisioned"
    region = (document.regionName ?? document.regionCode)?.madeVisible ?? "-"
    asOf = Moment(interface.asOf, now: now)
  }
}

extension Page {
  func interfaces(_ search: Search) throws -> Response {
    let now = replica.now()
    var filter = InterfaceFilter()
    filter.text = search.text
    filter.region = search.region
    filter.limit = Self.rows + 1
    let interfaces = try replica.interfaces(filter)
    let isLast = interfaces.count <= Self.rows
    return templates.page(
      "interfaces",
      InterfacesView(
        query: search.text ?? "",
        found: found(
          min(interfaces.count, Self.rows),
          "interface",
          of: try replica.status().interfaces,
          isFirst: true,
          isLast: isLast
        ) + (isLast ? "" : " Search for fewer."),
        interfaces: interfaces.prefix(Self.rows).map { InterfaceRow($0, now: now) }
      )
    )
  }
}
