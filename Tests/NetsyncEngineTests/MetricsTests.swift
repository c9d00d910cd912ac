import Metrics
import MetricsTestKit
import NetsyncEngine
import NetsyncModel
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Testing

@Suite(.opensReplicas) struct MetricsTests {
  @Test func `cycles are counted by kind and outcome, edits by action, and the replica is gauged`() async throws {
    let metrics = TestMetrics()
    let world = try World(networks: 4)
    let engine = try withMetricsFactory(metrics) { try world.engine() }
    let pulled = await engine.pull(PullOptions())
    try world.create("secret-lab")
    try world.edit(world.namesThere[0], .delete)
    let pushed = await engine.push(PushOptions())
    #expect(pulled.failure == nil && pushed.failure == nil)

    func counter(_ label: String, _ labels: [(String, String)]) throws -> Int64 {
      try metrics.expectCounter(label, labels).totalValue
    }
    #expect(try counter("netsync_cycles_total", [("kind", "pull"), ("outcome", "ok")]) == 1)
    #expect(try counter("netsync_cycles_total", [("kind", "push"), ("outcome", "ok")]) == 1)
    #expect(try counter("netsync_cycles_total", [("kind", "pull"), ("outcome", "offline")]) == 0)
    #expect(try counter("netsync_requests_total", [("kind", "pull")]) == Int64(pulled.counts.requests))
    #expect(try counter("netsync_requests_total", [("kind", "push")]) == Int64(pushed.requests))
    #expect(try counter("netsync_received_bytes_total", [("kind", "push")]) == Int64(pushed.bytes))
    #expect(pushed.bytes > 0)
    #expect(try counter("netsync_edits_landed_total", [("action", "create")]) == 1)
    #expect(try counter("netsync_edits_landed_total", [("action", "rename")]) == 0)
    #expect(try counter("netsync_edits_landed_total", [("action", "delete")]) == 1)
    #expect(try metrics.expectTimer("netsync_cycle_duration_seconds", [("kind", "pull")]).values.count == 1)
    #expect(try metrics.expectMeter("netsync_networks").lastValue == 4)
    #expect(try metrics.expectMeter("netsync_outbox_edits", [("state", "waiting")]).lastValue == 0)
    #expect(try metrics.expectMeter("netsync_in_sync").lastValue == 1)
    let asOf = try #require(try metrics.expectMeter("netsync_complete_as_of_seconds").lastValue)
    #expect(abs(asOf - Double(world.clock.wall.microseconds) / 1_000_000) < 60)
  }

  @Test func `every metric says what it is, and none of its labels is a name or an id`() async throws {
    let metrics = TestMetrics()
    let world = try World(networks: 3)
    let engine = try withMetricsFactory(metrics) { try world.engine() }
    try world.create("secret-lab")
    _ = await engine.pull(PullOptions())
    _ = await engine.push(PushOptions())
    let instruments =
      metrics.counters.map { ($0.label, $0.dimensions) } + metrics.meters.map { ($0.label, $0.dimensions) }
      + metrics.timers.map { ($0.label, $0.dimensions) }
    #expect(Set(instruments.map(\.0)) == Set(EngineMetrics.help.keys))
    let words = Set(instruments.flatMap { $0.1.map(\.1) })
    #expect(
      words.isSubset(of: [
        "pull", "push", "ok", "partial", "held", "offline", "error", "create", "rename", "delete", "waiting", "sending",
        "in_doubt", "conflict", "refused",
      ])
    )
  }

  @Test func `without anybody who collects there are no instruments`() {
    #expect(EngineMetrics(factory: NOOPMetricsHandler.instance) == nil)
  }
}
