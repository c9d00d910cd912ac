@testable import NetsyncTestKit
import Synchronization
import Testing

@Suite struct CampaignTests {
  @Test func `hundreds of worlds in which everything goes wrong keep every promise, and run twice are the same`() {
    var campaign = Campaign(firstSeed: 1, seeds: 200, options: SimulationOptions(), workers: 2)
    campaign.runsTwice = true
    let summary = campaign.run()
    #expect(summary.seeds == 200)
    #expect(summary.failures.map { "\($0.seed): \($0.what)" } == [])
    #expect(summary.counts.faults > 0 && summary.counts.crashes > 0)
    #expect(summary.counts.landed > 0)
  }

  @Test func `two campaigns at the same time do not touch each other`() async {
    async let one = Self.run(seeds: 20, workers: 1)
    async let other = Self.run(seeds: 20, workers: 3)
    let (first, second) = await (one, other)
    #expect(first.counts.hash == second.counts.hash)
    #expect(first.counts.events == second.counts.events)
    #expect(first.counts.coverage == second.counts.coverage)
    #expect(await Self.run(seeds: 21, workers: 1).counts.hash != first.counts.hash)
  }

  @Test func `without faults nothing crashes, and one host alone has nothing in dispute`() {
    var options = SimulationOptions()
    options.replicas = 1
    options.faults = []
    let summary = Campaign(firstSeed: 1, seeds: 40, options: options, workers: 2).run()
    #expect(summary.failures.map { "\($0.seed): \($0.what)" } == [])
    #expect(summary.counts.faults == 0)
    #expect(summary.counts.crashes == 0)
  }

  @Test func `an edit that vanishes is missed in every world, and a campaign stops at the first`() {
    var options = SimulationOptions()
    options.isCanary = true
    var campaign = Campaign(firstSeed: 5, seeds: 100, options: options, workers: 2)
    campaign.stopsAtViolation = true
    let summary = campaign.run()
    #expect(summary.failures.count == summary.seeds)
    #expect(summary.seeds < 100)
    #expect(summary.failures.first?.seed == 5)
    #expect(summary.failures.allSatisfy { $0.what.contains { $0.hasPrefix(Invariant.noEditLost.rawValue) } })
  }

  @Test func `a campaign that is to end gives what it has done`() {
    let asked = Mutex(0)
    var campaign = Campaign(firstSeed: 1, seeds: 1_000, options: SimulationOptions(), workers: 1)
    campaign.isToEnd = {
      asked.withLock { number in
        number += 1
        return number > 2
      }
    }
    let ended = campaign.run()
    #expect(ended.seeds == 50)
    campaign = Campaign(firstSeed: 1, seeds: 50, options: SimulationOptions(), workers: 1)
    #expect(campaign.run().counts.hash == ended.counts.hash)
  }

  @Test(arguments: [(1_000, 89, true), (1_000, 90, false), (999, 0, false)])
  func `holding everything breaks the promise that edits land, over many seeds`(
    seeds: Int,
    percent: Int,
    isBroken: Bool
  ) {
    var report = SimulationReport(seed: 1)
    report.counts.outcomes = ["sent": percent, "yielded": 100 - percent, "superseded": 70, "discarded": 30]
    var summary = CampaignSummary()
    for _ in 0..<seeds { summary.add(.success(report)) }
    #expect(summary.counts.meant == 100 * seeds)
    #expect(summary.campaignViolations.isEmpty != isBroken)
  }

  private static func run(seeds: Int, workers: Int) async -> CampaignSummary {
    await Task.detached {
      Campaign(firstSeed: 1, seeds: seeds, options: SimulationOptions(), workers: workers).run()
    }.value
  }
}
