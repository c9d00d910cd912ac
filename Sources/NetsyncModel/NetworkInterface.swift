/// An interface of a network as the server answered it. Read-only; status, type and region are open sets (R15).
///
/// Source: the Networks API, `GET /networks/{id}/network_interfaces`.
public struct NetworkInterfaceDocument: Hashable, Sendable {
  /// Never put into a path, so any text will do.
  public var id: String
  public var name: String?
  public var type: String?
  public var status: String?
  public var regionCode: String?
  public var regionName: String?
  public var createdAt: String?
  public var updatedAt: String?
  public var recordType: String?
  /// The fields that this version does not know, as one JSON object with sorted keys; nil where there are none.
  public var unknownFields: String?

  public init(
    id: String,
    name: String? = nil,
    type: String? = nil,
    status: String? = nil,
    regionCode: String? = nil,
    regionName: String? = nil,
    createdAt: String? = nil,
    updatedAt: String? = nil,
    recordType: String? = nil,
    unknownFields: String? = nil
  ) {
    self.id = id
    self.name = name
    self.type = type
    self.status = status
    self.regionCode = regionCode
    self.regionName = regionName
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.recordType = recordType
    self.unknownFields = unknownFields
  }
}

/// A cached interface with the network it belongs to and its age.
public struct NetworkInterface: Hashable, Sendable {
  public let document: NetworkInterfaceDocument
  public let networkID: NetworkID
  /// The network's name as people see it here, local edits included.
  public let networkName: NetworkName?
  /// When the list it stands in was walked.
  public let asOf: Timestamp

  package init(
    document: NetworkInterfaceDocument,
    networkID: NetworkID,
    networkName: NetworkName?,
    asOf: Timestamp
  ) {
    self.document = document
    self.networkID = networkID
    self.networkName = networkName
    self.asOf = asOf
  }
}
