import FoundationEssentials
import HTTPTypes
import NetsyncAPI
import NetsyncModel

/// A request, as the simulated network and the checker see it.
struct Call: Hashable, Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case list = "listing networks"
    case listNamesakes = "listing namesakes"
    case look = "looking at one network"
    case listInterfaces = "listing interfaces"
    case create = "creating"
    case rename = "renaming"
    case delete = "deleting"

    var isWrite: Bool {
      switch self {
      case .create, .rename, .delete: true
      case .list, .listNamesakes, .look, .listInterfaces: false
      }
    }
  }

  let kind: Kind
  /// The network that it is about.
  let id: String?
  /// The name that it asks for.
  let name: NetworkName?

  init(_ request: TransportRequest) {
    let path = request.head.path ?? ""
    let parts = path.prefix { $0 != "?" }.split(separator: "/")
    id = parts.count > 2 ? String(parts[2]) : nil
    name = Self.name(in: request.body)
    switch request.head.method {
    case .post: kind = .create
    case .patch: kind = .rename
    case .delete: kind = .delete
    default:
      if parts.count > 3 {
        kind = .listInterfaces
      } else if parts.count > 2 {
        kind = .look
      } else {
        kind = path.contains("filter") ? .listNamesakes : .list
      }
    }
  }

  private static func name(in body: [UInt8]) -> NetworkName? {
    guard !body.isEmpty, let wish = try? JSONDecoder().decode([String: String].self, from: Data(body)) else {
      return nil
    }
    return wish["name"].map { NetworkName($0) }
  }

  var description: String {
    [kind.rawValue, id.map { String($0.prefix(8)) }, name?.text].compactMap(\.self).joined(separator: " ")
  }
}
