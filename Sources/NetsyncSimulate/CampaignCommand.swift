import ArgumentParser
import Dispatch
import NetsyncModel
import NetsyncTestKit
import Synchronization

#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

private let isInterrupted = Atomic(false)

struct CampaignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "campaign",
    abstract: "Many seeds; or one, with its trace or made small. What is run without a command.",
    discussion: """
      The exit status is 0 only where every promise was kept; with --canary, where every seed broke one. Ctrl-C ends it with the seeds that \
      are done, and status 130.
      """
  )

  @OptionGroup var world: WorldOptions

  @Option(help: ArgumentHelp("How many seeds to run.", valueName: "n"))
  var seeds = 1_000

  @Option(help: ArgumentHelp("The first seed, or the only one.", valueName: "s"))
  var seed: UInt64 = 1

  @Flag(help: "Run every seed twice and compare the traces.")
  var twice = false

  @Option(
    help: ArgumentHelp("Seeds that run at the same time; the default: as many as there are processors.", valueName: "n")
  )
  var workers = processorCount

  @Flag(help: "Stop at the first seed that breaks a promise.")
  var untilViolation = false

  @Flag(help: "Show what was struck by which fault.")
  var coverage = false

  @Flag(help: "Show what happens in one seed.")
  var trace = false

  @Flag(help: "Make one failing seed small.")
  var shrink = false

  func validate() throws {
    guard seeds > 0 else { throw ValidationError("--seeds must be 1 or more.") }
    guard workers > 0 else { throw ValidationError("--workers must be 1 or more.") }
    guard !(trace && shrink) else {
      throw ValidationError("--shrink shows the trace of the small run; --trace is not needed.")
    }
  }

  func run() throws {
    if trace { return try runTrace() }
    if shrink { return try runShrink() }
    var campaign = Campaign(firstSeed: seed, seeds: seeds, options: world.options, workers: workers)
    campaign.runsTwice = twice
    campaign.stopsAtViolation = untilViolation
    campaign.isToEnd = { isInterrupted.load(ordering: .relaxed) }
    let interrupts = watchInterrupts()
    defer { interrupts.cancel() }
    let progress = ProgressLine(of: seeds, "seeds")
    let clock = ContinuousClock()
    let start = clock.now
    let summary = campaign.run { progress.show($0.seeds, failed: $0.failures.map(\.seed)) }
    progress.clear()
    let answer = CampaignAnswer(summary: summary, elapsed: start.duration(to: clock.now), world: world, firstSeed: seed)
    print(untilViolation ? answer.untilViolation : answer.text)
    if coverage { print("\n" + answer.coverage) }
    if !answer.isGood(stoppedEarly: untilViolation) { throw ExitCode.failure }
    if isInterrupted.load(ordering: .relaxed) { throw ExitCode(130) }
  }

  /// The first Ctrl-C is noted, the second ends the process.
  private func watchInterrupts() -> any DispatchSourceSignal {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler {
      isInterrupted.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
    source.resume()
    return source
  }

  private func runTrace() throws {
    var options = world.options
    options.keepsTrace = true
    let report = try Simulation(seed: seed, options: options).run()
    for line in report.trace { print(line) }
    for violation in report.violations { print("VIOLATION \(violation)") }
    if report.violations.isEmpty == world.canary { throw ExitCode.failure }
  }

  private func runShrink() throws {
    guard let shrunk = try Simulation(seed: seed, options: world.options).shrunk() else {
      return print("seed \(seed) keeps every promise: there is nothing to make small")
    }
    print("seed \(shrunk.seed) breaks \(shrunk.invariant.rawValue)")
    print("\nactions: \(shrunk.actions.count) of \(shrunk.actionsBefore) are left")
    for action in shrunk.actions { print("  \(action)") }
    print("\nfaults: \(shrunk.faults.count) of \(shrunk.faultsBefore) are left")
    for fault in shrunk.faults { print("  \(fault)") }
    print("\nwhat happens")
    for line in shrunk.report.trace { print("  \(line)") }
    print("")
    for violation in shrunk.report.violations { print("VIOLATION \(violation)") }
    throw ExitCode.failure
  }
}
