import ArgumentParser

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
    let sentence = words.first ?? "the arguments cannot be used"
    return usage(
      "\(sentence.prefix(1).lowercased())\(sentence.dropFirst().replacing(". Please provide one of the following:", with: ""))",
      why: words.count > 1 ? "it takes \(words.dropFirst().joined(separator: ", "))" : named.form(in: error),
      next: "\(named.path) --help"
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
