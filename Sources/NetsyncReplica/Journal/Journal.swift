import FoundationEssentials
import GRDB
import NetsyncModel
import NetsyncReconcile

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
  func journal(_ entry: LaneEntry, of network: NetworkKey, evidence: String, at now: Timestamp) throws {
    try cachedStatement(
      sql: """
        INSERT INTO journal (at_us, side, kind, network_key, edit, before_name, after_name, evidence)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      now.microseconds, entry.side.rawValue, entry.kind.rawValue, network.rawValue, entry.edit?.rawValue,
      entry.before?.text, entry.after?.text, evidence,
    ])
  }
}
