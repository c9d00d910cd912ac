import FoundationEssentials

/// A directory that goes with its owner.
package final class TemporaryDirectory: Sendable {
  package let path: String

  package init() throws {
    path = "\(FileManager.default.temporaryDirectory.path(percentEncoded: false))/netsync-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}
