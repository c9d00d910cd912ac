@testable import NetsyncTestKit
import Testing

@Suite struct ShrinkingTests {
  @Test func `a lost edit that no action and no fault is needed for is made small to nothing but itself`() throws {
    var options = SimulationOptions()
    options.isCanary = true
    let shrunk = try #require(try Simulation(seed: 7, options: options).shrunk())
    #expect(shrunk.actionsBefore > 20)
    #expect(shrunk.actions.isEmpty)
    #expect(shrunk.faults.isEmpty)
    #expect(shrunk.report.violations.contains { $0.invariant == shrunk.invariant })
    #expect(!shrunk.report.trace.isEmpty)
    #expect(shrunk.report.counts.edits == 1)
  }

  @Test func `a world that keeps every promise has nothing to be made small`() throws {
    var options = SimulationOptions()
    options.faults = []
    let shrunk = try Simulation(seed: 1, options: options).shrunk()
    #expect(shrunk == nil)
  }

  @Test(arguments: [[], [0], [39], [7, 23], [0, 1, 2], [3, 13, 22, 38], Array(0..<40)])
  func `just what a failure needs is left, and each try is a smaller one`(needed: [Int]) {
    var tries = 0
    let kept = minimized(Array(0..<40)) { items in
      tries += 1
      return Set(needed).isSubset(of: items)
    }
    #expect(kept == needed)
    #expect(tries < 400)
  }

  @Test func `leaving out every action and every fault leaves a world in which nothing happens`() throws {
    var options = SimulationOptions()
    options.omittedActions = Set(0..<1_000)
    options.omittedFaults = Set(0..<10_000)
    for seed in UInt64(1)...20 {
      let report = try Simulation(seed: seed, options: options).run()
      #expect(report.counts.edits == 0)
      #expect(report.struck.isEmpty)
      #expect(report.violations == [])
    }
  }
}
