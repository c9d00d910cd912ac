import Foundation
import Netsync
import NetsyncTestSupport
import Testing

/// The snippet of the README's daemon section, compiled and run.
@Suite(.opensReplicas) struct ReadmeTests {
  @Test func `the README's snippet compiles, runs, and is this one`() async throws {
    let directory = FileManager.default.temporaryDirectory.path + "/netsync-readme-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: directory) }

    // The README's lines, but for the path.
    let replica = try NetworkReplica(path: "\(directory)/replica.sqlite", apiKey: nil)

    let watching = Task {
      for try await networks in replica.networks.observe() { print(networks.count, "networks") }
    }
    let receipt = try replica.networks.create("lab")  // visible at once, sent with the next sync
    for network in try replica.networks.list() { print(network.name?.text ?? "", network.state) }
    let outcome = await replica.sync()  // .noKey here; .done once everything was pulled and sent
    if outcome == .done { print(try await receipt.settlement()) }  // .sent, .refused, .conflict, …
    for row in try await replica.query("SELECT name, state FROM networks").rows { print(row) }
    await replica.close()  // ends the watching too

    try await watching.value
    #expect(outcome == .noKey)
    let here = URL(fileURLWithPath: #filePath)
    let code = try String(contentsOf: here, encoding: .utf8)
    let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let block = try #require(readme.components(separatedBy: "```swift\n").last?.components(separatedBy: "```").first)
    for line in block.split(separator: "\n") where !line.hasPrefix("import") && !line.contains("path:") {
      #expect(code.contains(line), "the README says something else: \(line)")
    }
  }
}
