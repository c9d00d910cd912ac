import ArgumentParser
import Netsync
import NetsyncPage
import NetsyncReplica

/// `netsync daemon`: sync for ever, tell systemd, serve the page and the metrics.
struct DaemonCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "daemon",
    abstract: "Pull on time, push edits as they come, until it is stopped.",
    discussion: """
      SIGTERM and Ctrl-C end it with 0, once what is on its way is answered and within 5 s at most; a second one ends it at \
      once. SIGHUP makes it read the key again.
      """
  )

  @Option(help: ArgumentHelp("How often to pull (5m).", valueName: "d"))
  var interval: DurationArgument?
  @Option(help: ArgumentHelp("Serve /, /metrics and /health at 127.0.0.1:PORT or unix:/PATH.", valueName: "addr"))
  var listen: String?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let interval, interval.duration < Settings.shortestInterval {
      throw ValidationError("--interval takes 1s or more")
    }
    _ = try address()
  }

  func run() async throws {
    let session = try Session(global)
    guard !session.settings.isOffline else { throw UserMessage.offline }
    let daemon = try Daemon(session: session, replica: try session.openToPull(.many))
    try await daemon.run(interval: interval?.duration ?? session.settings.pullInterval, at: try address())
  }

  private func address() throws -> PageAddress? {
    guard let listen else { return nil }
    guard let address = PageAddress(listen) else {
      throw ValidationError("--listen takes 127.0.0.1:PORT or unix:/PATH; the page serves this host only")
    }
    return address
  }
}
