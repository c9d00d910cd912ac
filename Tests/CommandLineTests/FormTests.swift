import Foundation
import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import Testing

@testable import NetsyncCLI

/// What an answer looks like is what was asked for, or a refusal; never another form in silence.
///
/// Serialized: its tests start processes, and so many of them at once would starve each other.
@Suite(.serialized) struct FormTests {
  @Test(arguments: [
    ["status", "-o", "tsv"], ["status", "--fields", "id"], ["plan", "-o", "csv"],
    ["networks", "create", "x", "-o", "id"],
    ["pull", "-o", "tsv"], ["push", "--fields", "sent"], ["why", "lab", "-o", "csv"],
  ])
  func `rows of what has none are refused before anything is done`(_ arguments: [String]) async throws {
    let host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let run = try await host.start(arguments).ended()
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: \(arguments.contains("-o") ? "-o" : "--fields")"))
    #expect(try await host.run("outbox", "list", "-o", "id").output == "1\n")
  }

  @Test func `one record has every form that a list has`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let local = try #require(try await host.run("networks", "show", "lab", "--json").object()["local_id"] as? String)
    #expect(try await host.run("networks", "show", "lab", "-o", "id").output == "\(local)\n")
    #expect(try await host.run("networks", "show", "lab", "-o", "tsv").output == "lab\t\(local)\t\twaiting\t\n")
    #expect(try await host.run("outbox", "show", "1", "-o", "tsv", "--fields", "edit,name").output == "1\tlab\n")
    let object = try await host.run("networks", "show", "lab", "--json", "--fields", "name,state").object()
    #expect(object as? [String: String] == ["name": "lab", "state": "waiting"])
    #expect(try await host.run("networks", "show", "lab", "--fields", "name").output == "name: lab\n")
    #expect(try await host.run("networks", "show", "lab", "--fields", "nome").status == 64)
    #expect(try await host.run("outbox", "show", "1", "--json").object()["candidates"] as? [String] == [])
  }

  @Test func `a plan sends nothing to another account`() async throws {
    let sandbox = try await SandboxProcess("--networks", "2")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("pull").status == 0)
    #expect(try await host.run("networks", "create", "lab").status == 0)
    for arguments in [["plan"], ["push", "-n"]] {
      let plan = try await host.start(arguments + ["--json"], extra: ["TELNYX_BASE_URL": "http://127.0.0.1:9/v2"])
        .ended().object()
      #expect((plan["actions"] as? [Any])?.isEmpty == true)
      let held = try #require(plan["held"] as? [[String: Any]])
      #expect((held.first?["why"] as? String)?.contains("--accept-account") == true)
    }
  }

  @Test func `a push that could not begin says what waits`() async throws {
    let host = try CommandHost(key: nil)
    for name in ["a", "b"] { #expect(try await host.run("networks", "create", name).status == 0) }
    #expect(try await host.run("push", "--json").object()["waiting"] as? Int == 2)
    #expect(try await host.run("push", "--only", "a", "--json").object()["waiting"] as? Int == 1)
  }

  @Test func `the key file that is looked for is named`() async throws {
    let host = try CommandHost(key: nil, ["XDG_CONFIG_HOME": "/nowhere"])
    let run = try await host.run("pull")
    #expect(run.status == 4)
    #expect(run.errors.contains("/nowhere/netsync/credentials has one"))
  }

  @Test func `a tour is not begun on a replica that is there`() async throws {
    let host = try CommandHost()
    let directory = "\(host.directory)/tour"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    _ = FileManager.default.createFile(atPath: "\(directory)/replica.sqlite", contents: nil)
    let run = try await host.run("demo", "--keep", directory)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
  }

  @Test func `interfaces that were never read are told`() async throws {
    let sandbox = try await SandboxProcess("--networks", "2")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("pull", "--networks-only").status == 0)
    #expect(try await host.run("status").output.contains("Unread:  the interfaces of 2 networks"))
    #expect(try await host.run("pull").status == 0)
    #expect(try await !host.run("status").output.contains("Unread"))
  }

  @Test func `an argument that is no UTF-8 is named, and nothing else is`() {
    #expect(refusal(of: [[0x61], [0xC3, 0xA9]]) == nil)
    #expect(refusal(of: [[0x61], [0xFF], [0x62]])?.message.string == "argument 2 cannot be read")
    #expect(refusal(of: []) == nil)
  }

  private func refusal(of arguments: [[UInt8]]) -> UserMessage? {
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<Int8>?>.allocate(capacity: arguments.count + 2)
    unsafe pointers.initialize(repeating: nil, count: arguments.count + 2)
    for (index, bytes) in ([[0x6E]] + arguments).enumerated() {
      let text = UnsafeMutablePointer<Int8>.allocate(capacity: bytes.count + 1)
      for (offset, byte) in (bytes + [0]).enumerated() {
        unsafe (text + offset).initialize(to: Int8(bitPattern: byte))
      }
      unsafe pointers[index] = text
    }
    defer {
      for index in 0...arguments.count { unsafe pointers[index]?.deallocate() }
      unsafe pointers.deallocate()
    }
    return unsafe UserMessage.undecodable(pointers)
  }

  @Test func `a pull that lacks some interfaces says what it has`() {
    let failure = CycleFailure.api(.notUnderstood(.redirect(status: 302)), request: "GET /networks/x", tries: 1)
    var pulled = PullReport()
    pulled.hasNetworks = true
    pulled.isComplete = true
    pulled.failed = FailedCycle(failure: failure, kind: .misunderstood(ofOneRecord: true))
    let message = message(of: pulled)
    #expect(message?.exit == .failed)
    #expect(message?.message.string == "some interfaces could not be read")
    #expect(message?.why.string.hasPrefix("GET /networks/x: a redirect") == true)
    pulled.isComplete = false
    #expect(self.message(of: pulled)?.message.string != message?.message.string)
    pulled.failed = FailedCycle(failure: .held(.tooMany, count: 9), kind: .held(.tooMany))
    #expect(self.message(of: pulled, isDryRun: true)?.state.string.contains("dry run") == true)
  }

  private func message(of pulled: PullReport, isDryRun: Bool = false) -> UserMessage? {
    do throws(UserMessage) {
      try SyncReport(pull: pulled).conclude(waiting: 1, verb: "pull", isDryRun: isDryRun)
      return nil
    } catch {
      return error
    }
  }

  @Test func `every end of a sync has the exit code of the contract`() {
    let codes: [(SyncEnd, Int32)] = [
      (.done, 0), (.failed, 1), (.refused, 3), (.keyRejected, 4), (.notNow, 5), (.undecided, 7), (.held, 8), (.busy, 9),
      (.damaged, 10), (.stopped, 130),
    ]
    for (end, code) in codes { #expect(NetsyncCLI.ExitStatus(end).rawValue == code, "\(end)") }
    #expect(Set(codes.map(\.0)) == Set(SyncEnd.allCases))
  }
}
