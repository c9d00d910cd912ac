import Netsync
import NetsyncTestKit
import NetsyncTestSupport
import Testing

/// SQL through the library: all is read, nothing is written, and it ends.
@Suite(.opensReplicas, .timeLimit(.minutes(10))) struct QueryTests {
  private let endless = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n"

  @Test func `the views answer with columns and values`() async throws {
    let replica = try World().library()
    for name in ["a", "b", "c"] { try replica.networks.create(name) }
    let answer = try await replica.query(
      "SELECT name, state, id, 1.5 AS half FROM networks ORDER BY name",
      maximumRows: 2
    )
    #expect(answer.columns == ["name", "state", "id", "half"])
    #expect(answer.rows == ["a", "b"].map { [.text($0), .text("waiting"), .null, .real(1.5)] })
    #expect(answer.isCut)
    let count = try await replica.query("SELECT count(*), x'00ff' FROM outbox")
    #expect(count.rows == [[.integer(3), .blob([0, 255])]])
    #expect(!count.isCut)
  }

  @Test func `a statement that writes is refused, and nothing is changed`() async throws {
    let replica = try World().library()
    try replica.networks.create("lab")
    do {
      _ = try await replica.query("DELETE FROM operation")
      Issue.record("it was carried out")
    } catch {
      guard case .queryRefused = error else {
        Issue.record("refused for another reason: \(error)")
        return
      }
    }
    #expect(try replica.outbox().count == 1)
  }

  @Test func `a statement without an end ends when its time is over, and when its task is cancelled`() async throws {
    let replica = try World().library()
    let timeout = Duration.milliseconds(50)
    await #expect(throws: NetsyncError.queryTookTooLong(timeout)) {
      try await replica.query(endless, timeout: timeout)
    }
    let querying = Task { [endless] in try await replica.query(endless, timeout: .seconds(5)) }
    querying.cancel()
    await #expect(throws: NetsyncError.cancelled) { try await querying.value }
  }
}
