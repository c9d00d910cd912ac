import FoundationEssentials
import GRDB
import NetsyncModel

/// One entry to add.
struct JournalEntry {
  var side: JournalChange.Side
  var kind: JournalChange.Kind
  var network: NetworkKey
  var edit: EditNumber?
  var before: NetworkName?
  var after: NetworkName?
}

/// Evidence with its text, which all rows of a page share.
struct WrittenEvidence {
  let value: Evidence
  let json: String

  init(_ value: Evidence) {
    self.value = value
    json = value.json
  }
}

extension Evidence {
  /// As the journal keeps it: sorted keys, and none for what is not known.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

extension Database {
  /// Adds to the journal. `evidence` is JSON; a page's rows share one text.
  func journal(_ entry: JournalEntry, evidence: String, at now: Timestamp) throws {
    try cachedStatement(
      sql: """
        INSERT INTO journal (at_us, side, kind, network_key, edit, before_name, after_name, evidence)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      now.microseconds, entry.side.rawValue, entry.kind.rawValue, entry.network.rawValue, entry.edit?.rawValue,
      entry.before?.text, entry.after?.text, evidence,
    ])
  }

  /// Adds that an edit was queued.
  func journalEdit(
    _ intent: Intent,
    _ edit: EditNumber,
    _ network: NetworkKey,
    before: NetworkName?,
    _ evidence: Evidence = Evidence(),
    at now: Timestamp
  ) throws {
    let kind: JournalChange.Kind =
      switch intent {
      case .create: .created
      case .rename: .renamed
      case .delete: .deleted
      }
    try journal(
      JournalEntry(side: .local, kind: kind, network: network, edit: edit, before: before, after: intent.name),
      evidence: evidence.json,
      at: now
    )
  }

  /// Adds what became of an edit: before is what it wanted, after is what is so now, where there is such a thing.
  func journalOutcome(
    _ kind: JournalChange.Kind,
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
}
