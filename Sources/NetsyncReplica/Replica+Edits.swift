import GRDB
package import NetsyncModel
import NetsyncReconcile

/// What an edit did.
package enum EditReceipt: Hashable, Sendable {
  /// It waits under this number. `replacing` is an earlier edit that it took in.
  case queued(EditNumber, NetworkKey, replacing: EditNumber?)
  /// It undid an edit that had not been sent; nothing is left to send.
  case takenBack(EditNumber)
  /// It asks for what is already so.
  case nothingToDo
}

extension Replica {
  /// Queues a new network. It is visible at once, under a local id that resolves for ever (R2).
  package func create(_ name: NetworkName, localID: LocalID) throws(ReplicaError) -> EditReceipt {
    let editedAt = now()
    return try write(.queueCreate) { database in
      let (edit, network) = try database.create(name, localID: localID, at: editedAt)
      return .queued(edit, network, replacing: nil)
    }
  }

  /// Queues a rename or a delete: one transaction, merged with what waits already (R11).
  package func edit(_ network: NetworkKey, _ intent: Intent) throws(ReplicaError) -> EditReceipt {
    let editedAt = now()
    return try write(.queueEdit) { database in try database.edit(network, intent, at: editedAt) }
  }

  /// Takes an edit back. One that may have reached the server cannot be.
  package func discard(_ edit: EditNumber) throws(ReplicaError) -> NetsyncModel.Operation {
    let discardedAt = now()
    return try write(.discardEdit) { database in
      let operation = try database.open(edit)
      guard !operation.state.isInFlight else {
        throw ReplicaError.notPossible(edit, state: operation.state.word)
      }
      try database.discard(operation, as: .discarded, at: discardedAt)
      return operation
    }
  }

  /// Makes an edit due now: a waiting one at once, a refused one again, one in doubt because its user says that none of the
  /// candidates is it.
  package func retry(_ edit: EditNumber) throws(ReplicaError) -> NetsyncModel.Operation {
    let retriedAt = now()
    return try write(.retryEdit) { database in
      let operation = try database.open(edit)
      switch operation.state {
      case .waiting, .held:
        try database.setState(.waiting(notBefore: nil), of: edit, at: retriedAt)
      case .inDoubt:
        try database.returnToQueue(operation, at: retriedAt)
      case .refused:
        try database.removeOperation(edit)
        try database.insertOperation(
          edit: edit,
          operation.intent,
          of: operation.network,
          base: operation.base,
          editedAt: operation.editedAt,
          attempts: operation.attempts
        )
      case .sending, .conflict:
        throw ReplicaError.notPossible(edit, state: operation.state.word)
      }
      return operation
    }
  }
}

extension QueuedEdit {
  init(_ operation: NetsyncModel.Operation) {
    let conflict: ConflictKind? = if case .conflict(let kind) = operation.state { kind } else { nil }
    self.init(
      operation.intent,
      base: operation.base,
      isRefused: operation.state == .refused,
      conflict: conflict,
      mayHaveArrived: operation.sentName != nil
    )
  }
}

extension Database {
  /// Puts in a new network and the edit that makes it at the server.
  func create(
    _ name: NetworkName,
    localID: LocalID,
    _ evidence: Evidence = Evidence(),
    at now: Timestamp
  ) throws -> (edit: EditNumber, network: NetworkKey) {
    try run("INSERT INTO network (local_id) VALUES (?)", arguments: [localID.text])
    let network = NetworkKey(rawValue: lastInsertedRowID)
    let edit = try insertOperation(.create(name), of: network, base: nil, editedAt: now)
    try journalEdit(.create(name), edit, network, before: nil, evidence, at: now)
    return (edit, network)
  }

