@testable import NetsyncTestKit
import Testing

@Suite struct CrashSweepTests {
  @Test func `a process may die at any moment, and another carries on as if nothing had been`() throws {
    var sweep = CrashSweep(workers: 2)
    sweep.every = 11
    sweep.pairs = 30
    let summary = try sweep.run()
    #expect(summary.violations == [])
    #expect(summary.missing == [])
    #expect(summary.crashes >= summary.runs - summary.rows.count)
  }

  @Test(arguments: Scenario.all.indices)
  func `a scenario without a crash leaves nothing undone, and is the same every time`(index: Int) throws {
    let files = SimulationFiles()
    let scenario = Scenario.all[index]
    let run = try scenario.run(crashes: [], in: files)
    #expect(run.violations.map(\.description) == [])
    #expect(run.crashes.isEmpty)
    #expect(run.differences(from: try scenario.run(crashes: [], in: files), in: scenario) == [])
  }

  @Test func `the scenarios end as they are meant to`() throws {
    let files = SimulationFiles()
    var there: [String: [String]] = [:]
    for scenario in Scenario.all { there[scenario.name] = try scenario.run(crashes: [], in: files).there }
    #expect(there["second pull, with changes there"] == ["a2", "d", "e", "f", "g"])
    #expect(there["edits sent and taken back"] == ["a2", "c", "n"])
    #expect(there["unanswered create, found again"] == ["a", "n"])
    #expect(there["create that never arrived, sent again"] == ["a", "n"])
    #expect(there["process that died after arming"] == ["a2", "n"])
    #expect(there["conflicts of each kind, resolved either way"] == ["a1", "b9", "d9", "e1"])
    #expect(there["refused, then retried or given up"] == ["freed", "taken"])
    #expect(there["deletes held, and approved"] == ["g", "h"])
    #expect(there["edited while it was sent"] == ["c", "m"])
    #expect(there["several networks may be the unanswered create"] == ["twin", "twin"])
    #expect(there["deleted on both sides"] == ["b", "c"])
    #expect(there["rename and deletion undone"] == ["a", "b", "c"])
    #expect(there["journal past its horizon"] == ["a2", "b"])
  }

  @Test func `a network too many after a crash is no equal end`() {
    let scenario = Scenario(name: "any", deeds: [])
    let uncrashed = ScenarioRun(here: ["a 0"], there: ["a"])
    #expect(uncrashed.differences(from: uncrashed, in: scenario) == [])
    let crashed = ScenarioRun(here: ["a 0", "a 0"], there: ["a", "a"])
    #expect(crashed.differences(from: uncrashed, in: scenario).count == 2)
  }
}
