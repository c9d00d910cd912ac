import FoundationEssentials
import GRDB
package import NetsyncModel

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
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

/// What the journal tells of a network, on either side.
package enum JournalKind: String, CaseIterable, Sendable {
  // Both sides: an edit was queued here, or a change was seen there.
  case created, renamed, deleted
  // Seen there.
  case changed
  case wentBack = "went_back"
  // What became of an edit.
  case sent, adopted, satisfied, refused, superseded, discarded, conflict, resolved
  /// Our edit stood against their change; `before` is theirs.
  case prevailed
  /// Their change stood against our edit; `before` is ours.
  case yielded
}

/// One entry to add.
struct JournalEntry {
  enum Side: String { case local, remote }

  var side: Side
  var kind: JournalKind
  var network: NetworkKey
  var edit: EditNumber?
  var before: NetworkName?
  var after: NetworkName?
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
}
