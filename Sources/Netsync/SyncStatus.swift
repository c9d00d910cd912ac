public import NetsyncModel
import NetsyncReplica

/// How a replica stands, of one moment.
public struct SyncStatus: Hashable, Sendable {
  /// Nothing waits, nothing is held, and the last pull was complete.
  public let isInSync: Bool
  /// As a list of the networks has them: without those whose deletion waits.
  public let networks: Int
  /// Cached interfaces, as the last pull found them.
  public let interfaces: Int
  /// When the last complete pull began, on this host's clock; nil before there was one.
  public let completeAsOf: Timestamp?
  /// The open edits, refused ones included.
  public let outbox: OutboxCounts

  /// Conflicts that wait for a person.
  public var conflicts: Int { outbox.conflict }

  init(_ status: ReplicaStatus) {
    isInSync = status.isInSync
    networks = status.networks
    interfaces = status.interfaces
    completeAsOf = status.completeAsOf
    outbox = OutboxCounts(status.outbox)
  }
}

/// How many edits are in which state. ``OperationState`` tells the states apart.
public struct OutboxCounts: Hashable, Sendable {
  /// To be sent.
  public let waiting: Int
  /// On their way.
  public let sending: Int
  /// Creates without an answer.
  public let inDoubt: Int
  /// Both sides changed the network; a person decides.
  public let conflict: Int
  /// A guard waits for a person.
  public let held: Int
  /// Refused by the server for good.
  public let refused: Int

  /// All of them.
  public var total: Int { waiting + sending + inDoubt + conflict + held + refused }

  /// - Parameter counts: by ``OperationState/word``.
  init(_ counts: [OperationState.Word: Int]) {
    waiting = counts[.waiting, default: 0]
    sending = counts[.sending, default: 0]
    inDoubt = counts[.inDoubt, default: 0]
    conflict = counts[.conflict, default: 0]
    held = counts[.held, default: 0]
    refused = counts[.refused, default: 0]
  }
}

extension NetworkReplica {
  /// How the replica stands now.
  ///
  /// - Throws: ``NetsyncError/damaged(path:reason:)``, ``NetsyncError/storage(path:reason:)``.
  public func status() throws(NetsyncError) -> SyncStatus {
    SyncStatus(try step { replica throws(ReplicaError) in try replica.status() })
  }

  /// How the replica stands, now and after every change of it. See ``Updates``.
  public func statusUpdates() -> Updates<SyncStatus> {
    Updates(of: self) { owner throws(NetsyncError) in try owner.status() }
  }
}
