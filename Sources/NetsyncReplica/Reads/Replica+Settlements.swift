import GRDB
package import NetsyncModel
package import NetsyncReconcile

extension Replica {
  /// How far an edit has come, of one moment.
  ///
  /// An edit that was settled lately is found at once; for one of long ago, or one that never was, the whole journal is read.
  package func progress(of edit: EditNumber) throws(ReplicaError) -> EditProgress {
    try read { database in
      if let operation = try database.operation(edit) {
        return NetsyncReconcile.progress(of: operation, lastTold: nil)
      }
      let told = try database.changes(where: "edit = ?", [edit.rawValue], newestFirst: true, limit: 1)
      return NetsyncReconcile.progress(of: nil, lastTold: told.first)
    }
  }

  /// What is told since `change` of edits after which the server has another name than they wanted: it changes names.
  package func alteredNames(since change: ChangeNumber?) throws(ReplicaError) -> [JournalChange] {
    try read { database in
      try database.changes(
        where:
          "change > ? AND side = 'local' AND kind IN ('sent', 'adopted', 'satisfied') AND before_name <> after_name",
        [change?.rawValue ?? 0]
      )
    }
  }
}
