import GRDB
package import NetsyncModel
package import NetsyncReconcile

/// What became of an operation, for counting.
package enum SettledAs: Hashable, Sendable {
  case landed, waiting, inDoubt, conflict, refused
  /// The server does not have the network any more, and a delete waited behind the operation: nothing is left to send.
  case agreed
}

extension Replica {
  /// Puts right what a process that died left behind: a create on its way is in doubt, anything else waits (R13).
  ///
  /// Only for the holder of the sync lock: nobody else sends.
  package func recover() throws(ReplicaError) {
    let isNeeded = try read { database in
      try database.value(Bool.self, "SELECT EXISTS (SELECT 1 FROM operation WHERE state = 'sending')") ?? false
    }
    guard isNeeded else { return }
    let recoveredAt = now()
    try write(.recover) { database in
      for operation in try database.operations() {
        guard case .sending(let arming) = operation.state else { continue }
        switch NetsyncReconcile.recover(operation.intent) {
        case .wait:
          try database.returnToQueue(operation, at: recoveredAt)
        case .doubt:
          let arming = try required(arming, "arming")
          try database.setDoubt(Doubt(arming: arming, nextLook: arming.notBefore), of: operation.edit)
        }
      }
    }
  }

  /// Writes down that an operation is about to be sent, before a byte of it is (R6, R13).
  ///
  /// - Parameter arming: for a create.
  /// - Returns: false where the operation is no longer the one that was read: edited, discarded or held meanwhile.
  package func arm(_ operation: NetsyncModel.Operation, _ arming: Arming?) throws(ReplicaError) -> Bool {
    try write(.arm) { database in
      guard let current = try database.operation(operation.edit), case .waiting = current.state,
        current.intent == operation.intent, !(try database.hasInFlight(operation.network))
      else { return false }
      try database.run(
        """
        UPDATE operation SET state = 'sending', not_before_us = NULL, attempts = attempts + 1, armed_at_us = ?,
          armed_known = ?, looks = 0, first_look_us = NULL, next_look_us = NULL, candidates = NULL,
          sent_name = CASE action WHEN 'rename' THEN name ELSE sent_name END
        WHERE edit = ?
        """,
        arguments: [
          arming?.notBefore.microseconds, arming.map { idList($0.known) }, operation.edit.rawValue,
        ]
      )
      return true
    }
  }

  /// Carries out what was decided about an operation's answer, in one transaction (R13).
  ///
  /// - Parameters:
  ///   - wait: what ``PushDecision/retry(after:)`` comes to, with the backoff.
  ///   - serverNow: the time on the server's clock: when it acknowledged the operation, or from when on a create in doubt may be looked
  ///     for.
  package func settle(
    _ edit: EditNumber,
    _ decision: PushDecision,
    failure: APIErrorDetail?,
    wait: Duration,
    serverNow: Timestamp,
    evidence: Evidence
  ) throws(ReplicaError) -> SettledAs {
    let settledAt = now()
    return try write(.settle) { database in
      let operation = try database.open(edit)
      try database.recordFailure(failure, of: edit)
      switch decision {
      case .landed(let document?):
        guard try database.isBelievable(document, for: operation, at: settledAt) else {
          try database.setDoubt(Doubt(arming: arming(of: operation), nextLook: serverNow), of: edit)
          return .inDoubt
        }
        try database.land(operation, document, as: .sent, evidence, at: settledAt, serverNow: serverNow)
        return .landed
      case .landed(nil):
        try database.landDeletion(operation, evidence, at: settledAt, serverNow: serverNow)
        return .landed
      case .retry:
        try database.returnToQueue(operation, notBefore: settledAt + wait, at: settledAt)
        return .waiting
      case .stop:
        try database.returnToQueue(operation, at: settledAt)
        return .waiting
      case .doubt:
        try database.setDoubt(Doubt(arming: arming(of: operation), nextLook: serverNow), of: edit)
        return .inDoubt
      case .conflict(let kind):
        guard let merged = try database.returnToQueue(operation, conflict: kind, at: settledAt) else {
          try database.removeBase(of: operation.network, evidence: evidence.json, at: settledAt)
          return .agreed
        }
        try database.setState(.conflict(kind), of: merged, at: settledAt)
        try database.journalOutcome(.conflict, of: operation, evidence, at: settledAt)
        return .conflict
      case .deadLetter(let detail):
        try database.refuse(operation, detail, evidence, at: settledAt)
        return .refused
      }
    }
  }

  private func arming(of operation: NetsyncModel.Operation) throws(ReplicaError) -> Arming {
    guard case .sending(let arming?) = operation.state else {
      throw .notPossible(operation.edit, state: operation.state.word)
    }
    return arming
  }

  /// Carries out what was decided about an unanswered create.
  ///
  /// - Parameter serverNow: the time on the server's clock.
  package func resolve(
    _ edit: EditNumber,
    _ decision: UnknownCreateDecision,
    serverNow: Timestamp,
    evidence: Evidence
  ) throws(ReplicaError) -> SettledAs {
    let resolvedAt = now()
    return try write(.resolveCreate) { database in
      // Its user may have adopted it or sent it again while it was looked for.
      guard let operation = try database.operation(edit), case .inDoubt(let doubt) = operation.state else {
        return .waiting
      }
      switch decision {
      case .adopt(let document):
        try database.land(operation, document, as: .adopted, evidence, at: resolvedAt, serverNow: serverNow)
        return .landed
      case .ask(let candidates):
        try database.setDoubt(
          Doubt(
            arming: doubt.arming,
            looks: doubt.looks,
            firstLook: doubt.firstLook,
            nextLook: doubt.nextLook,
            candidates: candidates
          ),
          of: edit
        )
        return .inDoubt
      case .look(let again, let looks, let first):
        let doubt = Doubt(arming: doubt.arming, looks: looks, firstLook: first, nextLook: again)
        try database.setDoubt(doubt, of: edit)
        return .inDoubt
      case .sendAgain:
        try database.returnToQueue(operation, at: resolvedAt)
        return .waiting
      }
    }
  }

