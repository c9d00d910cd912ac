import ArgumentParser
import NetsyncTestKit

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

struct YearsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "years",
    abstract: "Years of one host that syncs once an hour: every promise is kept, and nothing grows with the years.",
    discussion: "The exit status is 0 only where that is so."
  )

  @Option(help: ArgumentHelp("How many.", valueName: "n"))
  var years = 10

  @Option(help: ArgumentHelp("Decides everything.", valueName: "s"))
  var seed: UInt64 = 1

  func validate() throws {
    // From the second year on every horizon has been passed: what grows shows in the third.
    guard years > 2 else { throw ValidationError("--years must be 3 or more.") }
  }

  func run() throws {
    print("year   bytes  networks  gone  changes  sweeps  edits  cycles  requests  crashes")
    let summary = try LongRun(years: years, seed: seed).run { number, year in
      let numbers = [
        (number, 4), (year.bytes, 8), (year.networks, 10), (year.tombstones, 6), (year.changes, 9), (year.sweeps, 8),
        (year.edits, 7), (year.cycles, 8), (year.requests, 10), (year.crashes, 9),
      ]
      print(numbers.map { right($0, $1) }.joined())
      // A year takes its time: who looks at a file sees it as well.
      fflush(nil)
    }
    print("faults         \(summary.struck.values.reduce(0, +))")
    print("violations     \(summary.violations.count)")
    for violation in summary.violations.prefix(20) { print("  \(violation)") }
    guard summary.violations.isEmpty else { throw ExitCode.failure }
  }
}
