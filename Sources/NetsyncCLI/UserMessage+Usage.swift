import ArgumentParser
import NetsyncModel

// MARK: Files for answers

extension UserMessage {
  static func unwritten(_ path: String, _ code: Int32) -> UserMessage {
    UserMessage(
      exit: .failed,
      code: "output",
      message: "the file could not be written",
      why: "\(path): \(SystemRefusal(errno: code).description)",
      next: ["name a file in a directory of yours"]
    )
  }

  static func isDatabase(_ path: String) -> UserMessage {
    usage(
      "that file is a database",
      why: "\(path) is one of SQLite's, such as a replica; it stays as it is",
      next: "choose another name"
    )
  }
}

// MARK: Arguments

extension UserMessage {
  /// An argument that is no UTF-8; nil where all are. It would come out as another name than was meant.
  static func undecodable(_ arguments: UnsafeMutablePointer<UnsafeMutablePointer<Int8>?>) -> UserMessage? {
    var index = 1
    while let argument = unsafe arguments[index] {
      if unsafe String(validatingCString: argument) == nil {
        return usage(
          "argument \(String(index)) cannot be read",
          why: "it is not UTF-8",
          next: "type it in a terminal whose locale is UTF-8, such as C.UTF-8"
        )
      }
      index += 1
    }
    return nil
  }

  /// Arguments that cannot be used, in the parser's words; a verb that there is none of, with those that there are.
  static func arguments(_ arguments: [String], _ error: any Error) -> UserMessage {
    let named = NamedCommand(in: arguments)
    if let unknown = named.unknown {
      let near = NearNames.nearest(to: unknown, among: named.verbs)
      return usage(
        "there is no command \(named.path) \(unknown)",
        why: "the commands are \(named.verbs.joined(separator: ", "))",
        next: near.isEmpty ? "\(named.path) --help" : "did you mean \(near.joined(separator: ", "))?"
      )
    }
    if !named.verbs.isEmpty, let flag = arguments.first(where: { $0.hasPrefix("-") }) {
      return usage(
        "\(flag) is not taken here",
        why: "a command's own flags stand after it, as in 'netsync pull --dry-run'",
        next: "\(named.path) --help"
      )
    }
    // The parser lists the values that there are below its sentence.
    let words = NetsyncCommand.message(for: error).split(separator: "\n  - ")
    let sentence = words.first?.prefix { $0 != "\n" } ?? "the arguments cannot be used"
    let values = words.dropFirst().map(String.init)
    let taken = values == OutputChoice.allValueStrings ? OutputChoice.words(for: named.command) : values
    let stray = GlobalOptions.strayWord(arguments).map {
      "; if \($0) is a name, put -- before it, if a value, = (--flag=\($0))"
    }
    return usage(
      "\(sentence.prefix(1).lowercased())\(sentence.dropFirst().replacing(". Please provide one of the following:", with: ""))",
      why: taken.isEmpty ? named.form(in: error) : "it takes \(taken.joined(separator: ", "))",
      next: "\(named.path) --help\(stray ?? "")"
    )
  }

  /// A name that the parser has taken for flags, -h among them.
  static func noFlag(_ word: String) -> UserMessage {
    usage(
      "\(word) is no flag",
      why: "a word that begins with - is taken for one",
      next: "put -- before a name that begins like that: netsync networks create -- \(word)"
    )
  }

  /// - Parameter edit: a deletion.
  static func hasNoName(_ edit: EditNumber) -> UserMessage {
    usage(
      "edit \(edit.description) has no name to change",
      why: "it is a deletion",
      next: "netsync outbox discard \(edit.description)"
    )
  }
}

/// How far arguments name a command.
struct NamedCommand {
  /// The last command that there is.
  private(set) var command: any ParsableCommand.Type = NetsyncCommand.self
  /// As it is typed: `netsync networks`.
  private(set) var path = NetsyncCommand._commandName
  /// How many arguments stand for commands.
  private(set) var depth = 0
  /// The word that stands where a verb of ``command`` should.
  private(set) var unknown: String?

  init(in arguments: [String]) {
    for argument in arguments.prefix(while: { !$0.hasPrefix("-") && $0 != "help" }) where !verbs.isEmpty {
      guard let next = command.configuration.subcommands.first(where: { $0._commandName == argument }) else {
        unknown = argument
        depth += 1
        return
      }
      command = next
      path += " \(argument)"
      depth += 1
    }
  }

  var verbs: [String] { command.configuration.subcommands.map { $0._commandName } }

  /// What the value in question stands for, where the parser says it; else how the command is used.
  func form(in error: any Error) -> TerminalText {
    let message = NetsyncCommand.fullMessage(for: error).split(separator: "\n")
    guard let help = message.first(where: { $0.hasPrefix("Help:") }) else {
      let form = NetsyncCommand.usageString(for: command).split(separator: "\n").first ?? ""
      return "the form is: \(form.trimmed)"
    }
    return help.contains("<d>")
      ? "a duration is a whole number and its unit, ms, s, m, h or d: 90s, 5m"
      : "it stands for this: \(help.dropFirst(5).trimmed)"
  }
}

extension Substring {
  fileprivate var trimmed: String {
    split(separator: " ").joined(separator: " ")
  }
}
