import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Which file a path leads to.
struct FileIdentity: Equatable {
  let device: dev_t
  let node: ino_t

  /// - Returns: nil where there is none.
  init?(of path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    device = status.st_dev
    node = status.st_ino
  }
}

/// A path as SQLite takes it for one: what begins with `file:` it would take for a URI.
func filePath(_ path: String) -> String { path.hasPrefix("file:") ? "./\(path)" : path }

/// Opens a file for reading and writing, unless the flags say otherwise, and makes it where there is none: its owner's alone, whatever
/// the umask takes away.
package func openOwned(_ path: String, _ flags: Int32 = O_RDWR) -> Int32 {
  let descriptor = unsafe open(path, flags | O_CREAT | O_CLOEXEC, 0o600)
  var status = stat()
  if descriptor >= 0, unsafe fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
    status.st_mode & 0o600 != 0o600
  {
    fchmod(descriptor, 0o600)
  }
  return descriptor
}

/// Makes the directory that a file is to be in, its owner's alone; one that is there stays as it is.
package func makeDirectory(of path: String) throws {
  try FileManager.default.createDirectory(
    atPath: URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false),
    withIntermediateDirectories: true,
    attributes: [.posixPermissions: 0o700]
  )
}

/// Bytes of a file; 0 where there is none.
func fileSize(_ path: String) -> Int64 {
  var status = stat()
  return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
}

/// What processes that died have left beside a file: copies of it that nobody has finished, with all that belongs to them.
func unfinishedCopies(beside path: String, _ kind: String) -> [String] {
  let file = URL(filePath: path)
  let directory = file.deletingLastPathComponent().path(percentEncoded: false)
  let prefix = "\(file.lastPathComponent).\(kind)-"
  let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  return names.filter { $0.hasPrefix(prefix) && UUID(uuidString: String($0.dropFirst(prefix.count).prefix(36))) != nil }
    .map { URL(filePath: directory).appending(path: $0).path(percentEncoded: false) }
}

extension Replica {
  /// Files beside a replica that nobody will finish: of copies whose processes were killed. Of one that is just being made there may be
  /// some too, so only those count that nobody has touched for an hour.
  package static func leftovers(beside path: String) -> [String] {
    let anHour: time_t = 3_600
    return (unfinishedCopies(beside: path, "partial") + unfinishedCopies(beside: path, "saved")).filter { file in
      var status = stat()
      return unsafe stat(file, &status) == 0 && time(nil) - status.st_mtim.tv_sec > anHour
    }
  }
}

/// Moves a file within its directory, over another one if need be, and has that outlast a power cut.
///
/// - Returns: false with `errno` set.
func moveFile(_ path: String, to destination: String) -> Bool {
  guard unsafe rename(path, destination) == 0 else { return false }
  let directory = URL(filePath: destination).deletingLastPathComponent().path(percentEncoded: false)
  let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  return fsync(descriptor) == 0
}

/// Has what a file holds outlast a power cut. Where there is no file, or one that nobody can write, there is nothing to do.
///
/// - Returns: false with `errno` set.
func syncFile(_ path: String) -> Bool {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { return errno == ENOENT }
  defer { close(descriptor) }
  return fdatasync(descriptor) == 0 || errno == EROFS
}
