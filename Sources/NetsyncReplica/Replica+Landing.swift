import GRDB
import NetsyncModel
import NetsyncReconcile

/// How an operation comes to its end: with the server's document, without one, or with its refusal.
extension Database {
  /// The server has what a create or a rename wanted: its document is the base, and what waited behind goes on upon it.
  ///
  /// - Parameter serverNow: `now` on the server's clock.
  func land(
    _ operation: NetsyncModel.Operation,
    _ document: NetworkDocument,
    as kind: JournalChange.Kind,
    _ evidence: Evidence,
    at now: Timestamp,
    serverNow: Timestamp
  ) throws {
    let taken = try value(
      Int64.self,
      "SELECT network_key FROM network WHERE remote_id = ? AND network_key <> ?",
      arguments: [document.id.text, operation.network.rawValue]
    )
    guard taken == nil else { throw ReplicaError.idTaken(document.id) }
    try removeOperation(operation.edit)
    try forgetFingerprint(of: operation.network)
    if let base = try base(of: operation.network), isOlder(document.updatedAt, than: base.updatedAt) {
      let entry = JournalEntry(
        side: .remote,
        kind: .wentBack,
        network: operation.network,
        before: base.name,
        after: document.name
      )
      try journal(entry, evidence: evidence.json, at: now)
    }
    try setBase(document, of: operation.network)
    try acknowledge(operation.network, at: now, serverNow: serverNow)
    if let follower = try operations(of: operation.network).first(where: { $0.state != .refused }) {
      try rebase(follower, onto: document, at: now)
    }
    try journalOutcome(kind, of: operation, after: document.name, evidence, at: now)
  }

  /// Whether a create's answer may name this network. One that is known already is believed where it may be the create: a listing
  /// showed it before the answer came. The two rows become one.
  func isBelievable(
    _ document: NetworkDocument,
    for operation: NetsyncModel.Operation,
    at now: Timestamp
  ) throws -> Bool {
    guard case .sending(let arming?) = operation.state, case .create(let name) = operation.intent,
      let other = try row(
        "SELECT * FROM network WHERE remote_id = ? AND network_key <> ?",
        arguments: [document.id.text, operation.network.rawValue],
        {
          (key: NetworkKey(rawValue: $0["network_key"]), wasMadeHere: $0["local_id"] != nil, base: NetworkDocument($0))
        }
      )
    else { return true }
    guard let base = other.base, !other.wasMadeHere, mayBe(base, theCreateOf: name, arming) else { return false }
    try absorb(other.key, into: operation.network, at: now)
    return true
  }

  /// Two rows turn out to be one network. The row that was made here stays, for its local id resolves for ever; of two edits that
  /// wait, the later one stands.
  private func absorb(_ other: NetworkKey, into network: NetworkKey, at now: Timestamp) throws {
    var waiting = try (operations(of: network) + operations(of: other)).filter { !$0.state.isInFlight }
    waiting.sort { $0.edit < $1.edit }
    if let stands = waiting.popLast() {
      for superseded in waiting {
        try removeOperation(superseded.edit)
        try journalOutcome(.superseded, of: superseded, Evidence(supersededBy: stands.edit), at: now)
      }
    }
    let keys: StatementArguments = [network.rawValue, other.rawValue]
    for table in ["operation", "dead_letter", "network_interface", "journal"] {
      try run("UPDATE \(table) SET network_key = ? WHERE network_key = ?", arguments: keys)
    }
    try run(
      """
      UPDATE network SET (seen_page, interfaces_as_of_us) =
        (SELECT seen_page, interfaces_as_of_us FROM network WHERE network_key = ?)
      WHERE network_key = ?
      """,
      arguments: [other.rawValue, network.rawValue]
    )
    try run("DELETE FROM network WHERE network_key = ?", arguments: [other.rawValue])
  }

  func landDeletion(
    _ operation: NetsyncModel.Operation,
    _ evidence: Evidence,
    at now: Timestamp,
    serverNow: Timestamp
  ) throws {
    let before = try base(of: operation.network)?.name
    try removeOperation(operation.edit)
    try acknowledge(operation.network, at: now, serverNow: serverNow)
    try markGone(operation.network, .deletedHere, at: now)
    let entry = JournalEntry(
      side: .local,
      kind: .sent,
      network: operation.network,
      edit: operation.edit,
      before: before
    )
    try journal(entry, evidence: evidence.json, at: now)
  }

  private func acknowledge(_ network: NetworkKey, at now: Timestamp, serverNow: Timestamp) throws {
    try run("UPDATE meta SET acknowledgements = acknowledgements + 1")
    try run(
      """
      UPDATE network SET
        read_at_us = ?, acknowledged_at_us = ?, acknowledgement = (SELECT acknowledgements FROM meta)
      WHERE network_key = ?
      """,
      arguments: [now.microseconds, serverNow.microseconds, network.rawValue]
    )
  }

  /// The server refused it for good: a dead letter, unless a newer edit of the same network takes its place.
  func refuse(
    _ operation: NetsyncModel.Operation,
    _ detail: APIErrorDetail,
    _ evidence: Evidence,
    at now: Timestamp
  ) throws {
    try journalOutcome(.refused, of: operation, evidence, at: now)
    if try operations(of: operation.network).contains(where: { $0.edit > operation.edit }) {
      try returnToQueue(operation, refused: true, at: now)
      return
    }
    try removeOperation(operation.edit)
    try run(
      """
      INSERT INTO dead_letter
        (edit, network_key, action, name, base_name, base_updated_at, edited_at_us, attempts, refused_at_us,
         error_status, error_code, error_title, error_detail, error_pointer)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      arguments: [
        operation.edit.rawValue, operation.network.rawValue, operation.intent.action.rawValue,
        operation.intent.name?.text, operation.base?.name?.text, operation.base?.updatedAt?.raw,
        operation.editedAt.microseconds, operation.attempts, now.microseconds,
      ] + APIErrorDetail.arguments(detail)
    )
  }
}
