import NetsyncModel
import Testing

extension Timestamp {
  /// Seconds after an instant that no test is about.
  static func at(_ seconds: Int64) -> Timestamp {
    Timestamp(microseconds: (1_780_000_000 + seconds) * 1_000_000)
  }
}

extension ServerClock {
  /// The host's own.
  static let exact = ServerClock(offset: .zero, uncertainty: .zero)
}

extension ServerStamp {
  static func at(_ seconds: Int64) -> ServerStamp { ServerStamp(Timestamp.at(seconds).rfc3339) }
}

extension NetworkID {
  /// One of ten ids.
  static func sample(_ digit: Int = 1) throws -> NetworkID {
    try #require(NetworkID("00000000-0000-4000-8000-00000000000\(digit)"))
  }
}

extension NetworkDocument {
  /// A network that was created and last changed at second 0.
  static func sample(
    _ digit: Int = 1,
    name: String = "a",
    createdAt: ServerStamp? = .at(0),
    updatedAt: ServerStamp? = .at(0),
    unknownFields: String? = nil
  ) throws -> NetworkDocument {
    NetworkDocument(
      id: try .sample(digit),
      name: NetworkName(name),
      createdAt: createdAt,
      updatedAt: updatedAt,
      recordType: "network",
      unknownFields: unknownFields
    )
  }
}

extension OutboxOperation {
  /// An edit of a network of its own, unless another is given.
  static func sample(
    _ edit: Int64,
    of network: Int64? = nil,
    _ intent: Intent = .rename(to: NetworkName("b")),
    _ state: OperationState = .waiting(notBefore: nil)
  ) -> OutboxOperation {
    OutboxOperation(
      edit: EditNumber(rawValue: edit),
      network: NetworkKey(rawValue: network ?? 1_000 + edit),
      intent: intent,
      editedAt: .at(0),
      state: state
    )
  }
}