  /// A person says which of its candidates an unanswered create became. Its content comes with the next pull.
  package func adopt(_ edit: EditNumber, _ id: NetworkID) throws(ReplicaError) {
    let adoptedAt = now()
    let clock = try meta().clock
    try write(.adopt) { database in
      let operation = try database.open(edit)
      guard case .inDoubt(let doubt) = operation.state else {
        throw ReplicaError.notPossible(edit, state: operation.state.word)
      }
      guard doubt.candidates.contains(id) else { throw ReplicaError.noCandidate(edit, id) }
      let document = NetworkDocument(id: id, name: operation.intent.name)
      try database.land(
        operation,
        document,
        as: .adopted,
        Evidence(),
        at: adoptedAt,
        serverNow: clock.serverTime(adoptedAt)
      )
    }
  }

  /// Holds the deletes among these edits, or lets them go, as the guard says (R5).
  package func holdDeletes(_ held: Bool, among edits: [EditNumber]) throws(ReplicaError) {
    let list = "[\(edits.map(\.description).joined(separator: ","))]"
    let (before, after) = held ? ("waiting", "held") : ("held", "waiting")
    let isNeeded = try read { database in
      try database.value(
        Bool.self,
        """
        SELECT EXISTS (
          SELECT 1 FROM operation
          WHERE action = 'delete' AND state = ? AND edit IN (SELECT value FROM json_each(?))
        )
        """,
        arguments: [before, list]
      ) ?? false
    }
    guard isNeeded else { return }
    try write(.holdDeletes) { database in
      try database.run(
        """
        UPDATE operation SET state = ?, not_before_us = NULL
        WHERE action = 'delete' AND state = ? AND edit IN (SELECT value FROM json_each(?))
        """,
        arguments: [after, before, list]
      )
    }
  }
}

extension Database {
  fileprivate func hasInFlight(_ network: NetworkKey) throws -> Bool {
    try value(
      Bool.self,
      "SELECT EXISTS (SELECT 1 FROM operation WHERE network_key = ? AND state IN ('sending', 'in_doubt'))",
      arguments: [network.rawValue]
    ) ?? false
  }

  fileprivate func setDoubt(_ doubt: Doubt, of edit: EditNumber) throws {
    try run(
      """
      UPDATE operation SET state = 'in_doubt', looks = ?, first_look_us = ?, next_look_us = ?, candidates = ?
      WHERE edit = ?
      """,
      arguments: [
        doubt.looks, doubt.firstLook?.microseconds, doubt.nextLook.microseconds,
        doubt.candidates.isEmpty ? nil : idList(doubt.candidates), edit.rawValue,
      ]
    )
  }

  fileprivate func recordFailure(_ failure: APIErrorDetail?, of edit: EditNumber) throws {
    guard let failure else { return }
    try run(
      """
      UPDATE operation SET
        error_status = ?, error_code = ?, error_title = ?, error_detail = ?, error_pointer = ?
      WHERE edit = ?
      """,
      arguments: APIErrorDetail.arguments(failure) + [edit.rawValue]
    )
  }

  /// Puts an operation that was on its way back into the outbox, merged with what was queued behind it.
  ///
  /// - Parameters:
  ///   - refused: the server will not take it as it is.
  ///   - conflict: what its answer made of it.
  /// - Returns: the edit that now waits; nil where nothing is left to send.
  @discardableResult
  func returnToQueue(
    _ operation: NetsyncModel.Operation,
    refused: Bool = false,
    conflict: ConflictKind? = nil,
    notBefore: Timestamp? = nil,
    at now: Timestamp
  ) throws -> EditNumber? {
    guard let follower = try queuedOperation(of: operation.network) else {
      try setState(.waiting(notBefore: notBefore), of: operation.edit, at: now)
      return operation.edit
    }
    let standing = EditStanding(
      base: try base(of: operation.network).map { EditBase(name: $0.name, updatedAt: $0.updatedAt) },
      queued: QueuedEdit(
        operation.intent,
        base: operation.base,
        isRefused: refused,
        conflict: conflict,
        mayHaveArrived: operation.sentName != nil && !refused
      )
    )
    switch coalesce(follower.intent, onto: standing) {
    case .nothing, .alreadyDeleted:
      try discard(follower, as: .superseded, Evidence(supersededBy: operation.edit), at: now)
      try setState(.waiting(notBefore: notBefore), of: operation.edit, at: now)
      return operation.edit
    case .cancel:
      try removeOperation(operation.edit)
      try journalOutcome(.superseded, of: operation, Evidence(supersededBy: follower.edit), at: now)
      try discard(follower, as: conflict == nil ? .superseded : .satisfied, at: now)
      if operation.intent.action == .create { try markGone(operation.network, .neverSent, at: now) }
      return nil
    case .queue(let intent, let base, _):
      try removeOperation(operation.edit)
      try journalOutcome(.superseded, of: operation, Evidence(supersededBy: follower.edit), at: now)
      try removeOperation(follower.edit)
      try insertOperation(
        edit: follower.edit,
        intent,
        of: operation.network,
        base: base,
        sentName: refused ? nil : operation.sentName,
        editedAt: follower.editedAt
      )
      try setState(.waiting(notBefore: notBefore), of: follower.edit, at: now)
      return follower.edit
    }
  }
}
