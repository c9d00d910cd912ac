import FoundationEssentials
import GRDB
import NetsyncModel

<<<<<<< HEAD
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
=======
/// Why a change was made: what was asked, what was answered. Kept with the change and shown on request.
package struct Evidence: Codable, Hashable, Sendable {
  /// The pull whose listing showed it.
  package var sweep: Int64?
  package var page: Int?
  /// Method and path of the request that settled it.
  package var request: String?
  package var status: Int?
  package var code: String?
  package var title: String?
  package var detail: String?
  /// The policy that decided a conflict.
  package var policy: String?
  /// How often an edit of the network had prevailed lately.
  package var contests: Int?
  /// The server's stamps before and after.
  package var updatedAtBefore: String?
  package var updatedAtAfter: String?

  package init(
    sweep: Int64? = nil,
    page: Int? = nil,
    request: String? = nil,
    status: Int? = nil,
    failure: APIErrorDetail? = nil
  ) {
    self.sweep = sweep
    self.page = page
    self.request = request
    self.status = status ?? failure?.status
    self.code = failure?.code
    self.title = failure?.title
    self.detail = failure?.detail
  }

  private enum CodingKeys: String, CodingKey {
    case sweep, page, request, status, code, title, detail, policy, contests
    case updatedAtBefore = "updated_at_before"
    case updatedAtAfter = "updated_at_after"
>>>>>>> main
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
