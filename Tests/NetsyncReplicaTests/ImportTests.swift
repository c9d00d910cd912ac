import NetsyncModel
import NetsyncReconcile
import NetsyncTestSupport
import Testing

@testable import NetsyncReplica

/// A table of edits is queued as a whole, or nothing of it is.
@Suite(.opensReplicas) struct ImportTests {
  private func host() throws -> ReplicaHost {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz"), .sample(3, name: "old")])
    return host
  }

  private func queue(_ host: ReplicaHost, _ rows: ImportRow...) throws -> ImportReport {
    try host.replica.queue(rows) { host.newLocalID() }
  }

  private func names(_ host: ReplicaHost) throws -> [String?] { try host.replica.networks().map { $0.name?.text } }

  @Test func `all rows are queued, each as its own edit`() throws {
    let host = try host()
    let report = try queue(
      host,
      ImportRow(2, id: NetworkID.sample(1).text.uppercased(), name: "lab-eu"),
      ImportRow(3, name: "new"),
      ImportRow(4, name: "old", action: "delete"),
      ImportRow(5, name: "dmz"),
      ImportRow(6, name: "dmz", action: "create"),
    )
    #expect(report.faults.isEmpty)
    #expect((report.created, report.renamed, report.deleted, report.unchanged) == (2, 1, 1, 1))
    #expect(try host.replica.operations().map(\.edit) == report.edits)
    #expect(try names(host) == ["dmz", "dmz", "lab-eu", "new"])
  }

  @Test func `one fault, and nothing is queued; all faults are told`() throws {
    let host = try host()
    let deletion = try host.delete("old").edit
    let report = try queue(
      host,
      ImportRow(2, name: "new"),
      ImportRow(3, id: "nothing", name: "x"),
      ImportRow(4, id: NetworkID.sample(1).text, name: "one"),
      ImportRow(5, id: NetworkID.sample(1).text, name: "two"),
      ImportRow(6, id: NetworkID.sample(3).text, name: "older"),
      ImportRow(7, name: "new"),
    )
    #expect(
      report.faults == [
        .init(row: 3, column: .id, fault: .unknownNetwork), .init(row: 5, column: .id, fault: .twice(row: 4)),
        .init(row: 6, column: .id, fault: .deletionWaits(deletion)),
        .init(row: 7, column: .name, fault: .twice(row: 2)),
      ]
    )
    #expect(try host.replica.operations().map(\.edit) == [deletion])
    #expect(try names(host) == ["dmz", "lab"])
  }

  @Test func `a table that was queued asks for nothing the second time`() throws {
    let host = try host()
    let rows = [ImportRow(2, id: NetworkID.sample(1).text, name: "lab-eu"), ImportRow(3, name: "new")]
    #expect(try host.replica.queue(rows) { host.newLocalID() }.edits.count == 2)
    let again = try host.replica.queue(rows) { host.newLocalID() }
    #expect((again.edits, again.unchanged) == ([], 2))
    #expect(try host.replica.operations().count == 2)
  }

  @Test func `two networks can take each other's name`() throws {
    let host = try host()
    let report = try queue(
      host,
      ImportRow(2, id: NetworkID.sample(1).text, name: "dmz"),
      ImportRow(3, id: NetworkID.sample(2).text, name: "lab"),
    )
    #expect(report.renamed == 2 && report.faults.isEmpty)
  }

  @Test func `an edit that has not been sent can be undone by a table`() throws {
    let host = try host()
    try host.rename("lab", to: "lab-eu")
    let report = try queue(host, ImportRow(2, id: NetworkID.sample(1).text, name: "lab"))
    #expect(report.takenBack == 1 && report.edits.isEmpty)
    #expect(try host.replica.operations().isEmpty)
  }
}
