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
      let told = try database.changes(
        "\(JournalChange.select) WHERE edit = ? ORDER BY change DESC LIMIT 1",
        [edit.rawValue]
      )
      return NetsyncReconcile.progress(of: nil, lastTold: told.first)
    }
  }
}
