/// What can be set, by the name that it has in a file.
enum Setting: String, CaseIterable, Sendable {
  case profile
  case replica
  case offline
  case noInput = "no_input"
  case pager
  case baseURL = "base_url"
  case apiKeyFile = "api_key_file"
  case apiKeyCommand = "api_key_command"
  case policy = "push.on_conflict"
  case settleTime = "push.settle"
  case maximumDeletes = "pull.max_deletes"
  case pullInterval = "pull.interval"
  case listsOfCycle = "pull.interfaces_budget"
  case listAge = "pull.interfaces_age"
  case requestTimeout = "http.timeout"
  case requestsInFlight = "http.in_flight"
  case proxy = "http.proxy"
  case authorities = "http.ca_file"
  case failedPulls = "alarm.after"
  case onConflict = "on.conflict"
  case onHeld = "on.held"
  case onRefused = "on.refused"
  case onAlarm = "on.alarm"
  case onRecovered = "on.recovered"
  case logLevel = "log.level"
  case logFormat = "log.format"

  /// The variable of the environment.
  var variable: String {
    self == .baseURL ? "TELNYX_BASE_URL" : "NETSYNC_\(rawValue.uppercased().replacing(".", with: "_"))"
  }

  /// Those that name what is run.
  static let commands = [Setting.pager, .apiKeyCommand] + NoticeEvent.allCases.map(\.setting)

  /// What counts where nothing is set, in words; nil where that is nothing.
  var standard: String? {
    switch self {
    case .profile: "default"
    case .baseURL: "https://api.telnyx.com/v2"
    case .offline, .noInput: "false"
    case .pager: "less"
    case .policy: "newest"
    case .settleTime: "90s"
    case .pullInterval: "5m"
    case .listsOfCycle: "600"
    case .listAge: "1d"
    case .requestTimeout: "10s"
    case .requestsInFlight: "32"
    case .failedPulls: "3"
    case .logLevel: "warning"
    case .logFormat: "text"
    case .replica, .apiKeyFile, .apiKeyCommand, .maximumDeletes, .proxy, .authorities: nil
    case .onConflict, .onHeld, .onRefused, .onAlarm, .onRecovered: nil
    }
  }
}

/// A setting as somebody has set it.
struct SetValue: Hashable, Sendable {
  enum Origin: Hashable, Sendable {
    case flag(String)
    case variable(String)
    case file(String, line: Int)
  }

  var text: String
  var origin: Origin
}

extension SetValue.Origin: CustomStringConvertible {
  /// `--profile`, `NETSYNC_PROFILE`, `/etc/netsync/config.yaml:7`.
  var description: String {
    switch self {
    case .flag(let name), .variable(let name): name
    case .file(let path, let line): "\(path):\(line)"
    }
  }
}
