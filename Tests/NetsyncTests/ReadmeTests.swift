import Foundation
import Netsync
import Testing

/// The snippet of the README's daemon section, compiled and run.
@Suite struct ReadmeTests {
  @Test func `the README's snippet compiles, runs, and is this one`() async throws {
    let directory = FileManager.default.temporaryDirectory.path + "/netsync-readme-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: directory) }

    // The README's lines, but for the path.
    let replica = try NetworkReplica(path: "\(directory)/replica.sqlite", apiKey: nil)
    try replica.create("lab")  // visible at once, sent with the next sync
    for network in try replica.networks() { print(network.name?.text ?? "", network.state) }
    let outcome = await replica.sync()  // .noKey here; .done once everything was pulled and sent
    print(outcome)
    await replica.close()

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

  @Test func `a daemon reads its own edits and is told what it did wrong`() async throws {
    let directory = FileManager.default.temporaryDirectory.path + "/netsync-library-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let replica = try NetworkReplica(path: "\(directory)/replica.sqlite", apiKey: nil)
    let id = try replica.create("lab")
    try replica.rename(id.text, to: "lab-eu")
    #expect(try replica.networks().map(\.name?.text) == ["lab-eu"])
    #expect(try replica.outbox().map(\.intent) == [.create(NetworkName("lab-eu"))])
    #expect(throws: NetsyncError.networkNotFound) { try replica.delete("nobody") }
    #expect(throws: NetsyncError.nameRefused(.blank)) { try replica.create(" ") }
    #expect(throws: NetsyncError.baseURLRefused) {
      try NetworkReplica(path: "\(directory)/other.sqlite", apiKey: nil, baseURL: "http://example.com")
    }
    try replica.delete("lab-eu")
    #expect(try replica.networks().isEmpty)
    await replica.close()
  }
}
