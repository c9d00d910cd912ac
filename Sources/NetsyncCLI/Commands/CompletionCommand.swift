import ArgumentParser

/// `netsync completion`: what a shell needs to complete the words of a command line.
struct CompletionCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "completion",
    abstract: "Print a script that completes commands, flags and networks in a shell.",
    discussion: """
      bash: netsync completion bash > ~/.local/share/bash-completion/completions/netsync
      zsh:  netsync completion zsh > a directory of $fpath, named _netsync
      fish: netsync completion fish > ~/.config/fish/completions/netsync.fish
      """
  )

  enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash, zsh, fish

    var parsers: CompletionShell {
      switch self {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    }
  }

  @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "shell"))
  var shell: Shell
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    try StandardStream.output.write(NetsyncCommand.completionScript(for: shell.parsers) + "\n")
    try StandardStream.output.flush()
  }
}
