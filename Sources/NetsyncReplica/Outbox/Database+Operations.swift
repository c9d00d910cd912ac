import GRDB
import NetsyncModel

/// The rows of `operation` and `dead_letter`.
extension Database {
  /// What an `OutboxOperation` is made of, dead letters included, in the order of their numbers.
  ///
  /// - Parameter condition: on `edit` or `network_key`; asked of either table by itself, so that neither is copied.
  private static func select(where condition: String) -> String {
    """
    SELECT
      queued.edit, queued.network_key, action, queued.name, base_name, base_updated_at, sent_name, edited_at_us, state,
      attempts, not_before_us, armed_at_us, armed_known, looks, first_look_us, next_look_us, candidates,
      error_status, error_code, error_title, error_detail, error_pointer,
      network.network_key AS owner, network.remote_id, network.local_id, conflict.kind AS conflict_kind
    FROM operation AS queued
    LEFT JOIN network ON network.network_key = queued.network_key
    LEFT JOIN conflict ON conflict.edit = queued.edit
    WHERE \(condition)
    UNION ALL
    SELECT
      queued.edit, queued.network_key, action, queued.name, base_name, base_updated_at, NULL, edited_at_us, 'refused',
      attempts, NULL, NULL, NULL, 0, NULL, NULL, NULL,
      error_status, error_code, error_title, error_detail, error_pointer,
      network.network_key, network.remote_id, network.local_id, NULL
    FROM dead_letter AS queued
    LEFT JOIN network ON network.network_key = queued.network_key
    WHERE \(condition)
    ORDER BY 1
    """
  }

  private static let selectAll = select(where: "TRUE") + " LIMIT ?"
  private static let selectOne = select(where: "queued.edit = :wanted")
  private static let selectOfNetwork = select(where: "queued.network_key = :wanted")
  private static let selectInFlight = select(
    where: "queued.edit IN (SELECT edit FROM operation WHERE state IN ('sending', 'in_doubt'))"
  )
  private static let selectRefused = select(where: "queued.edit IN (SELECT edit FROM dead_letter)")

  func operations(limit: Int? = nil) throws -> [OutboxOperation] {
    try rows(Self.selectAll, arguments: [limit ?? -1], Self.operation)
  }

  /// Those that may be on their way.
  func operationsInFlight() throws -> [OutboxOperation] {
    try rows(Self.selectInFlight, Self.operation)
  }

  func refusedOperations() throws -> [OutboxOperation] {
    try rows(Self.selectRefused, Self.operation)
  }

  func operation(_ edit: EditNumber) throws -> OutboxOperation? {
    try row(Self.selectOne, arguments: ["wanted": edit.rawValue], Self.operation)
  }

  func operations(of network: NetworkKey) throws -> [OutboxOperation] {
    try rows(Self.selectOfNetwork, arguments: ["wanted": network.rawValue], Self.operation)
  }

  private static func operation(_ row: Row) throws -> OutboxOperation {
    // Damage that takes an edit's network away must not hide the edit.
    _ = try required(try row.value("owner") as Int64?, "network")
    let name = (try row.value("name") as String?).map(NetworkName.init(_:))
    let action = try required(Intent.Action(rawValue: try row.value("action")), "action")
    let intent = try required(Intent(action, name: name), "name")
    let base: EditBase? =
      action == .create
      ? nil
      : EditBase(
        name: (try row.value("base_name") as String?).map(NetworkName.init(_:)),
        updatedAt: (try row.value("base_updated_at") as String?).map(ServerStamp.init)
      )
    return OutboxOperation(
      edit: EditNumber(rawValue: try row.value("edit")),
      network: NetworkKey(rawValue: try row.value("network_key")),
      id: try NetworkID(row),
      localID: try LocalID(row),
      intent: intent,
      base: base,
      sentName: (try row.value("sent_name") as String?).map(NetworkName.init(_:)),
      editedAt: Timestamp(microseconds: try row.value("edited_at_us")),
      state: try state(row),
      attempts: try row.value("attempts"),
      failure: try APIErrorDetail(row)
    )
  }

  private static func state(_ row: Row) throws -> OperationState {
    let arming = try Timestamp(row.value("armed_at_us") as Int64?)
      .map { Arming(notBefore: $0, known: Set(ids(in: try row.value("armed_known")))) }
    switch try required(OperationState.Word(rawValue: try row.value("state")), "state") {
    case .waiting: return .waiting(notBefore: Timestamp(try row.value("not_before_us") as Int64?))
    case .sending: return .sending(arming)
    case .inDoubt:
      return .inDoubt(
        Doubt(
          arming: try required(arming, "arming"),
          looks: try row.value("looks"),
          firstLook: Timestamp(try row.value("first_look_us") as Int64?),
          nextLook: Timestamp(microseconds: try row.value("next_look_us")),
          candidates: (try row.value("candidates") as String?).map { ids(in: $0) }
        )
      )
    case .conflict:
      return .conflict(try required(ConflictKind(rawValue: try row.value("conflict_kind") ?? ""), "conflict"))
    case .held: return .held
    case .refused: return .refused
    }
  }