  /// Merges an edit into the outbox, as ``coalesce(_:onto:)`` says.
  func edit(
    _ network: NetworkKey,
    _ intent: Intent,
    _ evidence: Evidence = Evidence(),
    at now: Timestamp
  ) throws -> EditReceipt {
    let operations = try operations(of: network)
    let queued = operations.last { !$0.state.isInFlight }
    let standing = EditStanding(
      base: try base(of: network).map { EditBase(name: $0.name, updatedAt: $0.updatedAt) },
      queued: queued.map(QueuedEdit.init),
      inFlight: operations.first { $0.state.isInFlight }?.intent
    )
    let before = operations.last { $0.state != .refused }?.intent.name ?? standing.base?.name
    guard standing.base != nil || !operations.isEmpty else { throw ReplicaError.networkGone }
    switch coalesce(intent, onto: standing) {
    case .nothing:
      return .nothingToDo
    case .alreadyDeleted:
      throw ReplicaError.deletionWaits(try required(operations.last?.edit, "edit"))
    case .cancel:
      let taken = try required(queued, "queued edit")
      try discard(taken, as: .superseded, evidence, at: now)
      return .takenBack(taken.edit)
    case .queue(let merged, let base, let conflict):
      if let queued { try removeOperation(queued.edit) }
      let edit = try insertOperation(merged, of: network, base: base, sentName: queued?.sentName, editedAt: now)
      if let queued { try journalOutcome(.superseded, of: queued, Evidence(supersededBy: edit), at: now) }
      if let conflict { try setState(.conflict(conflict), of: edit, at: now) }
      try journalEdit(intent, edit, network, before: before, evidence, at: now)
      return .queued(edit, network, replacing: queued?.edit)
    }
  }

  func open(_ edit: EditNumber) throws -> NetsyncModel.Operation {
    guard let operation = try operation(edit) else { throw ReplicaError.noEdit(edit) }
    return operation
  }

  /// The last accepted server document of a network.
  func base(of network: NetworkKey) throws -> NetworkDocument? {
    try row("SELECT * FROM network WHERE network_key = ?", arguments: [network.rawValue], NetworkDocument.init)
  }

  /// Drops an edit. A network that only this edit would have made is gone with it.
  func discard(
    _ operation: NetsyncModel.Operation,
    as kind: JournalChange.Kind,
    _ evidence: Evidence = Evidence(),
    at now: Timestamp
  ) throws {
    let isDeletedThere = operation.state == .conflict(.deletedThere)
    try removeOperation(operation.edit)
    let rest = try operations(of: operation.network).last { $0.state != .refused }?.intent.name
    let left = try rest ?? base(of: operation.network)?.name
    // What is satisfied without having been sent is a deletion of what is gone there.
    let isGone = isDeletedThere || kind == .satisfied
    try journalOutcome(kind, of: operation, after: isGone ? nil : left, evidence, at: now)
    if operation.intent.action == .create { try markGone(operation.network, .neverSent, at: now) }
    if isDeletedThere { try acceptDeletion(of: operation, at: now) }
  }

  /// A network that was edited here and deleted there goes after all, on the answer that made it a conflict.
  func acceptDeletion(of operation: NetsyncModel.Operation, at now: Timestamp) throws {
    let evidence = try value(
      String.self,
      "SELECT evidence FROM journal WHERE network_key = ? AND kind = 'conflict' ORDER BY change DESC LIMIT 1",
      arguments: [operation.network.rawValue]
    )
    try removeBase(of: operation.network, evidence: evidence ?? "{}", at: now)
  }

  enum GoneCause: String {
    case deletedHere = "deleted_here"
    case deletedThere = "deleted_there"
    case neverSent = "never_sent"
  }

  /// Leaves a tombstone: ids still resolve, nothing lists the network, its interfaces go.
  func markGone(_ network: NetworkKey, _ cause: GoneCause, at now: Timestamp) throws {
    try forgetFingerprint(of: network)
    try run(
      """
      UPDATE network SET gone_at_us = ?, gone_cause = ?, seen_page = NULL, interfaces_as_of_us = NULL
      WHERE network_key = ?
      """,
      arguments: [now.microseconds, cause.rawValue, network.rawValue]
    )
    try run("DELETE FROM network_interface WHERE network_key = ?", arguments: [network.rawValue])
  }
}
