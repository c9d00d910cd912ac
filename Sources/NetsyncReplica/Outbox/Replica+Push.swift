import GRDB
package import NetsyncModel
package import NetsyncReconcile

/// The way of an edit to the server: each step is one event of its ``Lane``, in one transaction (R13).
extension Replica {
  /// Puts right what a process that died left behind, as ``Lane/recover()`` says.
  ///
  /// Only for the holder of the sync lock: nobody else sends.
  package func recover() throws(ReplicaError) {
    let isNeeded = try read { database in
      try database.value(Bool.self, "SELECT EXISTS (SELECT 1 FROM operation WHERE state = 'sending')") ?? false
    }
    // mutant: recovery-left-out
    guard isNeeded else { return }
    let recoveredAt = now()
    try write(.recover) { database in
      for operation in try database.operationsInFlight() where operation.state.word == .sending {
        try database.advance(operation.network, at: recoveredAt) { lane in lane.recover() }
      }
    }
  }

  /// What a push to an account would send, and what it would leave.
  ///
  /// - Parameters:
  ///   - approved: deletes that a person has allowed; nil for the default limit.
  ///   - baseURL: of the account; nil for the one that was pulled last.
  package func plan(_ scope: PushScope, approved: Int?, baseURL: String?) throws(ReplicaError) -> PushPlan {
    try read { database in
      let known = try database.meta().baseURL
      return planPush(
        scope.operations(of: try database.operations()),
        known: try database.knownCount(),
        approved: approved,
        isElsewhere: isElsewhere(knownBaseURL: known, baseURL: baseURL ?? known ?? "")
      )
    }
  }

  /// Writes down that an operation is about to be sent, before a byte of it is.
  ///
  /// - Returns: false where the operation is no longer the one that was read.
  package func arm(_ operation: OutboxOperation, _ arming: Arming?) throws(ReplicaError) -> Bool {
    let armedAt = now()
    return try write(.arm) { database in
      try database.advance(operation.network, at: armedAt) { lane in lane.arm(operation, arming) }
    }
  }

  /// Settles an operation by its answer.
  ///
  /// - Parameter serverNow: the time on the server's clock: when it acknowledged the operation, or from when on a create in doubt may be
  ///   looked for.
  package func answered(
    _ answer: PushAnswer,
    to edit: EditNumber,
    _ patience: Patience,
    serverNow: Timestamp,
    evidence: Evidence
  ) throws(ReplicaError) -> SettledAs {
    let moment = Moment(host: now(), server: serverNow)
    // mutant: settle-in-two-transactions
    return try write(.settle) { database in
      try database.advance(edit, at: moment.host) { lane in
        let id = try? answer.get()?.id
        let holder = try id.flatMap { try database.lane(holding: $0, besides: lane.network) }
        return try lane.answered(answer, to: edit, holder: holder, patience, at: moment, evidence)
      }
    }
  }

  /// Writes down why an operation stays where it is.
  package func stays(_ edit: EditNumber, for reason: APIErrorDetail) throws(ReplicaError) {
    let toldAt = now()
    try write(.settle) { database in
      // It may be done with by now, by its user's word.
      guard let operation = try database.operation(edit), operation.failure != reason else { return }
      try database.advance(operation.network, at: toldAt) { lane in lane.stays(edit, for: reason) }
    }
  }

  /// Decides about an unanswered create after a look for it.
  ///
  /// - Parameters:
  ///   - named: what the server lists under its name.
  ///   - everywhere: what it lists at all, where that was looked through.
  ///   - clock: the server's.
  package func lookedFor(
    _ edit: EditNumber,
    named: CreateSight,
    everywhere: CreateSight? = nil,
    settleTime: Duration,
    clock: ServerClock,
    evidence: Evidence
  ) throws(ReplicaError) -> CreateLookOutcome {
    let lookedAt = now()
    return try write(.resolveCreate) { database in
      // It may be done with by now, by its user's word.
      guard let operation = try database.operation(edit) else { return .settled(.waiting) }
      let look = CreateLook(
        named: named,
        everywhere: everywhere,
        known: try database.known(among: (named.found + (everywhere?.found ?? [])).map(\.id)),
        siblings: try database.creates(inDoubt: operation.intent.name),
        others: unansweredCreates(among: try database.operationsInFlight()).filter { $0.name != operation.intent.name }
      )
      return try database.advance(operation.network, at: lookedAt) { lane in
        lane.lookedFor(edit, look, settleTime: settleTime, now: lookedAt, clock: clock, evidence)
      }
    }
  }

  /// Holds the deletes among these edits, or lets them go, as the guard says (R5).
  package func holdDeletes(_ isHeld: Bool, among edits: [EditNumber]) throws(ReplicaError) {
    let before: OperationState.Word = isHeld ? .waiting : .held
    func wanted(_ database: Database) throws -> [OutboxOperation] {
      let edits = Set(edits)
      return try database.operations().filter {
        edits.contains($0.edit) && $0.intent == .delete && $0.state.word == before
      }
    }
    guard try !read(wanted).isEmpty else { return }
    let heldAt = now()
    try write(.holdDeletes) { database in
      for operation in try wanted(database) {
        try database.advance(operation.network, at: heldAt) { lane in lane.holdDeletion(isHeld) }
      }
    }
  }
}

extension Database {
  /// Which of these ids the replica knows, gone networks included. A listed network that may be an unanswered create is not
  /// taken in, so none of these can be one.
  fileprivate func known(among ids: [NetworkID]) throws -> Set<NetworkID> {
    let found = try values(
      String.self,
      "SELECT remote_id FROM network WHERE remote_id IN (SELECT value FROM json_each(?))",
      arguments: [idList(ids)]
    )
    return Set(found.compactMap(NetworkID.init))
  }

  /// Unanswered creates of one name.
  fileprivate func creates(inDoubt name: NetworkName?) throws -> Int {
    try value(
      Int.self,
      "SELECT count(*) FROM operation WHERE state = 'in_doubt' AND name = ?",
      arguments: [name?.text]
    ) ?? 0
  }
}
