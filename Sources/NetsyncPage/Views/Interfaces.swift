import Hummingbird
import NetsyncModel
import NetsyncReplica

/// The list of interfaces, searched.
struct InterfacesView: Sendable {
  let title = "Interfaces"
  let isInterfaces = true
  let showsNetwork = true
  let query: String
  let region: String
  let found: String
  let interfaces: [InterfaceRow]
  /// The number of the page behind this one; nil where this is the last.
  let next: Int?
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
    let page = max(0, min(search.page ?? 0, Self.mostPages))
    filter.limit = (page + 1) * Self.rows + 1
    let found = try replica.interfaces(filter).dropFirst(page * Self.rows)
    let shown = found.prefix(Self.rows)
    let isLast = found.count <= Self.rows
    return templates.page(
      "interfaces",
      InterfacesView(
        query: search.text ?? "",
        region: search.region ?? "",
        found: self.found(
          shown.count,
          "interface",
          of: try replica.status().interfaces,
          isFirst: page == 0,
          isLast: isLast
        ),
        interfaces: shown.map { InterfaceRow($0, now: now) },
        next: isLast ? nil : page + 1
      )
    )
  }
}
