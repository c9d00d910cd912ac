import FoundationEssentials
import GRDB

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A replica that can be read and not written: on a read-only medium, or another user's.
///
/// A file with a write-ahead log needs an index of it beside it, which a reader cannot make where it may not write. So there are three
/// ways: as it is, where its last writer left log and index beside it; as a file that nobody changes, where there is no log; as a copy,
/// where there is a log without its index. No reader leaves an index of its own, which would shut its writers out.
final class ReadOnlyFile: Sendable {
  let queue: DatabaseQueue
  /// What other connections open to read the same.
  let address: String
  /// Goes with this.
  private let copy: URL?

  /// - Returns: nil where the file can be written.
  static func open(_ path: String) throws(ReplicaError) -> ReadOnlyFile? {
    let directory = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    let isWritable = [path, directory].allSatisfy { (place: String) in unsafe access(place, W_OK) == 0 }
    guard !isWritable else { return nil }
    return try ReadOnlyFile(path)
  }

  private init(_ path: String) throws(ReplicaError) {
    do {
      if Self.size(of: "\(path)-shm") > 0, let queue = try? Self.connect(path) {
        (self.queue, address, copy) = (queue, path, nil)
      } else if Self.size(of: "\(path)-wal") == 0, let queue = try? Self.connect(Self.unchanging(path)) {
        (self.queue, address, copy) = (queue, Self.unchanging(path), nil)
      } else {
        let folder = FileManager.default.temporaryDirectory.appending(path: "netsync-reading-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
          at: folder,
          withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700]
        )
        let name = folder.appending(path: "replica.sqlite").path(percentEncoded: false)
        for suffix in ["", "-wal"] where Self.size(of: path + suffix) > 0 {
          try FileManager.default.copyItem(atPath: path + suffix, toPath: name + suffix)
          unsafe chmod(name + suffix, 0o600)
        }
        do {
          (queue, address, copy) = (try Self.connect(name, isReadOnly: false), name, folder)
        } catch {
          try? FileManager.default.removeItem(at: folder)
          throw error
        }
      }
    } catch let error as DatabaseError {
      throw ReplicaError(error, path: path)
    } catch {
      throw .storage(path: path, reason: "it cannot be copied to be read")
    }
  }

  deinit {
    try? queue.close()
    if let copy { try? FileManager.default.removeItem(at: copy) }
  }

  private static func connect(_ path: String, isReadOnly: Bool = true) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "netsync"
    configuration.readonly = isReadOnly
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON")
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    // What is wrong with the log shows at the first read.
    _ = try queue.read { database in try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") }
    return queue
  }

  /// The address of a file that nobody changes (https://sqlite.org/uri.html, "immutable").
  private static func unchanging(_ path: String) -> String {
    let url = URL(filePath: path).path(percentEncoded: true)
    return "file:\(url.replacing("?", with: "%3F"))?immutable=1"
  }

  private static func size(of path: String) -> Int64 {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}
