import ArgumentParser
import NetsyncTestKit

@main
struct NetsyncSimulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "netsync-simulate",
    abstract: "Runs the sync engine through made-up worlds in which everything goes wrong, one per seed."
  )

  @Option(help: "How many seeds to run.")
  var seeds = 1_000

  @Option(help: "The first seed; alone, without --seeds, only this one, with its trace.")
  var seed: UInt64?

  @Option(help: "Hosts per seed; 1 to 3 by the seed unless given.")
  var replicas: Int?

  @Option(help: "Which faults may strike: all, none, or names with commas between.")
  var faults = "all"

  @Flag(help: "Runs every seed twice and compares the traces.")
  var twice = false

  @Flag(help: "The canary: an edit is dropped on purpose, and must be missed.")
  var canary = false

  @Option(help: "Seeds that run at the same time.")
  var workers = 2

  @Flag(help: "Prints the trace of each seed.")
  var trace = false

  func run() throws {
    var options = SimulationOptions()
    options.replicas = replicas
    options.isCanary = canary
    if faults == "none" {
      options.faults = []
    } else if faults != "all" {
      options.faults = Set(faults.split(separator: ",").compactMap { Fault(rawValue: String($0)) })
    }
    if trace {
      options.keepsTrace = true
      let report = try Simulation(seed: seed ?? 1, options: options).run()
      print(report.trace.joined(separator: "\n"))
      print(report.violations)
      print(report.events, report.outcomes)
      return
    }
    var campaign = Campaign(firstSeed: seed ?? 1, seeds: seeds, options: options, workers: workers)
    campaign.runsTwice = twice
    let clock = ContinuousClock()
    let start = clock.now
    let summary = campaign.run()
    let elapsed = start.duration(to: clock.now)
    print(
      summary.seeds,
      "seeds",
      elapsed,
      "events",
      summary.events,
      "fewest",
      summary.fewestEvents,
      "faults",
      summary.faults,
      "edits",
      summary.edits,
      "landed",
      summary.landed,
      summary.meant,
      summary.outcomes,
      "failures",
      summary.failures.count
    )
    for failure in summary.failures.prefix(20) { print(failure.seed, failure.what.prefix(3)) }
  }
}
