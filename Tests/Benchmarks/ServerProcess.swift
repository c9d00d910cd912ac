import Foundation

/// The page server, as a process of its own.
struct ServerProcess {
  let baseURL: String
  let account: MadeUpAccount
  private let child: Child
  private let answers: String

  /// Waits until it serves.
  init(_ account: MadeUpAccount, latency: Duration, _ directory: String) throws {
    self.account = account
    answers = "\(directory)-server"
    let this = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
    let arguments = ["--networks", "\(account.networks)", "--latency", "\(Int(latency / .milliseconds(1)))"]
    child = try Child([this, "serve"] + arguments, output: answers)
    var text = ""
    let began = ContinuousClock.now
    while !text.hasSuffix("\n") {
      guard ContinuousClock.now - began < .seconds(120) else {
        child.end()
        throw BenchError(description: "the page server does not begin")
      }
      usleep(10_000)
      text = (try? String(contentsOfFile: answers, encoding: .utf8)) ?? ""
    }
    baseURL = String(text.dropLast())
  }

  func end() {
    child.end()
    try? FileManager.default.removeItem(atPath: answers)
  }

  @discardableResult
  func ask(_ word: String) throws -> PageServer.Tally {
    let root = baseURL.replacing("/v2", with: "")
    _ = try Child(["curl", "-s", "\(root)/bench/\(word)"], output: "\(answers).json").wait()
    defer { try? FileManager.default.removeItem(atPath: "\(answers).json") }
    return try JSONDecoder().decode(PageServer.Tally.self, from: Data(contentsOf: URL(filePath: "\(answers).json")))
  }

  func show(_ state: MadeUpAccount.State) throws { try ask(state.rawValue) }

  /// What something asked of the server.
  func tally(of work: () throws -> Run) throws -> (Run, PageServer.Tally) {
    let before = try ask("tally")
    let run = try work()
    var tally = try ask("tally")
    tally.requests -= before.requests
    tally.bytes -= before.bytes
    tally.processorSeconds -= before.processorSeconds
    return (run, tally)
  }
}
