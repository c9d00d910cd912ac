import FoundationEssentials
import Logging
import Netsync
import NetsyncAPI
import NetsyncHTTP

/// What the environment and the flags come to. A bad value is an error, never a default.
struct Settings: Sendable {
  /// More often would be a strain on the API, and on nothing that a person could see.
  static let shortestInterval = Duration.seconds(1)

  /// Each has a connection of its own, and a process may open a thousand files.
  static let mostInFlight = 256

  var replicaPath: String
  var isOffline: Bool
  var mayAsk: Bool
  var policy: ConflictPolicy
  var settleTime: Duration
  var maximumDeletes: Int?
  /// How often a daemon pulls.
  var pullInterval: Duration
  /// How many lists of interfaces a daemon reads with one pull.
  var listsOfCycle: Int
  /// How old a list of interfaces may be in a replica that is in sync.
  var listAge: Duration
  var requestTimeout: Duration
  /// How many requests may ever be on their way at once.
  var requestsInFlight: Int
  var logLevel: Logger.Level?
  var logFormat: LogFormat

  init(_ global: GlobalOptions, _ environment: [String: String]) throws(UserMessage) {
    let reader = EnvironmentReader(environment: environment)
    replicaPath = global.replica ?? reader.text("NETSYNC_REPLICA") ?? Self.standardPath(global, environment)
    let offline = try reader.truth("NETSYNC_OFFLINE")
    isOffline = global.offline || offline
    let noInput = try reader.truth("NETSYNC_NO_INPUT")
    mayAsk = !(global.noInput || noInput)
    policy = try reader.choice("NETSYNC_PUSH_ON_CONFLICT") ?? .newest
    settleTime = try reader.duration("NETSYNC_PUSH_SETTLE") ?? .seconds(90)
    maximumDeletes = try reader.count("NETSYNC_PULL_MAX_DELETES")
    pullInterval = try reader.duration("NETSYNC_PULL_INTERVAL") ?? .seconds(300)
    guard pullInterval >= Self.shortestInterval else { throw .setting("NETSYNC_PULL_INTERVAL", takes: "1s or more") }
    listsOfCycle = try reader.count("NETSYNC_PULL_INTERFACES_BUDGET") ?? Limits.listsOfCycle
    listAge = try reader.duration("NETSYNC_PULL_INTERFACES_AGE") ?? Limits.listAge
    requestTimeout = try reader.duration("NETSYNC_HTTP_TIMEOUT") ?? .seconds(10)
    guard requestTimeout > .zero else { throw .setting("NETSYNC_HTTP_TIMEOUT", takes: "1ms or more") }
    requestsInFlight = try reader.count("NETSYNC_HTTP_IN_FLIGHT") ?? Limits.requestsInFlight
    guard (1...Self.mostInFlight).contains(requestsInFlight) else {
      throw .setting("NETSYNC_HTTP_IN_FLIGHT", takes: "1 to \(Self.mostInFlight)")
    }
    logFormat = try reader.choice("NETSYNC_LOG_FORMAT") ?? .text
    if let level = reader.text("NETSYNC_LOG_LEVEL") {
      guard let level = Logger.Level(rawValue: level) else {
        throw .setting("NETSYNC_LOG_LEVEL", takes: Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
      }
      logLevel = level
    } else {
      logLevel = nil
    }
  }

  /// `$XDG_DATA_HOME/netsync/<profile>/replica.sqlite`.
  private static func standardPath(_ global: GlobalOptions, _ environment: [String: String]) -> String {
    let reader = EnvironmentReader(environment: environment)
    let data = reader.text("XDG_DATA_HOME") ?? "\(home(environment))/.local/share"
    let profile = global.profile ?? reader.text("NETSYNC_PROFILE") ?? "default"
    return "\(data)/netsync/\(profile)/replica.sqlite"
  }

  /// Where the user is at home; a service may have no variable that says so.
  static func home(_ environment: [String: String]) -> String {
    if let home = EnvironmentReader(environment: environment).text("HOME") { return home }
    let home = FileManager.default.homeDirectoryForCurrentUser.path(percentEncoded: false)
    return home.hasSuffix("/") ? String(home.dropLast()) : home
  }

  /// The way to the API: proxies and private authorities.
  static func road(to baseURL: BaseURL, _ environment: [String: String]) throws(UserMessage) -> Road {
    do {
      return try Road(to: baseURL, environment)
    } catch {
      switch error {
      case .proxy(let name): throw .setting(name, takes: "http://[USER:PASSWORD@]HOST[:PORT], or none")
      case .authorityFile: throw .setting("NETSYNC_HTTP_CA_FILE", takes: "a file of certificates in PEM")
      }
    }
  }

  static func baseURL(_ environment: [String: String]) throws(UserMessage) -> BaseURL {
    guard let text = EnvironmentReader(environment: environment).text("TELNYX_BASE_URL") else { return .telnyx }
    do { return try BaseURL(text) } catch { throw .baseURL(error) }
  }
}

/// How events are written to stderr.
enum LogFormat: String, CaseIterable, Sendable {
  case text, json
}

/// Reads variables; an empty one counts as not set.
private struct EnvironmentReader {
  let environment: [String: String]

  func text(_ name: String) -> String? {
    guard let text = environment[name], !text.isEmpty else { return nil }
    return text
  }

  func truth(_ name: String) throws(UserMessage) -> Bool {
    switch text(name)?.lowercased() {
    case nil, "0", "false", "no": return false
    case "1", "true", "yes": return true
    default: throw .setting(name, takes: "1 or 0")
    }
  }

  func duration(_ name: String) throws(UserMessage) -> Duration? {
    guard let text = text(name) else { return nil }
    do { return try DurationText.parse(text) } catch { throw .setting(name, takes: "a duration such as 90s or 5m") }
  }

  func count(_ name: String) throws(UserMessage) -> Int? {
    guard let text = text(name) else { return nil }
    guard let count = Int(text), count >= 0 else { throw .setting(name, takes: "a whole number") }
    return count
  }

  func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws(UserMessage) -> Choice?
  where Choice.RawValue == String {
    guard let text = text(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw .setting(name, takes: Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }
}
