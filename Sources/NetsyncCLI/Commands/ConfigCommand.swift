import ArgumentParser
import FoundationEssentials
import Netsync

/// `netsync config`: what is set, where, and whether it can be used.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Show the settings and where each comes from; check all of them.",
    discussion: """
      Flags count before the environment, that before the user's file, that before \(Configuration.hostsFile). A file is YAML: \
      'push.on_conflict: hold', or push: with on_conflict: hold below it; settings below profiles: NAME: are those of --profile NAME.
      """,
    subcommands: [List.self, Path.self, Check.self]
  )

  struct List: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List every setting, its value, and where that comes from."
    )
    static let answersWithRows = true
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      try await session.list(Self.columns, Setting.allCases.map { Self.cells($0, session.configuration.value($0)) })
    }

    private static let columns: [Listing.Column] = [
      .init("key", header: "SETTING", isIdentifier: true),
      .init("value", header: "VALUE", isFlexible: true),
      .init("source", header: "FROM"),
      .init("file", visibility: .hidden, isInTSV: false),
      .init("line", visibility: .hidden, isInTSV: false),
      .init("variable", header: "VARIABLE", visibility: .wide, isInTSV: false),
    ]

    private static func cells(_ setting: Setting, _ value: SetValue?) -> Listing.Row {
      let (file, line): (String?, Int?) =
        if case .file(let path, let line)? = value?.origin { (path, line) } else { (nil, nil) }
      return [
        .init(.string(setting.rawValue)),
        .init(JSONText(value.map { setting == .proxy ? $0.text.withoutUser : $0.text } ?? setting.standard)),
        .init(.string(value?.origin.description ?? "default"), tone: value == nil ? .dim : .plain),
        .init(JSONText(file)),
        .init(JSONText(line)),
        .init(.string(setting.variable)),
      ]
    }
  }

  struct Path: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "path",
      abstract: "Print where the user's file of settings is, or would be."
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let found = try Configuration(global, ProcessInfo.processInfo.environment)
      let isThere = found.files.map(\.path)
      try global.answer(
        [
          "schema": "netsync.config_path/1", "user": .string(found.usersFile),
          "user_exists": .bool(isThere.contains(found.usersFile)), "host": .string(Configuration.hostsFile),
          "host_exists": .bool(isThere.contains(Configuration.hostsFile)),
        ],
        orSay: ["\(found.usersFile)"]
      )
    }
  }

  struct Check: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check the files, the variables and every value; exit 78 where one cannot be used."
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let found = try Configuration(global, ProcessInfo.processInfo.environment)
      _ = try Settings(found)
      _ = try found.road(to: try found.baseURL())
      let strays = found.strayVariables
      guard strays.isEmpty else { throw UserMessage.configuration("the environment", strays.map { .init(reason: $0) }) }
      let set = Setting.allCases.filter { found.value($0) != nil }.count
      try global.answer(
        [
          "schema": "netsync.config_check/1", "files": .array(found.files.map { .string($0.path) }),
          "set": JSONText(set),
        ],
        orSay: ["Sound: \(counted(set, "setting")) set, \(counted(found.files.count, "file")) read."]
      )
    }
  }
}

extension String {
  /// A proxy's address without the user and the password in it.
  fileprivate var withoutUser: String {
    guard let at = lastIndex(of: "@") else { return self }
    let scheme = firstRange(of: "://").map { self[..<$0.upperBound] } ?? ""
    return "\(scheme)[redacted]\(self[at...])"
  }
}
