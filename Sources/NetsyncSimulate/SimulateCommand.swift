import ArgumentParser

@main
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "netsync-simulate",
    abstract: "Runs the sync engine through made-up worlds in which everything goes wrong, one per seed.",
    subcommands: [CampaignCommand.self, CrashSweepCommand.self],
    defaultSubcommand: CampaignCommand.self
  )
}
