/// A network as the server answered it. Every field but the id may be missing (R15).
///
/// Source: the Networks API, `GET /networks/{id}`.
public struct NetworkDocument: Hashable, Sendable {
  public var id: NetworkID
  public var name: NetworkName?
  public var createdAt: ServerStamp?
  public var updatedAt: ServerStamp?
  public var recordType: String?
  /// The fields that this version does not know, as one JSON object with sorted keys; nil where there are none.
  public var unknownFields: String?

  public init(
    id: NetworkID,
    name: NetworkName?,
    createdAt: ServerStamp? = nil,
    updatedAt: ServerStamp? = nil,
    recordType: String? = nil,
    unknownFields: String? = nil
  ) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.recordType = recordType
    self.unknownFields = unknownFields
  }
}

/// A network as people and programs read it: base and intents together (R1).
public struct Network: Hashable, Sendable {
  /// nil until the server has named it.
  public let id: NetworkID?
  /// nil for a network that was not made here.
  public let localID: LocalID?
  /// nil where the server gave none.
  public let name: NetworkName?
  public let state: NetworkState
  /// The server's own strings.
  public let createdAt: String?
  public let updatedAt: String?
  public let recordType: String?
  /// How many interfaces are cached; nil where they were never pulled.
  public let interfaces: Int?
  /// When the server was last seen to have it so; nil for one that is not there yet.
  public let asOf: Timestamp?

  package let key: NetworkKey

  package init(
    key: NetworkKey,
    id: NetworkID?,
    localID: LocalID?,
    name: NetworkName?,
    state: NetworkState,
    createdAt: String?,
    updatedAt: String?,
    recordType: String?,
    interfaces: Int?,
    asOf: Timestamp?
  ) {
    self.key = key
    self.id = id
    self.localID = localID
    self.name = name
    self.state = state
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.recordType = recordType
    self.interfaces = interfaces
    self.asOf = asOf
  }
}

/// Where a network stands between here and the server.
public enum NetworkState: String, CaseIterable, Sendable {
  /// Here and there are the same, as far as the last answer tells.
  case synced
  /// An edit waits to be sent.
  case waiting
  /// An edit is on its way.
  case sending
  /// A create was sent and not answered.
  case inDoubt = "in_doubt"
  /// Both sides changed it, or one deleted it; a person decides.
  case conflict
  /// A guard holds its edit until a person approves.
  case held
  /// The server refused its edit; the list shows the server's side.
  case refused
  /// Its deletion waits; listed on demand only.
  case deleting
}
