import FoundationEssentials
import GRDB
package import NetsyncModel

extension Replica {
  /// A replica to try something out on: a copy of the one at `path`, or an empty one where there is none. The one at `path` is
  /// not touched; end the trial with ``removeFiles()``.
  package static func trial(of path: String, now: @escaping @Sendable () -> Timestamp) throws(ReplicaError) -> Replica {
    let name = "netsync-trial-\(UUID().uuidString)"
    let directory = FileManager.default.temporaryDirectory.appending(path: name).path(percentEncoded: false)
    let copy = try Replica.open("\(directory)/replica.sqlite", .makeIfMissing, now: now)
    guard FileManager.default.fileExists(atPath: path) else { return copy }
    let original = try Replica.open(path, .existing, now: now)
    do {
      try original.storage.writer.backup(to: copy.storage.writer)
    } catch {
      throw ReplicaError(error, path: path)
    }
    return copy
  }

  /// Removes the directory that a trial lives in.
  package func removeFiles() {
    try? storage.writer.close()
    try? FileManager.default.removeItem(at: URL(filePath: path).deletingLastPathComponent())
  }
}
