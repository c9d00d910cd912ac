import GRDB
package import NetsyncModel

extension Replica {
  /// The outbox: every edit that the server has not settled, refused ones included, in the order of their numbers.
  package func operations() throws(ReplicaError) -> [NetsyncModel.Operation] {
    try read { database in try database.operations() }
  }

  /// One edit; nil where no open edit has the number.
  package func operation(_ edit: EditNumber) throws(ReplicaError) -> NetsyncModel.Operation? {
    try read { database in try database.operation(edit) }
  }

  /// Which of these ids the replica knows, gone networks included. A listed network that may be an unanswered create is not
  /// taken in, so none of these can be one.
  package func known(among ids: [NetworkID]) throws(ReplicaError) -> Set<NetworkID> {
    try read { database in
      let found = try database.values(
        String.self,
        "SELECT remote_id FROM network WHERE remote_id IN (SELECT value FROM json_each(?))",
        arguments: [idList(ids)]
      )
      return Set(found.compactMap(NetworkID.init))
    }
  }
}

extension Database {
  /// What an `Operation` is made of, dead letters included, in the order of their numbers.
  ///
  /// - Parameter condition: on `edit` or `network_key`; asked of either table by itself, so that neither is copied.
  private static func select(where condition: String) -> String {
    """
    SELECT
      queued.edit, queued.network_key, action, queued.name, base_name, base_updated_at, sent_name, edited_at_us, state,
      attempts, not_before_us, armed_at_us, armed_known, looks, first_look_us, next_look_us, candidates,
      error_status, error_code, error_title, error_detail, error_pointer,
      network.remote_id, network.local_id, conflict.kind AS conflict_kind
    FROM operation AS queued
    JOIN network ON network.network_key = queued.network_key
    LEFT JOIN conflict ON conflict.edit = queued.edit
    WHERE \(condition)
    UNION ALL
    SELECT
      queued.edit, queued.network_key, action, queued.name, base_name, base_updated_at, NULL, edited_at_us, 'refused',
      attempts, NULL, NULL, NULL, 0, NULL, NULL, NULL,
      error_status, error_code, error_title, error_detail, error_pointer,
      network.remote_id, network.local_id, NULL
    FROM dead_letter AS queued
    JOIN network ON network.network_key = queued.network_key
    WHERE \(condition)
    ORDER BY 1
    """
  }

  private static let selectAll = select(where: "TRUE")
  private static let selectOne = select(where: "queued.edit = :wanted")
  private static let selectOfNetwork = select(where: "queued.network_key = :wanted")

  func operations() throws -> [NetsyncModel.Operation] {
    try rows(Self.selectAll, Self.operation)
  }

  func operation(_ edit: EditNumber) throws -> NetsyncModel.Operation? {
    try row(Self.selectOne, arguments: ["wanted": edit.rawValue], Self.operation)
  }

  func operations(of network: NetworkKey) throws -> [NetsyncModel.Operation] {
    try rows(Self.selectOfNetwork, arguments: ["wanted": network.rawValue], Self.operation)
  }

  /// The one operation of a network that is neither on its way nor refused.
  func queuedOperation(of network: NetworkKey) throws -> NetsyncModel.Operation? {
    try operations(of: network).first { !$0.state.isInFlight && $0.state != .refused }
  }

  private static func operation(_ row: Row) throws -> NetsyncModel.Operation {
    let name = (row["name"] as String?).map(NetworkName.init(_:))
    let action = try required(Intent.Action(rawValue: row["action"]), "action")
    let intent = try required(Intent(action, name: name), "name")
    let base: EditBase? =
      action == .create
      ? nil
      : EditBase(
        name: (row["base_name"] as String?).map(NetworkName.init(_:)),
        updatedAt: (row["base_updated_at"] as String?).map(ServerStamp.init)
      )
    return NetsyncModel.Operation(
      edit: EditNumber(rawValue: row["edit"]),
      network: NetworkKey(rawValue: row["network_key"]),
      id: (row["remote_id"] as String?).flatMap(NetworkID.init),
      localID: (row["local_id"] as String?).flatMap(LocalID.init),
      intent: intent,
      base: base,
      sentName: (row["sent_name"] as String?).map(NetworkName.init(_:)),
      editedAt: Timestamp(microseconds: row["edited_at_us"]),
      state: try state(row),
      attempts: row["attempts"],
      failure: APIErrorDetail(row)
    )
  }

  private static func state(_ row: Row) throws -> OperationState {
    let arming = Timestamp(row["armed_at_us"] as Int64?)
      .map { Arming(notBefore: $0, known: Set(ids(in: row["armed_known"]))) }
    switch row["state"] as String {
    case "waiting": return .waiting(notBefore: Timestamp(row["not_before_us"] as Int64?))
    case "sending": return .sending(arming)
    case "in_doubt":
      return .inDoubt(
        Doubt(
          arming: try required(arming, "arming"),
          looks: row["looks"],
          firstLook: Timestamp(row["first_look_us"] as Int64?),
          nextLook: Timestamp(microseconds: row["next_look_us"]),
          candidates: ids(in: row["candidates"])
        )
      )
    case "conflict": return .conflict(try required(ConflictKind(rawValue: row["conflict_kind"] ?? ""), "conflict"))
    case "held": return .held
    case "refused": return .refused
    default: throw UndecodableRow(description: "an operation is in no known state")
    }
  }

  /// Writes where an operation stands. The row of a conflict comes and goes with the state.
  func setState(_ state: OperationState, of edit: EditNumber, at now: Timestamp) throws {
    let waitUntil: Int64? = if case .waiting(let notBefore) = state { notBefore?.microseconds } else { nil }
    try run(
      "UPDATE operation SET state = ?, not_before_us = ? WHERE edit = ?",
      arguments: [state.word, waitUntil, edit.rawValue]
    )
    try run("DELETE FROM conflict WHERE edit = ?", arguments: [edit.rawValue])
    if case .conflict(let kind) = state {
      try run(
        "INSERT INTO conflict (edit, kind, found_at_us) VALUES (?, ?, ?)",
        arguments: [edit.rawValue, kind.rawValue, now.microseconds]
      )
    }
  }

  /// Takes an operation or a dead letter out; what became of it is the journal's to say.
  func removeOperation(_ edit: EditNumber) throws {
    try run("DELETE FROM operation WHERE edit = ?", arguments: [edit.rawValue])
    try run("DELETE FROM dead_letter WHERE edit = ?", arguments: [edit.rawValue])
  }

  /// Puts an operation in, under its own number or, for `edit` nil, under a new one.
  @discardableResult
  func insertOperation(
    edit: EditNumber? = nil,
    _ intent: Intent,
    of network: NetworkKey,
    base: EditBase?,
    sentName: NetworkName? = nil,
    editedAt: Timestamp,
    attempts: Int = 0
  ) throws -> EditNumber {
    try run(
      """
      INSERT INTO operation
        (edit, network_key, action, name, base_name, base_updated_at, sent_name, edited_at_us, state, attempts)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?)
      """,
      arguments: [
        edit?.rawValue, network.rawValue, intent.action.rawValue, intent.name?.text, base?.name?.text,
        base?.updatedAt?.raw, sentName?.text, editedAt.microseconds, attempts,
      ]
    )
    return EditNumber(rawValue: lastInsertedRowID)
  }
}

extension Intent {
  init?(_ action: Action, name: NetworkName?) {
    switch (action, name) {
    case (.create, let name?): self = .create(name)
    case (.rename, let name?): self = .rename(to: name)
    case (.delete, nil): self = .delete
    case (.create, nil), (.rename, nil), (.delete, _?): return nil
    }
  }
}
