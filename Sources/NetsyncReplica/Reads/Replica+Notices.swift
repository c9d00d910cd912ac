import GRDB
import NetsyncModel
package import NetsyncReconcile

extension Replica {
  /// What somebody may want to be told of at once, as it is now.
  package func noticeState() throws(ReplicaError) -> NoticeState {
    try read { database in
      var state = NoticeState()
      for (edit, word) in try database.editsToTell() {
        switch word {
        case .conflict, .inDoubt: state.undecided.insert(edit)
        case .held: state.held.insert(edit)
        case .refused: state.refused.insert(edit)
        case .waiting, .sending: break
        }
      }
      state.heldNetworks = try database.held()?.count ?? 0
      state.isAlarming = try database.failingPulls().map { $0.count >= tolerance.failedPulls } ?? false
      return state
    }
  }
}

extension Database {
  fileprivate func editsToTell() throws -> [(EditNumber, OperationState.Word)] {
    try rows(
      """
      SELECT edit, state FROM operation WHERE state IN ('conflict', 'held') OR candidates IS NOT NULL
      UNION ALL SELECT edit, 'refused' FROM dead_letter
      """
    ) { row in
      let word = try required(OperationState.Word(rawValue: try row.value("state")), "state")
      return (EditNumber(rawValue: try row.value("edit")), word)
    }
  }
}
