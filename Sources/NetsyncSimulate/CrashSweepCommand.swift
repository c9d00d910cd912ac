import ArgumentParser
import NetsyncTestKit

struct CrashSweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crash-sweep",
    abstract: "Fixed scenarios, with a process that dies at every moment of every durable step.",
    discussion: "The exit status is 0 only where every promise was kept and every durable step was taken."
  )

  @Option(help: ArgumentHelp("Runs with two crashes.", valueName: "n"))
  var pairs = 0

  @Option(help: ArgumentHelp("Runs at the same time; the default: as many as there are processors.", valueName: "n"))
  var workers = processorCount

  func validate() throws {
    guard pairs >= 0 else { throw ValidationError("--pairs must be 0 or more.") }
    guard workers > 0 else { throw ValidationError("--workers must be 1 or more.") }
  }

  func run() throws {
    var sweep = CrashSweep(workers: workers)
    sweep.pairs = pairs
    let summary = try sweep.run()
    print("steps  moments   runs  scenario")
    for row in summary.rows {
      print("\(right(row.steps, 5))  \(right(row.moments, 7))  \(right(row.runs, 5))  \(row.scenario)")
    }
    print("")
    print("scenarios      \(summary.rows.count)")
    print("durable steps  \(summary.steps - summary.missing.count) of \(summary.steps)", terminator: "")
    print(summary.missing.isEmpty ? "" : "; never taken: \(summary.missing.joined(separator: ", "))")
    print("moments        \(summary.moments)")
    print("runs           \(summary.runs)")
    print("crashes        \(summary.crashes)")
    print("violations     \(summary.violations.count)")
    for violation in summary.violations.prefix(50) { print("  \(violation)") }
    guard summary.violations.isEmpty, summary.missing.isEmpty else { throw ExitCode.failure }
  }
}
