import FoundationEssentials
import Netsync

/// All that is set, wherever: flags before variables before the user's file before the host's, and the defaults behind them.
///
/// Nothing is guessed: a value that cannot be used, and a name that is none, are errors with their place.
struct Configuration: Sendable {
  static let hostsFile = "/etc/netsync/config.yaml"

  let environment: [String: String]
  let profile: String
  /// The user's file, whether or not it is there.
  let usersFile: String
  /// Those that are there, the user's first.
  let files: [ConfigurationFile]
  private let flags: [Setting: SetValue]

  /// - Throws: where the file that was asked for is not there. What is wrong in a file is in its ``ConfigurationFile/faults``.
  init(_ global: GlobalOptions, _ environment: [String: String]) throws(UserMessage) {
    self.environment = environment.filter { !$0.value.isEmpty }
    let asked = global.config ?? self.environment["NETSYNC_CONFIG"]
    usersFile = asked ?? "\(Self.directory(self.environment))/config.yaml"
    files = [usersFile, Self.hostsFile].compactMap(ConfigurationFile.init)
    if asked != nil, files.first?.path != usersFile {
      throw .configuration(usersFile, [.init(reason: "there is no such file")])
    }
    let given: [(Setting, String, String?)] = [
      (.profile, "--profile", global.profile), (.replica, "--replica", global.replica),
      (.apiKeyFile, "--api-key-file", global.apiKeyFile), (.offline, "--offline", global.offline ? "true" : nil),
      (.noInput, "--no-input", global.noInput ? "true" : nil),
    ]
    flags = Dictionary(
      given.compactMap { setting, flag, text in text.map { (setting, SetValue(text: $0, origin: .flag(flag))) } },
      uniquingKeysWith: { first, _ in first }
    )
    let chosen =
      flags[.profile]?.text ?? self.environment[Setting.profile.variable]
      ?? files.lazy.compactMap { $0.value(.profile)?.text }.first
    profile = chosen ?? "default"
  }

  /// nil where nothing is set.
  func value(_ setting: Setting) -> SetValue? {
    if let flag = flags[setting] { return flag }
    if let text = environment[setting.variable] { return SetValue(text: text, origin: .variable(setting.variable)) }
    if let set = files.lazy.compactMap({ $0.value(setting, of: profile) }).first { return set }
    // What every program goes by that has lists to show.
    guard setting == .pager, let text = environment["PAGER"] else { return nil }
    return SetValue(text: text, origin: .variable("PAGER"))
  }

  /// What is said of each variable that is called like a setting and is none: whoever set it means something by it.
  var strayVariables: [String] {
    let known = Setting.allCases.map(\.variable) + ["NETSYNC_CONFIG", "NETSYNC_DAEMON_OPTIONS"]
    return environment.keys.filter { $0.hasPrefix("NETSYNC_") && !known.contains($0) }.sorted().map { name in
      let near = NearNames.nearest(to: name, among: known)
      return "there is no setting \(name)\(near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?")"
    }
  }

  func text(_ setting: Setting) -> String? { value(setting)?.text }

  func truth(_ setting: Setting) throws(UserMessage) -> Bool {
    switch text(setting)?.lowercased() {
    case nil, "0", "false", "no": return false
    case "1", "true", "yes": return true
    default: throw refusal(of: setting, takes: "1 or 0, true or false")
    }
  }

  func duration(_ setting: Setting) throws(UserMessage) -> Duration? {
    guard let text = text(setting) else { return nil }
    do { return try DurationText.parse(text) } catch {
      throw refusal(of: setting, takes: "a duration such as 90s or 5m")
    }
  }

  func count(_ setting: Setting) throws(UserMessage) -> Int? {
    guard let text = text(setting) else { return nil }
    guard let count = Int(text), count >= 0 else { throw refusal(of: setting, takes: "a whole number") }
    return count
  }

  func choice<Choice: RawRepresentable & CaseIterable>(_ setting: Setting) throws(UserMessage) -> Choice?
  where Choice.RawValue == String {
    guard let text = text(setting) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw refusal(of: setting, takes: Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  /// What is said of a setting that is not one of those it takes.
  func refusal(of setting: Setting, takes: String) -> UserMessage {
    .setting(setting, value(setting)?.origin ?? .variable(setting.variable), takes: takes)
  }

  /// Where the user keeps settings and the key.
  static func directory(_ environment: [String: String]) -> String {
    "\(environment["XDG_CONFIG_HOME"] ?? "\(home(environment))/.config")/netsync"
  }

  /// Where the user is at home; a service may have no variable that says so.
  static func home(_ environment: [String: String]) -> String {
    if let home = environment["HOME"] { return home }
    let home = FileManager.default.homeDirectoryForCurrentUser.path(percentEncoded: false)
    return home.hasSuffix("/") ? String(home.dropLast()) : home
  }
}
