import Logging
import Netsync
import NetsyncAPI
import NetsyncHTTP

/// What the configuration comes to. A bad value is an error, never a default.
struct Settings: Sendable {
  /// More often would be a strain on the API, and on nothing that a person could see.
  static let shortestInterval = Duration.seconds(1)

  /// Each has a connection of its own, and a process may open a thousand files.
  static let mostInFlight = 256

  let replicaPath: String
  let isOffline: Bool
  let mayAsk: Bool
  let policy: ConflictPolicy
  let settleTime: Duration
  let maximumDeletes: Int?
  /// How often a daemon pulls.
  let pullInterval: Duration
  /// How many lists of interfaces a daemon reads with one pull.
  let listsOfCycle: Int
  let tolerance: Tolerance
  let requestTimeout: Duration
  /// How many requests may ever be on their way at once.
  let requestsInFlight: Int
  /// What is run where something has come about.
  let hooks: [NoticeEvent: HookCommand]
  let logLevel: Logger.Level?
  let logFormat: LogFormat

  init(_ configuration: Configuration) throws(UserMessage) {
    for file in configuration.files where !file.faults.isEmpty { throw .configuration(file.path, file.faults) }
    let profile = configuration.profile
    guard !profile.contains("/"), !["", ".", ".."].contains(profile) else {
      throw configuration.refusal(of: .profile, takes: "a name without a slash")
    }
    replicaPath = configuration.text(.replica) ?? Self.standardPath(configuration)
    isOffline = try configuration.truth(.offline)
    mayAsk = try !configuration.truth(.noInput)
    policy = try configuration.choice(.policy) ?? .newest
    settleTime = try configuration.duration(.settleTime) ?? .seconds(90)
    maximumDeletes = try configuration.count(.maximumDeletes)
    pullInterval = try configuration.duration(.pullInterval) ?? .seconds(300)
    guard pullInterval >= Self.shortestInterval else {
      throw configuration.refusal(of: .pullInterval, takes: "1s or more")
    }
    listsOfCycle = try configuration.count(.listsOfCycle) ?? Limits.listsOfCycle
    let failedPulls = try configuration.count(.failedPulls) ?? Limits.failedPulls
    guard failedPulls > 0 else { throw configuration.refusal(of: .failedPulls, takes: "1 or more") }
    tolerance = Tolerance(
      listAge: try configuration.duration(.listAge) ?? Limits.listAge,
      failedPulls: failedPulls
    )
    requestTimeout = try configuration.duration(.requestTimeout) ?? .seconds(10)
    guard requestTimeout > .zero else { throw configuration.refusal(of: .requestTimeout, takes: "1ms or more") }
    requestsInFlight = try configuration.count(.requestsInFlight) ?? Limits.requestsInFlight
    guard (1...Self.mostInFlight).contains(requestsInFlight) else {
      throw configuration.refusal(of: .requestsInFlight, takes: "1 to \(Self.mostInFlight)")
    }
    var hooks: [NoticeEvent: HookCommand] = [:]
    for event in NoticeEvent.allCases {
      guard let words = configuration.text(event.setting) else { continue }
      guard let command = HookCommand(words) else {
        throw configuration.refusal(of: event.setting, takes: "a program and its arguments")
      }
      hooks[event] = command
    }
    self.hooks = hooks
    logFormat = try configuration.choice(.logFormat) ?? .text
    logLevel = try configuration.choice(.logLevel)
  }

  /// `$XDG_DATA_HOME/netsync/<profile>/replica.sqlite`.
  private static func standardPath(_ configuration: Configuration) -> String {
    let environment = configuration.environment
    let data = environment["XDG_DATA_HOME"] ?? "\(Configuration.home(environment))/.local/share"
    return "\(data)/netsync/\(configuration.profile)/replica.sqlite"
  }
}

extension Configuration {
  func baseURL() throws(UserMessage) -> BaseURL {
    guard let value = value(.baseURL) else { return .telnyx }
    do { return try BaseURL(value.text) } catch { throw .baseURL(error, value.origin) }
  }

  /// The way to the API: proxies and private authorities.
  func road(to baseURL: BaseURL) throws(UserMessage) -> Road {
    var environment = environment
    for setting in [Setting.proxy, .authorities] { environment[setting.variable] = text(setting) }
    do {
      return try Road(to: baseURL, environment)
    } catch {
      let takes = "http://[USER:PASSWORD@]HOST[:PORT], or none"
      switch error {
      case .proxy(Setting.proxy.variable): throw refusal(of: .proxy, takes: takes)
      case .proxy(let variable): throw .setting(.proxy, .variable(variable), takes: takes)
      case .authorityFile: throw refusal(of: .authorities, takes: "a file of certificates in PEM")
      }
    }
  }
}

/// How events are written to stderr.
enum LogFormat: String, CaseIterable, Sendable {
  case text, json
}
