import ArgumentParser
import NetsyncSandbox
import UnixSignals

/// `netsync sandbox`: a local Networks API to develop against.
struct SandboxCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "sandbox",
    abstract: "Serve a made-up account on this host, with faults to order.",
    discussion: "Point TELNYX_BASE_URL at the address that it prints. The same seed is the same account."
  )

  @Option(help: ArgumentHelp("Where to listen; port 0 picks a free one.", valueName: "host:port"))
  var listen = "127.0.0.1:0"
  @Option(help: ArgumentHelp("Networks to start with.", valueName: "n"))
  var networks = 10
  @Option(help: ArgumentHelp("What the account and the faults are drawn from.", valueName: "s"))
  var seed: UInt64 = 1
  @Option(help: ArgumentHelp("The only key to accept; any without it.", valueName: "k"))
  var apiKey: String?
  @Option(help: ArgumentHelp("Wait before each answer.", valueName: "d"))
  var latency = DurationArgument(.zero)
  @Option(help: ArgumentHelp("How often a request fails with 5xx, from 0 to 1.", valueName: "rate"))
  var fail = 0.0
  @Option(help: ArgumentHelp("How often a write is done and never answered, from 0 to 1.", valueName: "rate"))
  var loseResponse = 0.0
  @Option(help: ArgumentHelp("Answer so many requests a second, 429 to the rest.", valueName: "n/s"))
  var rateLimit: String?
  @Option(help: ArgumentHelp("How often rows shift between pages, from 0 to 1.", valueName: "rate"))
  var pageShift = 0.0
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    for rate in [fail, loseResponse, pageShift] where !(0...1).contains(rate) {
      throw ValidationError("a rate lies between 0 and 1")
    }
    guard (0...1_000_000).contains(networks) else { throw ValidationError("--networks takes 0 to 1000000") }
    _ = try address()
    _ = try requestsPerSecond()
  }

  func run() async throws {
    let faults = SandboxFaults(
      seed: seed,
      failRate: fail,
      loseResponseRate: loseResponse,
      rateLimit: try requestsPerSecond(),
      pageShiftRate: pageShift,
      latency: latency.duration
    )
    let (host, port) = try address()
    let server = SandboxServer(
      Sandbox(SandboxState(seed: seed, networks: networks, apiKey: apiKey), faults: faults),
      host: host,
      port: port
    )
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let key = apiKey == nil ? " TELNYX_API_KEY=any" : ""
    let serving = Task { [isQuiet = global.quiet] in
      try await server.run { port in
        let baseURL = "http://\(host):\(port)/v2"
        try? StandardStream.output.write("Listening on \(baseURL)\n")
        try? StandardStream.output.flush()
        if !isQuiet { try? StandardStream.error.write("For netsync: export TELNYX_BASE_URL=\(baseURL)\(key)\n") }
      }
    }
    let watching = Task<ExitStatus, Never> {
      for await signal in signals {
        serving.cancel()
        return signal == .sigterm ? .terminated : .interrupted
      }
      return .done
    }
    defer { watching.cancel() }
    do {
      try await serving.value
      throw await watching.value
    } catch let status as ExitStatus {
      throw status
    } catch {
      throw UserMessage(
        exit: .failed,
        code: "cannot_listen",
        message: "the sandbox cannot listen on \(listen)",
        why: "\(String(describing: error))",
        next: ["netsync sandbox --listen 127.0.0.1:0 picks a free port"]
      )
    }
  }

  private func address() throws -> (host: String, port: Int) {
    let parts = listen.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "127.0.0.1" || parts[0] == "localhost", let port = Int(parts[1]),
      (0...65_535).contains(port)
    else { throw ValidationError("--listen takes 127.0.0.1:PORT; the sandbox serves this host only") }
    return (String(parts[0]), port)
  }

  private func requestsPerSecond() throws -> Int? {
    guard let rateLimit else { return nil }
    let text = rateLimit.hasSuffix("/s") ? rateLimit.dropLast(2) : rateLimit[...]
    guard let count = Int(text), count > 0 else { throw ValidationError("--rate-limit takes N/s") }
    return count
  }
}
