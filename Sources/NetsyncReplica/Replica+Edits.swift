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
      try database.run("INSERT INTO network (local_id) VALUES (?)", arguments: [localID.text])
      let network = NetworkKey(rawValue: database.lastInsertedRowID)
      let edit = try database.insertOperation(.create(name), of: network, base: nil, editedAt: editedAt)
      try database.journalEdit(.create(name), edit, network, before: nil, at: editedAt)
      return .queued(edit, network, replacing: nil)
    }
  }

  /// Queues a rename or a delete: one transaction, merged with what waits already (R11).
  package func edit(_ network: NetworkKey, _ intent: Intent) throws(ReplicaError) -> EditReceipt {
    let editedAt = now()
    return try write(.queueEdit) { database in
      let operations = try database.operations(of: network)
      let queued = operations.last { !$0.state.isInFlight }
      let standing = EditStanding(
        base: try database.base(of: network).map { EditBase(name: $0.name, updatedAt: $0.updatedAt) },
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
        try database.discard(taken, as: .superseded, at: editedAt)
        return .takenBack(taken.edit)
      case .queue(let merged, let base, let conflict):
        if let queued {
          try database.removeOperation(queued.edit)
          try database.journalOutcome(.superseded, of: queued, Evidence(), at: editedAt)
        }
        let edit = try database.insertOperation(
          merged,
          of: network,
          base: base,
          sentName: queued?.sentName,
          editedAt: editedAt
        )
        if let conflict { try database.setState(.conflict(conflict), of: edit, at: editedAt) }
        try database.journalEdit(intent, edit, network, before: before, at: editedAt)
        return .queued(edit, network, replacing: queued?.edit)
      }
    }
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

extension OperationState {
  /// A request may be on its way, or may have arrived.
  package var isInFlight: Bool {
    switch self {
    case .sending, .inDoubt: true
    case .waiting, .conflict, .held, .refused: false
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
  func open(_ edit: EditNumber) throws -> NetsyncModel.Operation {
    guard let operation = try operation(edit) else { throw ReplicaError.noEdit(edit) }
    return operation
  }

  /// The last accepted server document of a network.
  func base(of network: NetworkKey) throws -> NetworkDocument? {
    try row("SELECT * FROM network WHERE network_key = ?", arguments: [network.rawValue])
      .flatMap(NetworkDocument.init)
  }

  /// Drops an edit. A network that only this edit would have made is gone with it.
  func discard(_ operation: NetsyncModel.Operation, as kind: JournalKind, at now: Timestamp) throws {
    try removeOperation(operation.edit)
    try journalOutcome(kind, of: operation, Evidence(), at: now)
    if operation.intent.action == .create { try markGone(operation.network, .neverSent, at: now) }
    if operation.state == .conflict(.deletedThere) { try markGone(operation.network, .deletedThere, at: now) }
  }

  func journalEdit(
    _ intent: Intent,
    _ edit: EditNumber,
    _ network: NetworkKey,
    before: NetworkName?,
    at now: Timestamp
  ) throws {
    let kind: JournalKind =
      switch intent {
      case .create: .created
      case .rename: .renamed
      case .delete: .deleted
      }
    try journal(
      JournalEntry(side: .local, kind: kind, network: network, edit: edit, before: before, after: intent.name),
      evidence: "{}",
      at: now
    )
  }

  /// What became of an edit: before is what it wanted, after is what is so now, where there is such a thing.
  func journalOutcome(
    _ kind: JournalKind,
    of operation: NetsyncModel.Operation,
    after: NetworkName? = nil,
    _ evidence: Evidence,
    at now: Timestamp
  ) throws {
    try journal(
      JournalEntry(
        side: .local,
        kind: kind,
        network: operation.network,
        edit: operation.edit,
        before: operation.intent.name,
        after: after
      ),
      evidence: evidence.json,
      at: now
    )
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
