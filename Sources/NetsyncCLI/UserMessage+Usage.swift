import ArgumentParser

// MARK: Arguments

extension UserMessage {
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
    if !named.verbs.isEmpty {
      return usage(
        "\(arguments.first ?? "that") is not taken here",
        why: "flags stand after the verb, as in 'netsync status --json'",
        next: "\(named.path) --help"
      )
    }
    let words = NetsyncCommand.message(for: error)
    // What a value stands for, where the parser says it.
    let help = NetsyncCommand.fullMessage(for: error).split(separator: "\n").first { $0.hasPrefix("Help:") }
    let form = NetsyncCommand.usageString(for: named.command).split(separator: "\n").first ?? ""
    return usage(
      "\(words.prefix(1).lowercased() + words.dropFirst())",
      why: help.map { "it stands for this: \($0.dropFirst(5).trimmed)" } ?? "the form is: \(form.trimmed)",
      next: "\(named.path) --help"
    )
  }
}

/// How far arguments name a command.
private struct NamedCommand {
  /// The last command that there is.
  private(set) var command: any ParsableCommand.Type = NetsyncCommand.self
  /// As it is typed: `netsync networks`.
  private(set) var path = NetsyncCommand._commandName
  /// The word that stands where a verb of ``command`` should.
  private(set) var unknown: String?

  init(in arguments: [String]) {
    for argument in arguments.prefix(while: { !$0.hasPrefix("-") && $0 != "help" }) where !verbs.isEmpty {
      guard let next = command.configuration.subcommands.first(where: { $0._commandName == argument }) else {
        unknown = argument
        return
      }
      command = next
      path += " \(argument)"
    }
  }

  var verbs: [String] { command.configuration.subcommands.map { $0._commandName } }
}

extension Substring {
  fileprivate var trimmed: String {
    split(separator: " ").joined(separator: " ")
  }
}
