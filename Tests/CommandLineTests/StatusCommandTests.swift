import Foundation
import Testing

/// Serialized: its tests start processes, and wait no longer than 20 s for what these show.
@Suite(.serialized) struct StatusCommandTests {
  @Test func `as metrics it holds the gauges, and no name`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "secret-lab").status == 0)
    let run = try await host.run("status", "-o", "prometheus")
    #expect(run.status == 0)
    #expect(run.output.contains("# TYPE netsync_outbox_edits gauge\n"))
    #expect(run.output.contains("netsync_outbox_edits{state=\"waiting\"} 1\n"))
    #expect(run.output.contains("netsync_in_sync 0\n"))
    #expect(!run.output.contains("netsync_complete_as_of_seconds"))
    #expect(!run.output.contains("secret-lab"))
  }

  @Test func `other commands have no metrics`() async throws {
    let host = try CommandHost()
    for arguments in [["networks", "list"], ["pull"], ["outbox", "list"], ["log"]] {
      let run = try await host.start(arguments + ["-o", "prometheus"]).ended()
      #expect(run.status == 64, "\(arguments)")
      #expect(run.errors.contains("netsync status -o prometheus"))
    }
    #expect(try await host.run("status", "-o", "xml").status == 64)
  }

  @Test func `for a prompt it is one short line, or nothing when in sync`() async throws {
    let sandbox = try await SandboxProcess("--networks", "3")
    let host = try CommandHost(baseURL: sandbox.baseURL)
    #expect(try await host.run("sync").status == 0)
    #expect(try await host.run("status", "--prompt").output == "")
    #expect(try await host.run("networks", "create", "lab").status == 0)
    #expect(try await host.run("status", "--prompt").output == "netsync: 1 waiting\n")
  }

  @Test func `watched through a pipe it is a line for each change`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let watching = try host.start(["status", "--watch"])
    try await watching.shows("1 waiting", in: ".out")
    #expect(try await host.run("networks", "create", "office").status == 0)
    try await watching.shows("2 waiting", in: ".out")
    watching.signal(SIGTERM)
    let run = await watching.ended()
    #expect(run.status == 143)
    #expect(run.output.split(separator: "\n").count == 2)
  }

  @Test func `without a daemon the key says so`() async throws {
    let host = try CommandHost()
    #expect(try await host.run("networks", "create", "lab").status == 0)
    #expect(try await host.run("status", "--json").object()["daemon"] is NSNull)
  }
}
