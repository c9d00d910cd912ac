package import ArgumentParser
import Foundation

/// The command line: `netsync`.
package struct NetsyncCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "netsync",
    abstract: "A replica of your Telnyx networks on this host: read and edit offline, sync when you can.",
    discussion: "First time? 'netsync demo' shows everything on a made-up account.",
    version: "0.1.0",
    subcommands: [
      PullCommand.self, PlanCommand.self, PushCommand.self, SyncCommand.self, StatusCommand.self,
      DaemonCommand.self,
      NetworksCommand.self, InterfacesCommand.self, SearchCommand.self, GraphCommand.self, OutboxCommand.self,
      ConflictsCommand.self,
      LogCommand.self, WhyCommand.self, UndoCommand.self, QueryCommand.self, ImportCommand.self, ExportCommand.self,
      AuthCommand.self, ConfigCommand.self, DoctorCommand.self, CompletionCommand.self,
      ReplicaCommand.self,
      DemoCommand.self, SandboxCommand.self,
    ]
  )

  package init() {}

  package static func main() async {
    Foundation.exit(await run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// Parses and runs; what went wrong is said on stderr, and its status is returned.
  static func run(_ arguments: [String]) async -> ExitStatus {
    let arguments = GlobalOptions.behindTheVerb(arguments)
    let command: any ParsableCommand
    do {
      if let message = unsafe UserMessage.undecodable(CommandLine.unsafeArgv) { throw message }
      command = try parseAsRoot(arguments)
    } catch let message as UserMessage {
      message.say(asJSON: GlobalOptions.sayJSON(arguments), color: GlobalOptions.color(arguments))
      return message.exit
    } catch {
      return say(error, about: arguments)
    }
    let global = (command as? any NetsyncVerb)?.global
    do {
      if let verb = command as? any NetsyncVerb { try checkForm(of: verb) }
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        // ArgumentParser's own: help and version.
        var command = command
        try command.run()
      }
      try StandardStream.output.flush()
      return .done
    } catch let status as ExitStatus {
      try? StandardStream.output.flush()
      return status
    } catch let message as UserMessage {
      try? StandardStream.output.flush()
      message.say(asJSON: global?.saysJSON ?? false, color: global?.color ?? .auto)
      return message.exit
    } catch StreamFailure.brokenPipe {
      return .done
    } catch let error as StreamFailure {
      UserMessage.output(error).say(asJSON: global?.saysJSON ?? false, color: global?.color ?? .auto)
      return .failed
    } catch let error where exitCode(for: error).isSuccess {
      return say(error, about: arguments)
    } catch {
      let bug = UserMessage.bug(error)
      bug.say(asJSON: global?.saysJSON ?? false, color: global?.color ?? .auto)
      return bug.exit
    }
  }

  /// What is said of arguments that cannot be parsed, as people read it; nil for those that can. Runs nothing.
  package static func refusal(of arguments: [String]) -> [String]? {
    let arguments = GlobalOptions.behindTheVerb(arguments)
    do {
      _ = try parseAsRoot(arguments)
      return nil
    } catch {
      return exitCode(for: error).isSuccess ? nil : UserMessage.arguments(arguments, error).lines(Style.plain)
    }
  }

  /// Refuses a form of the answer that the command does not have.
  private static func checkForm(of verb: any NetsyncVerb) throws(UserMessage) {
    let global = verb.global
    if global.output == .prometheus, !(verb is StatusCommand) { throw .onlyStatusSaysMetrics }
    if case .picture = global.output, !(verb is GraphCommand) { throw .onlyGraphDraws }
    guard !type(of: verb).answersWithRows else { return }
    switch global.output?.rows {
    case .csv, .tsv, .id: throw .noRows("-o \(global.output?.rows?.rawValue ?? "")")
    case .table, .wide, .json, .jsonl, nil: break
    }
    if global.fields != nil { throw .noRows("--fields") }
  }

  /// nil where help or the version was asked for. The parser shows help of no command there is, and for -h in a name like -dash.
  private static func refused(_ arguments: [String], _ word: any Error) -> UserMessage? {
    let named = Array(arguments.dropFirst())
    if arguments.first == "help", NamedCommand(in: named).unknown != nil { return .arguments(named, word) }
    guard exitCode(for: word).isSuccess else { return .arguments(arguments, word) }
    return GlobalOptions.strayWord(arguments).map(UserMessage.noFlag)
  }

  /// Says what the parser has to say: help and version on stdout, arguments that cannot be used as any other error.
  private static func say(_ word: any Error, about arguments: [String]) -> ExitStatus {
    if let refused = refused(arguments, word) {
      refused.say(asJSON: GlobalOptions.sayJSON(arguments), color: GlobalOptions.color(arguments))
      return .usage
    }
    let output = StandardStream.output
    try? output.write(fullMessage(for: word) + "\n")
    try? output.flush()
    return .done
  }
}

/// A command of the tool, with the flags that all of them take.
protocol NetsyncVerb: AsyncParsableCommand {
  /// Whether its answer has rows and columns; else it is an object, or lines for people.
  static var answersWithRows: Bool { get }
  var global: GlobalOptions { get }
}

extension NetsyncVerb {
  static var answersWithRows: Bool { false }
}

/// The exit codes of the contract. Thrown where everything has been said already.
enum ExitStatus: Int32, Error, Sendable {
  case done = 0
  case failed = 1
  /// Only with `--exit-code`: there is something to push, or status is not clean.
  case pending = 2
  /// Some edits were refused, the rest was sent.
  case partly = 3
  case credentials = 4
  case notNow = 5
  case notSetUp = 6
  case needsDecision = 7
  case held = 8
  case busy = 9
  case damaged = 10
  case usage = 64
  case bug = 70
  case configuration = 78
  case interrupted = 130
  case terminated = 143
}
