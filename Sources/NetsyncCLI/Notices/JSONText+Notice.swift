import Netsync
import NetsyncReconcile
import NetsyncReplica

extension JSONText {
  /// How many of its edits a notice shows.
  private static let mostEdits = 100

  /// `netsync.notice/1`: what has come about, and how the replica stands.
  init(_ notice: Notice, _ event: NoticeEvent, of replica: Replica) throws {
    let edits = notice.edits.sorted()
    let clock = try replica.meta().clock
    let projection = try Projection(outboxColumns, fields: nil)
    let rows = try edits.prefix(Self.mostEdits).compactMap { try replica.operation($0) }
    let status = try replica.status()
    self = [
      "schema": "netsync.notice/1",
      "event": .string(event.rawValue),
      "at": .string(replica.now().rfc3339),
      "replica": .string(replica.path),
      "edits": .array(rows.map { .object(projection.members(of: $0.cells(clock: clock))) }),
      "edits_total": JSONText(edits.count),
      "held_networks": JSONText(notice.heldNetworks),
      "failed_pulls": JSONText(status.failing?.count ?? 0),
      "failing_since": JSONText(status.failing?.since.rfc3339),
      "status": .string(status.headline),
    ]
  }
}

extension Notice {
  fileprivate var edits: Set<EditNumber> {
    switch self {
    case .conflict(let edits), .held(let edits, networks: _), .refused(let edits): edits
    case .alarm, .recovered: []
    }
  }

  fileprivate var heldNetworks: Int {
    if case .held(_, let networks) = self { networks } else { 0 }
  }
}
