import NetsyncModel
import NetsyncReplica

extension UserMessage {
  // swift-format-ignore
  /// What can be wrong with a replica or with what is asked of it, in words.
  init(_ error: ReplicaError) {
    self = switch error {
    case .missing(let path): .row(.notSetUp, "no_replica", "there is no replica yet",
      why: "\(path) does not exist, or is empty", next: "netsync pull")
    case .notAReplica(let path): .row(.damaged, "not_a_replica", "that file is not a netsync replica",
      why: "\(path) is no SQLite database, or another program's",
      state: "the file was not touched", next: "name another file with --replica")
    case .newer(let path, let version): .row(.damaged, "newer_replica", "the replica was written by a newer netsync",
      why: "\(path) has version \(String(version))",
      state: "the file was not touched", next: "update netsync on this host")
    case .damaged(let path, let reason): .row(.damaged, "damaged_replica", "the replica is damaged",
      why: "\(path): \(reason)", state: "the file stays as it is; edits in its outbox may still be readable",
      next: "'netsync replica check' tells all that is wrong; 'netsync replica reset' saves the outbox and begins anew")
    case .foreignLog(let path): .row(.damaged, "foreign_log", "the replica's log is another file's",
      why: "\(path) took the place of a file whose changes are still in \(path)-wal",
      state: "neither was touched; together they would be neither the one file nor the other",
      next: "for the file as it is, move \(path)-wal away; where its log came with it, remove \(path).mark")
    case .readOnly(let path): .row(.failed, "read_only", "the replica cannot be written",
      why: "\(path), or its directory, is on a read-only medium or another user's",
      state: "nothing was changed; it can be read, by every command that only reads",
      next: "run it as its owner, or name a replica of your own with --replica")
    case .diskFull(let path): .row(.failed, "disk_full", "the disk is full",
      why: "\(path) cannot grow", state: "the step that failed was undone whole; what was there before is sound",
      next: "make room, then try again; edits have a reserve that the next pull fills again")
    case .storage(let path, let reason): .row(.failed, "storage", "the replica could not be written or read",
      why: "\(path): \(reason)", state: "what was there before is sound; 'netsync status' tells whether this step is there too",
      next: "see that the disk works and the file is yours")
    case .replaced(let path): .row(.failed, "replaced_replica", "the replica's file is not the one that was opened",
      why: "\(path) was removed, or another file was put in its place",
      state: "what was written until then is in the file that was opened; the one that is there now was not touched",
      next: "start it again")
    case .locked(let path): .row(.busy, "busy", "another netsync has the replica",
      why: "\(path) was not free within 30 s: a sync, or 'netsync replica compact' of a large file",
      next: "try again", isRetryable: true)
    case .notCopied(let path, let reason): .row(.failed, "not_copied", "the copy could not be written",
      why: "\(path): \(reason)", state: "the replica is as it was",
      next: "name a file in a directory of yours, on a disk with room for it")
    case .taken(let path): .usage("there is a file already",
      why: "\(path) stays as it is", next: "choose another name")
    case .noEdit(let edit): .usage("there is no edit \(edit.description)",
      why: "it is done, discarded, or never was", next: "netsync outbox list")
    case .noChange(let change): .usage("there is no change \(change.description)",
      why: "it never was, or is so old that it is no longer kept", next: "netsync log")
    case .notPossible(let edit, let state): .usage("edit \(edit.description) cannot take that now",
      why: "its state is \(state.rawValue)", next: "netsync outbox show \(edit.description)")
    case .deletionWaits(let edit): .usage("that network's deletion waits",
      why: "edit \(edit.description) deletes it", next: "netsync outbox discard \(edit.description)")
    case .networkGone: .usage("that network is gone",
      why: "it went while the command ran", next: "netsync networks list")
    case .noConflict: .usage("that network has no conflict",
      why: "both sides agree, or one waits", next: "netsync conflicts list")
    case .idTaken(let id): .usage("the id \(id.text) is another network's already",
      why: "the replica knows it", next: "netsync networks show \(id.text)")
    case .noCandidate(let edit, let id): .usage("edit \(edit.description) cannot have become \(id.text)",
      why: "it is none of the networks that a look for it has found", next: "netsync outbox show \(edit.description)")
    }
  }
}
