import GRDB
import NetsyncModel

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

// A damaged file and its log cannot give way to a new file in one step. So the new one is laid beside it, finished, under a name of its
// own. From then on nobody commits to the damaged one, and whoever opens the replica next finishes what a killed process has begun.

/// Whether a new file waits to take the place of a damaged one.
func isBeingReplaced(_ path: String) -> Bool { unsafe access(waitingFile(for: path), F_OK) == 0 }

/// The new file, until it has its place.
func waitingFile(for path: String) -> String { "\(path).netsync-reset" }

/// Sets a damaged file aside, with its log, and puts the one that waits in its place. For the holder of the sync lock; it can be done
/// again from any point at which it was cut short.
///
/// - Returns: where the damaged file is now; nil where none waits.
func finishReplacing(_ path: String) throws(ReplicaError) -> String? {
  var status = stat()
  guard unsafe stat(waitingFile(for: path), &status) == 0 else { return nil }
  // The same name each time: when the new file was finished.
  let time = status.st_mtim
  let finished = Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  let aside = "\(path).damaged-\(finished.rfc3339.replacing(":", with: ""))"
  // Until the new one has its place the damaged one is there under both names.
  guard unsafe link(path, aside) == 0 || errno == EEXIST || errno == ENOENT else {
    throw .storage(path: aside, reason: lastSystemError())
  }
  // A log that stayed would be taken for the new file's. One that came since the first try is empty.
  if unsafe access("\(aside)-wal", F_OK) != 0, !moveFile("\(path)-wal", to: "\(aside)-wal"), errno != ENOENT {
    throw .storage(path: aside, reason: lastSystemError())
  }
  for suffix in ["-wal", "-shm"] { unsafe unlink(path + suffix) }
  StepMark.remove(beside: path)
  guard moveFile(waitingFile(for: path), to: path) else { throw .storage(path: path, reason: lastSystemError()) }
  return aside
}
