import FoundationEssentials
import GRDB
package import NetsyncModel

extension Replica {
  /// A replica to try something out on: a copy of the one at `path`, or an empty one where there is none. The one at `path` is
  /// not touched; end the trial with ``removeFiles()``.
  package static func trial(of path: String, now: @escaping @Sendable () -> Timestamp) throws(ReplicaError) -> Replica {
    let name = "netsync-trial-\(UUID().uuidString)"
    let directory = FileManager.default.temporaryDirectory.appending(path: name).path(percentEncoded: false)
    let original = FileManager.default.fileExists(atPath: path) ? try Replica.open(path, .existing, now: now) : nil
    let copy = try Replica.open("\(directory)/replica.sqlite", .makeIfMissing, now: now)
    do {
      if let original, let writer = copy.storage.writer {
        if let way = try original.readingWay() {
          try way.queue.backup(to: writer)
        } else {
          try original.storage.writer?.backup(to: writer)
        }
      }
    } catch {
      copy.removeFiles()
      throw ReplicaError(error, path: path)
    }
    return copy
  }

  /// Removes the directory that a trial lives in.
  package func removeFiles() {
    try? storage.writer?.close()
    try? FileManager.default.removeItem(at: URL(filePath: path).deletingLastPathComponent())
  }
}
