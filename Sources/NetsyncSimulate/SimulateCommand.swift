import ArgumentParser

@main
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "netsync-simulate",
    abstract: "Runs the sync engine through made-up worlds in which everything goes wrong, one per seed.",
    subcommands: [CampaignCommand.self, CrashSweepCommand.self, YearsCommand.self],
    defaultSubcommand: CampaignCommand.self
  )
}

/// A number with spaces before it.
func right(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: " ", count: max(0, width - digits.count)) + digits
}
