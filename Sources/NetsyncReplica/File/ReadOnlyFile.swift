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
/// where there is a log without its index. Which one is open changes as its writers come and go, so each read finds its own. No reader
/// leaves an index behind, which would shut the writers out.
struct ReadOnlyFile {
  private let path: String

  /// - Returns: nil where the file can be written, or made.
  init?(_ path: String) {
    guard unsafe access(path, F_OK) == 0 else { return nil }
    let directory = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    let isWritable = [path, directory].allSatisfy { (place: String) in unsafe access(place, W_OK) == 0 }
    if isWritable { return nil }
    self.path = path
  }

  func way() throws(ReplicaError) -> ReadingWay { try ReadingWay(to: path) }

  func read<Value>(_ work: (Database) throws -> Value) throws -> Value {
    let way = try way()
    return try withExtendedLifetime(way) { try way.queue.read(work) }
  }

  /// Another number after every commit, as far as the file and its log show.
  var version: Int {
    var hasher = Hasher()
    for suffix in ["", "-wal"] {
      var status = stat()
      guard unsafe stat(path + suffix, &status) == 0 else { continue }
      hasher.combine(status.st_size)
      hasher.combine(status.st_mtim.tv_sec)
      hasher.combine(status.st_mtim.tv_nsec)
    }
    return hasher.finalize()
  }
}

/// One way to read a file that cannot be written, as long as it is held.
package final class ReadingWay: Sendable {
  let queue: DatabaseQueue
  /// What another connection opens to read the same.
  package let address: String
  /// Goes with this.
  private let copy: URL?

  fileprivate init(to path: String) throws(ReplicaError) {
    do {
      if fileSize("\(path)-shm") > 0, let queue = try? Self.connect(path) {
        (self.queue, address, copy) = (queue, path, nil)
      } else if fileSize("\(path)-wal") == 0, let queue = try? Self.connect(unchangingFile(path)) {
        (self.queue, address, copy) = (queue, unchangingFile(path), nil)
      } else {
        let (name, folder) = try Self.copy(path)
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

  /// The file and its log in a folder of this user's alone.
  private static func copy(_ path: String) throws -> (name: String, folder: URL) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "netsync-reading-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
    let name = folder.appending(path: "replica.sqlite").path(percentEncoded: false)
    for suffix in ["", "-wal"] where fileSize(path + suffix) > 0 {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: name + suffix)
      unsafe chmod(name + suffix, 0o600)
    }
    return (name, folder)
  }
}

/// The address of a file that nobody changes, and that is read without a log (https://sqlite.org/uri.html, "immutable").
func unchangingFile(_ path: String) -> String {
  let url = URL(filePath: path).path(percentEncoded: true)
  return "file:\(url.replacing("?", with: "%3F"))?immutable=1"
}
