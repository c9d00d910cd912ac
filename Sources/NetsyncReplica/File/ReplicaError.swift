package import NetsyncModel
import NetsyncReconcile

/// What can be wrong with a replica or with what is asked of it.
package enum ReplicaError: Error, Hashable, Sendable {
  /// There is no file at the path.
  case missing(path: String)
  /// The file is not a SQLite database, or not a replica. It was not touched.
  case notAReplica(path: String)
  /// A newer version wrote it. It was not touched.
  case newer(path: String, version: Int)
  /// SQLite found it damaged.
  case damaged(path: String, reason: String)
  /// The write-ahead log beside the file was begun for another file. Neither was touched.
  case foreignLog(path: String)
  /// The file can be read and not written: a read-only medium, or another user's.
  case readOnly(path: String)
  /// There is no room left on the disk, nor in what is kept for edits.
  case diskFull(path: String)
  /// SQLite could not do it: a file cannot be written, and so on.
  case storage(path: String, reason: String)
  /// The file was removed or replaced while it was open: what is written to it now is seen by nobody.
  case replaced(path: String)
  /// Another process was writing to the file for longer than anybody waits.
  case locked(path: String)
  /// A new file was to be made, and there is one already.
  case taken(path: String)
  /// A new file could not be made or written. The replica is as it was.
  case notCopied(path: String, reason: String)
  /// No edit has this number.
  case noEdit(EditNumber)
  /// No change has this number, or it is no longer kept.
  case noChange(ChangeNumber)
  /// The edit is not in a state that allows it.
  case notPossible(EditNumber, state: OperationState.Word)
  /// The network's deletion waits, so it cannot be edited.
  case deletionWaits(EditNumber)
  /// The network is no longer there: it went between the look-up and the edit.
  case networkGone
  /// The network has no open conflict.
  case noConflict
  /// The id is another network's already.
  case idTaken(NetworkID)
  /// No look has found this network as one that the unanswered create may be.
  case noCandidate(EditNumber, NetworkID)
}

extension ReplicaError {
  /// What a lane refuses, in the replica's words.
  init(_ refusal: LaneRefusal) {
    switch refusal {
    case .noEdit(let edit): self = .noEdit(edit)
    case .notPossible(let edit, let word): self = .notPossible(edit, state: word)
    case .deletionWaits(let edit): self = .deletionWaits(edit)
    case .networkGone: self = .networkGone
    case .noConflict: self = .noConflict
    case .noCandidate(let edit, let id): self = .noCandidate(edit, id)
    case .idTaken(let id): self = .idTaken(id)
    }
  }
}
