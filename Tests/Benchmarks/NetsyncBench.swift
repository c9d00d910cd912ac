import ArgumentParser
import Foundation

@main
struct NetsyncBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "netsync-bench",
    abstract: "Times the built netsync beside what bounds it.",
    discussion: """
      What bounds it are curl, SQLite's own import of the same pages, and a script with the vendor's client. They take turns in one run, \
      over loopback, on a made-up account. Ratios count; seconds are this machine's.
      """,
    subcommands: [Measure.self, Serve.self],
    defaultSubcommand: Measure.self
  )

  struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure, and print what came of it.")

    @Option(help: "What is measured: \(Suite.allCases.map(\.rawValue).joined(separator: ", ")).")
    var suite: [Suite] = Suite.allCases

    @Option(help: ArgumentHelp("Networks of the account.", valueName: "n"))
    var networks = 100_000

    @Option(help: ArgumentHelp("How often everything takes its turn.", valueName: "n"))
    var rounds = 5

    @Option(help: ArgumentHelp("The built netsync; the default: the one beside this program.", valueName: "file"))
    var netsync: String?

    @Option(help: ArgumentHelp("A Python that has the vendor's client.", valueName: "file"))
    var vendorPython: String?

    @Option(help: ArgumentHelp("Writes all that was measured.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Draws it (SVG), and once more for dark pages (~dark).", valueName: "file"))
    var plot: String?

    func run() async throws {
      let this = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      let number = ProcessInfo.processInfo.processIdentifier
      let directory = FileManager.default.temporaryDirectory.path + "/netsync-bench-\(number)"
      defer { try? FileManager.default.removeItem(atPath: directory) }
      let tools = Tools(
        netsync: netsync ?? this.deletingLastPathComponent().path + "/netsync",
        vendorPython: vendorPython,
        directory: directory
      )
      try tools.empty()
      var contests: [Contest] = []
      for suite in suite {
        for contest in try suite.run(tools, networks: networks, rounds: rounds) {
          print(contest.table)
          contests.append(contest)
        }
      }
      for isDark in [false, true] {
        guard let file = isDark ? plot?.replacing(".svg", with: "~dark.svg") : plot else { continue }
        try Plot(contests: contests).svg(isDark: isDark).write(toFile: file, atomically: true, encoding: .utf8)
      }
      if let json { try JSONEncoder().encode(contests).write(to: URL(filePath: json)) }
    }
  }

  struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve a made-up account.", shouldDisplay: false)

    @Option var networks: Int
    /// Milliseconds.
    @Option var latency: Int

    func run() async throws {
      try await PageServer(MadeUpAccount(networks: networks), latency: .milliseconds(latency)).run()
    }
  }
}

extension Suite: ExpressibleByArgument {}
