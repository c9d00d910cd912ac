import ArgumentParser
import Foundation
import Netsync
import NetsyncSandbox
import UnixSignals

/// `netsync demo`: the whole tour on a made-up account.
///
/// A sandbox runs inside this process; every command is run as its user would run it, as a process of its own.
struct DemoCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show everything on a made-up account, in a minute."
  )

  @Option(help: ArgumentHelp("Keep the replica in this directory.", valueName: "dir"))
  var keep: String?
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let directory =
      keep ?? "\(FileManager.default.temporaryDirectory.path)/netsync-demo-\(UUID().uuidString)"
    let replica = "\(directory)/replica.sqlite"
    guard !FileManager.default.fileExists(atPath: replica) else {
      throw UserMessage.usage(
        "\(directory) holds a replica already",
        why: "the tour begins with a new account, and keeps nothing of another one",
        next: "netsync demo --keep with another directory"
      )
    }
    let server = SandboxServer(Sandbox(SandboxState(networks: 8)))
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let serving = Task { try await server.run { port.yield($0) } }
    let keeps = keep != nil
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let watcher = Task {
      for await signal in signals {
        if !keeps { try? FileManager.default.removeItem(atPath: directory) }
        Foundation.exit(signal == .sigterm ? 143 : 130)
      }
    }
    defer {
      watcher.cancel()
      serving.cancel()
      if !keeps { try? FileManager.default.removeItem(atPath: directory) }
    }
    guard let listening = await ports.first(where: { _ in true }) else { throw ExitStatus.failed }
    let tour = Tour(server: server, replica: replica, baseURL: "http://127.0.0.1:\(listening)/v2")
    try tour.walk()
    if keeps { try tour.say("The replica is kept: netsync networks list --replica \(replica)") }
    try tour.say(
      """
      Next: with your own account
          export TELNYX_API_KEY=...      netsync pull
      or with a sandbox that stays
          netsync sandbox --networks 1000
      """
    )
  }
}

/// The steps of the demo.
private struct Tour {
  let server: SandboxServer
  let replica: String
  let baseURL: String

  func walk() throws {
    try say("A sandbox serves a made-up account with 8 networks at \(baseURL).\n")
    try step("Bring the networks to this host:", ["pull"])
    try step("They are here now, with or without a network:", ["networks", "list", "-o", "table"])
    let first = networks[0].name
    let second = networks[1].name
    try say("Edit offline. Every edit is visible at once, and waits in the outbox:")
    try run(["networks", "create", "lab", "--offline"])
    try run(["networks", "rename", first, "berlin-office", "--offline"])
    try run(["networks", "delete", second, "--offline"])
    try say("")
    try step("What would be sent?", ["plan"])
    try step("Send it:", ["push"])
    try say("Now somebody renames a network at the portal while you rename it here:")
    try run(["networks", "rename", "lab", "lab-eu", "--offline"])
    rename("lab", to: "lab-us")
    try say("  (at the portal: lab -> lab-us)")
    try run(["push"], hold: true, mayFail: true)
    try say("")
    try step("Both sides are kept until you decide:", ["conflicts", "list", "-o", "table"])
    try run(["conflicts", "resolve", "lab-eu", "--take", "mine"])
    try run(["push"], hold: true)
    try say("")
    try step(
      "Ask in SQL, offline:",
      [
        "query", "SELECT region_code, count(*) AS interfaces FROM interfaces GROUP BY 1 ORDER BY 2 DESC LIMIT 3", "-o",
        "table",
      ]
    )
    try step("How do things stand?", ["status"])
  }

  private var networks: [SandboxNetwork] { server.withSandbox { $0.state.networks } }

  private func rename(_ name: String, to other: String) {
    server.withSandbox { sandbox in
      for network in sandbox.state.networks where network.name == name {
        _ = sandbox.state.renameNetwork(id: network.id, to: other, at: SandboxServer.systemTime())
      }
    }
  }

  func say(_ text: String) throws {
    try StandardStream.output.write(text + "\n")
    try StandardStream.output.flush()
  }

  private func step(_ text: String, _ arguments: [String]) throws {
    try say(text)
    try run(arguments)
    try say("")
  }

  /// Shows a command as its user would type it, and its real output.
  private func run(_ arguments: [String], hold: Bool = false, mayFail: Bool = false) throws {
    let shown = arguments.map { $0.allSatisfy(isPlain) ? $0 : "'\($0.replacing("'", with: "'\\''"))'" }
    try say("\(hold ? "  $ NETSYNC_PUSH_ON_CONFLICT=hold " : "  $ ")netsync \(shown.joined(separator: " "))")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    // Nothing of the account whose key is at hand: its key, or where it lies, is not for a made-up server, and its settings are not for
    // this tour.
    var environment = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("NETSYNC_") && !$0.key.hasPrefix("TELNYX_") && $0.key != "CREDENTIALS_DIRECTORY"
    }
    environment["TELNYX_API_KEY"] = "sandbox"
    environment["TELNYX_BASE_URL"] = baseURL
    environment["NETSYNC_REPLICA"] = replica
    environment["XDG_CONFIG_HOME"] = URL(fileURLWithPath: replica).deletingLastPathComponent().path
    environment["NETSYNC_NO_INPUT"] = "1"
    if hold { environment["NETSYNC_PUSH_ON_CONFLICT"] = "hold" }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.standardOutput
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 || mayFail else {
      throw ExitStatus(rawValue: process.terminationStatus) ?? .failed
    }
  }

  private func isPlain(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-_./".contains(character))
  }
}