  // MARK: Writing

  /// Writes a new operation, or what one has become. The row of a conflict comes and goes with the state.
  func write(_ operation: OutboxOperation, of network: NetworkKey, at now: Timestamp) throws {
    guard operation.state != .refused else { return try writeDeadLetter(operation, of: network, at: now) }
    let columns = StateColumns(operation.state)
    try run(
      """
      INSERT INTO operation (
        edit, network_key, action, name, base_name, base_updated_at, sent_name, edited_at_us, state, attempts,
        not_before_us, armed_at_us, armed_known, looks, first_look_us, next_look_us, candidates,
        error_status, error_code, error_title, error_detail, error_pointer
      )
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (edit) DO UPDATE SET
        action = excluded.action, name = excluded.name, base_name = excluded.base_name,
        base_updated_at = excluded.base_updated_at, sent_name = excluded.sent_name, state = excluded.state,
        attempts = excluded.attempts, not_before_us = excluded.not_before_us, armed_at_us = excluded.armed_at_us,
        armed_known = excluded.armed_known, looks = excluded.looks, first_look_us = excluded.first_look_us,
        next_look_us = excluded.next_look_us, candidates = excluded.candidates, error_status = excluded.error_status,
        error_code = excluded.error_code, error_title = excluded.error_title, error_detail = excluded.error_detail,
        error_pointer = excluded.error_pointer
      """,
      arguments: Self.intentColumns(operation, of: network) + [
        operation.sentName?.text, operation.editedAt.microseconds, operation.state.word.rawValue, operation.attempts,
      ] + columns.arguments + APIErrorDetail.arguments(operation.failure)
    )
    try run("DELETE FROM conflict WHERE edit = ?", arguments: [operation.edit.rawValue])
    if case .conflict(let kind) = operation.state {
      try run(
        "INSERT INTO conflict (edit, kind, found_at_us) VALUES (?, ?, ?)",
        arguments: [operation.edit.rawValue, kind.rawValue, now.microseconds]
      )
    }
  }

  private func writeDeadLetter(_ operation: OutboxOperation, of network: NetworkKey, at now: Timestamp) throws {
    try run(
      """
      INSERT INTO dead_letter
        (edit, network_key, action, name, base_name, base_updated_at, edited_at_us, attempts, refused_at_us,
         error_status, error_code, error_title, error_detail, error_pointer)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      arguments: Self.intentColumns(operation, of: network) + [
        operation.editedAt.microseconds, operation.attempts, now.microseconds,
      ] + APIErrorDetail.arguments(operation.failure)
    )
  }

  /// `edit`, `network_key`, `action`, `name`, `base_name`, `base_updated_at`.
  private static func intentColumns(_ operation: OutboxOperation, of network: NetworkKey) -> StatementArguments {
    [
      operation.edit.rawValue, network.rawValue, operation.intent.action.rawValue, operation.intent.name?.text,
      operation.base?.name?.text, operation.base?.updatedAt?.raw,
    ]
  }
}

/// The particulars of a state, as columns of `operation`.
private struct StateColumns {
  var notBefore: Timestamp?
  var arming: Arming?
  var doubt: Doubt?

  init(_ state: OperationState) {
    switch state {
    case .waiting(let notBefore): self.notBefore = notBefore
    case .sending(let arming): self.arming = arming
    case .inDoubt(let doubt):
      arming = doubt.arming
      self.doubt = doubt
    case .conflict, .held, .refused: break
    }
  }

  /// `not_before_us`, `armed_at_us`, `armed_known`, `looks`, `first_look_us`, `next_look_us`, `candidates`.
  var arguments: StatementArguments {
    return [
      notBefore?.microseconds, arming?.notBefore.microseconds, arming.map { idList($0.known) }, doubt?.looks ?? 0,
      doubt?.firstLook?.microseconds, doubt?.nextLook.microseconds,
      doubt.flatMap { $0.isUndecided ? idList($0.candidates) : nil },
    ]
  }
}

extension Intent {
  fileprivate init?(_ action: Action, name: NetworkName?) {
    switch (action, name) {
    case (.create, let name?): self = .create(name)
    case (.rename, let name?): self = .rename(to: name)
    case (.delete, nil): self = .delete
    case (.create, nil), (.rename, nil), (.delete, _?): return nil
    }
  }
}
