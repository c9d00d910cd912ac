import FoundationEssentials
import NetsyncAPI

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Finds the API key: `--api-key-file`, `$CREDENTIALS_DIRECTORY/telnyx-api-key`, `TELNYX_API_KEY`, the settings `api_key_file`
/// and `api_key_command`, `~/.config/netsync/credentials`, in that order. It is never an argument.
enum KeySource: Equatable, CustomStringConvertible {
  case file(String)
  /// A copy that systemd has made.
  case credential(String)
  case variable(text: String)
  case command(SetValue)

  /// The place that counts, whether or not its key can be used; nil where there is none.
  init?(_ configuration: Configuration) {
    let file = configuration.value(.apiKeyFile)
    let credential = configuration.environment["CREDENTIALS_DIRECTORY"].map { "\($0)/telnyx-api-key" }
    let kept = Self.credentials(configuration)
    if let file, case .flag = file.origin {
      self = .file(file.text)
    } else if let credential, FileManager.default.fileExists(atPath: credential) {
      self = .credential(credential)
    } else if let text = configuration.environment["TELNYX_API_KEY"] {
      self = .variable(text: text)
    } else if let file {
      self = .file(file.text)
    } else if let command = configuration.value(.apiKeyCommand) {
      self = .command(command)
    } else if FileManager.default.fileExists(atPath: kept) {
      self = .file(kept)
    } else {
      return nil
    }
  }

  /// Never the key itself.
  var description: String {
    switch self {
    case .file(let path), .credential(let path): path
    case .variable: "TELNYX_API_KEY"
    case .command(let command): "api_key_command of \(command.origin)"
    }
  }

  func key() async throws(UserMessage) -> APIKey {
    switch self {
    case .file(let path): return try Self.read(path)
    case .credential(let path): return try Self.read(path, of: .serviceManager)
    case .variable(let text):
      guard let key = APIKey(text) else { throw .keyMalformed(source: description) }
      return key
    case .command(let command): return try await KeyCommand.run(command.text)
    }
  }

  static func find(_ configuration: Configuration) async throws(UserMessage) -> (key: APIKey, source: KeySource) {
    guard let source = KeySource(configuration) else { throw .noKey(credentials(configuration)) }
    return (try await source.key(), source)
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
