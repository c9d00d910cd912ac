import FoundationEssentials
import NetsyncAPI

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Finds the API key: `--api-key-file`, `$CREDENTIALS_DIRECTORY/telnyx-api-key`, `TELNYX_API_KEY`, the settings `api_key_file`
/// and `api_key_command`, `~/.config/netsync/credentials`, in that order. It is never an argument.
enum KeySource {
  /// - Returns: with where it was found, in words.
  static func find(_ configuration: Configuration) async throws(UserMessage) -> (key: APIKey, source: String) {
    let file = configuration.value(.apiKeyFile)
    if let file, case .flag = file.origin { return (try read(file.text), file.text) }
    if let directory = configuration.environment["CREDENTIALS_DIRECTORY"] {
      let path = "\(directory)/telnyx-api-key"
      if FileManager.default.fileExists(atPath: path) { return (try read(path, of: .serviceManager), path) }
    }
    if let text = configuration.environment["TELNYX_API_KEY"] {
      guard let key = APIKey(text) else { throw .keyMalformed(source: "TELNYX_API_KEY") }
      return (key, "TELNYX_API_KEY")
    }
    if let file { return (try read(file.text), file.text) }
    if let command = configuration.value(.apiKeyCommand) {
      return (try await KeyCommand.run(command.text), "api_key_command of \(command.origin)")
    }
    let path = credentials(configuration)
    guard FileManager.default.fileExists(atPath: path) else { throw .noKey(path) }
    return (try read(path), path)
  }

  /// Where `auth login` puts the key.
  static func credentials(_ configuration: Configuration) -> String {
    "\(Configuration.directory(configuration.environment))/credentials"
  }

  /// Who made a key file.
  enum Keeper { case user, serviceManager }

  /// A key file is regular, its user's own, closed to everybody else, and holds one line.
  ///
  /// systemd's copy of a credential is root's, and opened to the service by an ACL, which shows as the group's bits.
  static func read(_ path: String, of keeper: Keeper = .user) throws(UserMessage) -> APIKey {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .keyFile(path, "it cannot be read") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .keyFile(path, "it is not a regular file")
    }
    let isServiceManagers = keeper == .serviceManager && status.st_uid == 0
    guard status.st_uid == geteuid() || isServiceManagers else { throw .keyFile(path, "it belongs to another user") }
    guard status.st_mode & (isServiceManagers ? 0o007 : 0o077) == 0 else {
      throw .keyFile(path, "others can read it", next: "chmod 600 \(path)")
    }
    var buffer = [UInt8](repeating: 0, count: 8_192)
    let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { throw .keyFile(path, "it cannot be read") }
    guard let key = APIKey(line: buffer[..<count]) else {
      throw .keyFile(path, "it does not hold one line of visible ASCII")
    }
    return key
  }
}
