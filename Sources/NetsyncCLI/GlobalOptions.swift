import ArgumentParser
import Netsync
import FoundationEssentials

/// The flags that every command takes, before and after the verb.
struct GlobalOptions: ParsableArguments {
  /// How these flags are written; those that take a value, and those that do not.
  private static let written = (
    withValue: ["--replica", "-p", "--profile", "--config", "--api-key-file", "--color", "-o", "--output", "--fields"],
    alone: ["-q", "--quiet", "-v", "--verbose", "--no-input", "--offline", "--json"]
  )

  /// The parser knows these flags after the last verb only, so what stands before it, or between two, is put behind it.
  static func behindTheVerb(_ arguments: [String]) -> [String] {
    var (verbs, flags): ([String], [String]) = ([], [])
    var rest = arguments[...]
    while let first = rest.first {
      let name = String(first.prefix { $0 != "=" })
      if written.withValue.contains(name) {
        flags += rest.prefix(first.contains("=") ? 1 : 2)
        rest = rest.dropFirst(first.contains("=") ? 1 : 2)
      } else if written.alone.contains(first) || first.wholeMatch(of: /-[qv]+/) != nil {
        flags.append(first)
        rest = rest.dropFirst()
      } else if NamedCommand(in: verbs + [first]).depth > verbs.count {
        verbs.append(first)
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    return verbs.isEmpty ? arguments : verbs + flags + rest
  }

  @Option(help: ArgumentHelp("The replica's file.", valueName: "file"), completion: .file())
  var replica: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("A name that sets replicas and settings apart.", valueName: "name")
  )
  var profile: String?

  @Option(help: ArgumentHelp("Settings, instead of the user's file.", valueName: "file"), completion: .file())
  var config: String?

  @Option(
    name: .customLong("api-key-file"),
    help: ArgumentHelp("A file with the API key, 0600.", valueName: "file"),
    completion: .file()
  )
  var apiKeyFile: String?

  @Flag(name: [.short, .long], help: "Say nothing but the answer and errors.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Log what happens; twice for more.")
  var verbose: Int

  @Option(help: ArgumentHelp("Colour: auto, always or never.", valueName: "when"))
  var color = ColorChoice.auto

  @Flag(help: "Never ask; fail where an answer is due.")
  var noInput = false

  @Flag(help: "Open no connection.")
  var offline = false

  @Option(name: [.short, .long], help: ArgumentHelp("table, wide, json, jsonl, csv, tsv or id.", valueName: "format"))
  var output: OutputChoice?

  @Flag(help: "The same as --output json.")
  var json = false

  @Option(help: ArgumentHelp("Only these fields, in this order.", valueName: "a,b"))
  var fields: String?

  func validate() throws {
    if json, let output, output != .rows(.json) { throw ValidationError("--json is -o json, and another -o is given") }
  }

  /// A word that begins like short flags and is none: a name, or a number below zero.
  static func strayWord(_ arguments: [String]) -> String? {
    arguments.prefix { $0 != "--" }.first {
      $0.wholeMatch(of: /-([0-9]|[^-][^=]+)/) != nil && $0.wholeMatch(of: /-[hqvny]+/) == nil
    }
  }

  /// Whether errors are objects too.
  var saysJSON: Bool { json || output?.rows?.isJSON == true }

  /// The same of arguments that cannot be parsed as a whole.
  static func sayJSON(_ arguments: [String]) -> Bool {
    let formats = OutputFormat.allCases.filter(\.isJSON).map(\.rawValue)
    return arguments.contains("--json")
      || formats.contains { arguments.contains("--output=\($0)") || arguments.contains("-o=\($0)") }
      || zip(arguments, arguments.dropFirst()).contains { ["-o", "--output"].contains($0) && formats.contains($1) }
  }

  /// What `--color` says in arguments that cannot be parsed as a whole.
  static func color(_ arguments: [String]) -> ColorChoice {
    let given =
      arguments.compactMap { $0.hasPrefix("--color=") ? String($0.dropFirst(8)) : nil }
      + zip(arguments, arguments.dropFirst()).compactMap { $0 == "--color" ? $1 : nil }
    return given.last.flatMap(ColorChoice.init(rawValue:)) ?? .auto
  }

  func format(isTerminal: Bool) -> OutputFormat {
    if json { return .json }
    return output?.rows ?? .standard(isTerminal: isTerminal)
  }
}

/// What `-o` takes: a form that every list has, the metrics that only `status` has, or a picture, which only `graph` is.
enum OutputChoice: ExpressibleByArgument, Equatable {
  case rows(OutputFormat)
  case prometheus
  case picture(GraphFormat)

  init?(argument: String) {
    if let format = OutputFormat(rawValue: argument) {
      self = .rows(format)
    } else if let format = GraphFormat(rawValue: argument) {
      self = .picture(format)
    } else {
      guard argument == "prometheus" else { return nil }
      self = .prometheus
    }
  }

  static var allValueStrings: [String] { OutputFormat.allValueStrings }

  /// Those that a command has.
  static func words(for command: any ParsableCommand.Type) -> [String] {
    if command == GraphCommand.self { return GraphFormat.allCases.map(\.rawValue) }
    let isList = (command as? any NetsyncVerb.Type)?.answersWithRows ?? true
    let objects = [OutputFormat.table, .wide, .json, .jsonl].map(\.rawValue)
    return (isList ? allValueStrings : objects) + (command == StatusCommand.self ? ["prometheus"] : [])
  }
  static var defaultCompletionKind: CompletionKind {
    .list(allValueStrings + GraphFormat.allCases.map(\.rawValue) + ["prometheus"])
  }

  var rows: OutputFormat? {
    if case .rows(let format) = self { format } else { nil }
  }
}

extension OutputFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}

/// A duration as the contract writes it: `90s`, `5m`.
struct DurationArgument: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    guard let duration = try? DurationText.parse(argument) else { return nil }
    self.duration = duration
  }

  var defaultValueDescription: String { DurationText.short(duration) }
}

/// An enum of the library as an argument, by its raw value.
struct Choice<Value: RawRepresentable & CaseIterable & Sendable>: ExpressibleByArgument, Sendable
where Value.RawValue == String {
  let value: Value

  init(_ value: Value) { self.value = value }

  init?(argument: String) {
    guard let value = Value(rawValue: argument) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { value.rawValue }
  static var allValueStrings: [String] { Value.allCases.map(\.rawValue) }
  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
