package import HTTPTypes

/// What a request is about; tests that bound the work of a client count by it.
package enum SandboxRequestKind: String, Sendable, CaseIterable {
  /// `GET /networks`
  case listNetworks
  /// `POST /networks`
  case createNetwork
  /// `GET /networks/{id}`
  case retrieveNetwork
  /// `PATCH /networks/{id}`
  case renameNetwork
  /// `DELETE /networks/{id}`
  case deleteNetwork
  /// `GET /networks/{id}/network_interfaces`
  case listInterfaces
  /// Whatever is none of the API's six operations.
  case other

  /// By method and path alone: what the request asks for, whether or not it will be granted.
  package init(of request: HTTPRequest) {
    self = SandboxCall.read(request).kind
  }

  /// Whether an answer to it can be lost after a change was made.
  package var isWrite: Bool {
    switch self {
    case .createNetwork, .renameNetwork, .deleteNetwork: true
    case .listNetworks, .retrieveNetwork, .listInterfaces, .other: false
    }
  }
}

/// How many requests have arrived, in all and of each kind; those that a fault swallowed are among them.
package struct SandboxRequestCount: Sendable, Equatable {
  private var counts: [SandboxRequestKind: Int] = [:]

  /// Requests of every kind.
  package private(set) var total = 0

  /// Requests of one kind.
  package subscript(kind: SandboxRequestKind) -> Int { counts[kind, default: 0] }

  mutating func add(_ kind: SandboxRequestKind) {
    counts[kind, default: 0] += 1
    total += 1
  }
}

/// One of the API's six operations, found by method and path. Ids are read but not looked up, queries are not read.
enum SandboxCall: Sendable {
  case listNetworks(query: Substring)
  case createNetwork
  case retrieveNetwork(SandboxID)
  case renameNetwork(SandboxID)
  case deleteNetwork(SandboxID)
  case listInterfaces(SandboxID, query: Substring)

  /// Which operation a request asks for, or why there is none; read once for each request.
  static func read(_ request: HTTPRequest) -> Result<SandboxCall, SandboxRefusal> {
    Result { () throws(SandboxRefusal) in try SandboxCall(request) }
  }

  private init(_ request: HTTPRequest) throws(SandboxRefusal) {
    let target = (request.path ?? "").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = target.first ?? ""
    let query = target.count == 2 ? target[1] : ""
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    guard segments.starts(with: ["", "v2", "networks"]) else { throw .notFound }

    switch segments.count {
    case 3:
      self = try Self.onCollection(request.method, query)
    case 4:
      self = try Self.onNetwork(try Self.id(segments[3]), request.method)
    case 5 where segments[4] == "network_interfaces":
      guard request.method == .get else { throw .methodNotAllowed(allowed: "GET") }
      self = .listInterfaces(try Self.id(segments[3]), query: query)
    default:
      throw .notFound
    }
  }

  var kind: SandboxRequestKind {
    switch self {
    case .listNetworks: .listNetworks
    case .createNetwork: .createNetwork
    case .retrieveNetwork: .retrieveNetwork
    case .renameNetwork: .renameNetwork
    case .deleteNetwork: .deleteNetwork
    case .listInterfaces: .listInterfaces
    }
  }

  private static func onCollection(
    _ method: HTTPRequest.Method,
    _ query: Substring
  ) throws(SandboxRefusal) -> SandboxCall {
    switch method {
    case .get: return .listNetworks(query: query)
    case .post: return .createNetwork
    default: throw .methodNotAllowed(allowed: "GET, POST")
    }
  }

  private static func onNetwork(
    _ id: SandboxID,
    _ method: HTTPRequest.Method
  ) throws(SandboxRefusal) -> SandboxCall {
    switch method {
    case .get: return .retrieveNetwork(id)
    case .patch: return .renameNetwork(id)
    case .delete: return .deleteNetwork(id)
    default: throw .methodNotAllowed(allowed: "GET, PATCH, DELETE")
    }
  }

  /// What is no UUID can be no network's id, and is answered like an id that nobody has.
  private static func id(_ segment: Substring) throws(SandboxRefusal) -> SandboxID {
    guard let id = SandboxID(segment) else { throw .notFound }
    return id
  }
}

extension Result<SandboxCall, SandboxRefusal> {
  var kind: SandboxRequestKind {
    switch self {
    case .success(let call): call.kind
    case .failure: .other
    }
  }
}
