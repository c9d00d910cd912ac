import GRDB
package import NetsyncModel

/// Edits that could be sent now, and when the next one can.
package struct DueEdits: Hashable, Sendable {
  package var now: Set<EditNumber> = []
  /// When the next of the others is due; nil for never.
  package var next: Timestamp?

  package init() {}
}

extension Replica {
  /// What a push could do at this moment: waiting edits, and unanswered creates whose time for a look has come.
  package func dueEdits() throws(ReplicaError) -> DueEdits {
    let time = now()
    return try read { database in
      var due = DueEdits()
      let cursor = try database.cursor(
        """
        SELECT edit, CASE state WHEN 'waiting' THEN coalesce(not_before_us, 0) ELSE next_look_us END AS due_us
        FROM operation
        WHERE state = 'waiting' OR (state = 'in_doubt' AND candidates IS NULL)
        """
      )
      while let row = try cursor.next() {
        let at = Timestamp(microseconds: row["due_us"])
        if at <= time {
          due.now.insert(EditNumber(rawValue: row["edit"]))
        } else {
          due.next = min(due.next ?? at, at)
        }
      }
      return due
    }
  }
}
