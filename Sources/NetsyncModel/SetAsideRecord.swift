/// A record of a listing that cannot be understood, and so was set aside: whatever it is, it stops no other record (R15).
public struct SetAsideRecord: Hashable, Sendable {
  /// Whose interfaces the listing has; nil for the listing of networks.
  public var network: NetworkID?
  /// Both count from 1; the position is that on the page.
  public var page: Int
  public var position: Int
  public var fault: RecordFault

  public init(network: NetworkID? = nil, page: Int, position: Int, fault: RecordFault) {
    self.network = network
    self.page = page
    self.position = position
    self.fault = fault
  }
}

/// Why a record cannot be understood. Whatever else is odd about one, its other fields count as missing.
public enum RecordFault: String, CaseIterable, Error, Sendable {
  case noObject = "no_object"
  case noID = "no_id"
  /// Of a network, whose id goes into paths.
  case idNoUUID = "id_no_uuid"
}
