import ArgumentParser
import Testing

@testable import NetsyncCLI

/// What holds of every command.
@Suite struct CommandTreeTests {
  private func commands(below command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
    command.configuration.subcommands.flatMap { [$0] + commands(below: $0) }
  }

  /// Where it is left to the parser, it is made of the type's name, which took a third of the time of every start.
  @Test func `every command says its name, and what it does`() {
    let commands = commands(below: NetsyncCommand.self)
    #expect(commands.count > 40)
    for command in commands {
      #expect(command.configuration.commandName != nil, "\(command)")
      #expect(!command.configuration.abstract.isEmpty, "\(command)")
    }
  }
}
