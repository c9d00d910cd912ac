public import NetsyncModel
import NetsyncReplica

/// What the library throws. Nothing was changed by a call that threw.
public enum NetsyncError: Error, Hashable, Sendable {
  // MARK: What was asked

  /// The base URL is none, or is `http://` to another host.
  case baseURLRefused
  /// The environment variable of this name says how to reach the API, and its value cannot be used.
  case roadRefused(variable: String)
  /// The API key holds what no key can.
  case keyMalformed
  /// No network can have this name.
  case nameRefused(NameRefused)
  /// No network answers to the reference, or it went in the meantime.
  case networkNotFound
  /// Several networks answer to the reference.
  case networkAmbiguous([Network])
  /// Several networks answer to the reference, or did before they were gone.
  case historyAmbiguous([NetworkTrace])
  /// The network's deletion waits; discard that edit first.
  case deletionWaits(EditNumber)
  /// No edit has the number. What became of an edit is kept for 90 days.
  case editNotFound(EditNumber)
  /// The edit's state does not allow it.
  case notPossible(EditNumber, state: OperationState.Word)
  /// The conflict was settled in the meantime.
  case conflictGone
  /// The change is not reversed. `see` is the change that stands in the way, or that is meant instead.
  case undoRefused(ChangeNumber, UndoRefusal, see: JournalChange?)
  /// The id is another network's already.
  case idTaken(NetworkID)
  /// The network is none of those that the unanswered create may be.
  case noCandidate(EditNumber, NetworkID)

  // MARK: What was waited for

  /// Changes after the cursor are no longer kept, so what they did must be learnt in another way: read everything anew, and go on
  /// from there. `oldest` is the first change from which on none is missing; it may be yet to come.
  case changesForgotten(oldest: ChangeNumber)
  /// The journal has never told a change of this number: the cursor is another replica's, or the file was replaced by an older one.
  case changeUnknown(ChangeNumber)
  /// The task that waited was cancelled.
  case cancelled
  /// The replica was closed.
  case closed

  // MARK: What was queried

  /// SQLite did not take the statement; the reason is its own.
  case queryRefused(reason: String)
  /// The statement was ended when its time was over.
  case queryTookTooLong(Duration)

  // MARK: The file

  /// The file is something else. It was not touched.
  case notAReplica(path: String)
  /// A newer version wrote it. It was not touched.
  case newerReplica(path: String, version: Int)
  /// SQLite found it damaged; the reason is its own.
  case damaged(path: String, reason: String)
  /// The file took another one's place, and the write-ahead log of that one is still beside it. Remove the log (`-wal`), or put both in
  /// place together, without the mark (`.mark`).
  case foreignLog(path: String)
  /// The file could not be read or written: the disk is full, a permission is missing, and so on.
  case storage(path: String, reason: String)
  /// The file was removed, or another one was put in its place, while it was open. What waited in it is not in the other one.
  case replaced(path: String)

  init(_ error: ReplicaError) {
    switch error {
    case .missing(let path): self = .storage(path: path, reason: "there is no file")
    case .notAReplica(let path): self = .notAReplica(path: path)
    case .newer(let path, let version): self = .newerReplica(path: path, version: version)
    case .damaged(let path, let reason): self = .damaged(path: path, reason: reason)
    case .foreignLog(let path): self = .foreignLog(path: path)
    case .readOnly(let path): self = .storage(path: path, reason: "it can be read and not written")
    case .diskFull(let path): self = .storage(path: path, reason: "the disk is full")
    case .storage(let path, let reason): self = .storage(path: path, reason: reason)
    case .replaced(let path): self = .replaced(path: path)
    case .locked(let path): self = .storage(path: path, reason: "another process was writing to it for 30 s")
    case .taken(let path): self = .storage(path: path, reason: "there is a file already")
    case .notCopied(let path, let reason): self = .storage(path: path, reason: reason)
    case .noEdit(let edit): self = .editNotFound(edit)
    case .noChange(let change): self = .changeUnknown(change)
    case .notPossible(let edit, let state): self = .notPossible(edit, state: state)
    case .deletionWaits(let edit): self = .deletionWaits(edit)
    case .networkGone: self = .networkNotFound
    case .noConflict: self = .conflictGone
    case .idTaken(let id): self = .idTaken(id)
    case .noCandidate(let edit, let id): self = .noCandidate(edit, id)
    }
  }
}
