import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
@testable import NetsyncTestKit
import Testing

/// What is looked for in a world at rest is found.
@Suite struct RestTests {
  @Test func `a name that only bytes tell apart is another name`() throws {
    let run = try Self.atRest(Scenario(name: "any", names: ["caf\u{E9}"], deeds: [.sync()]))
    run.checkConvergence()
    #expect(run.world.violations == [])
    try run.world.hosts[0].file.tamper("UPDATE network SET name = 'cafe\u{301}'")
    run.checkConvergence()
    #expect(run.world.violations.map(\.invariant) == [.convergence])
  }

  @Test func `an interface that the replica lacks is missed`() throws {
    let run = try Self.atRest(Scenario(name: "any", networks: 7, deeds: [.sync()]))
    run.checkInterfaces()
    #expect(run.world.violations == [])
    try run.world.hosts[0].file.tamper("DELETE FROM network_interface")
    run.checkInterfaces()
    #expect(!run.world.violations.isEmpty)
    #expect(run.world.violations.allSatisfy { $0.invariant == .convergence })
  }

  @Test func `a quiet cycle asks for each page once, and a request too many is noticed`() throws {
    let run = try Self.atRest(Scenario(name: "any", networks: 7, deeds: [.sync()]))
    let before = run.world.counted
    var pull = PullOptions()
    pull.interfaces = .none
    #expect(run.requestsEnough(for: run.world.hosts[0], networksOnly: true) == 3)
    run.world.start(.sync(pull, PushOptions()), on: 0)
    run.world.run()
    run.checkWork(of: 0, since: before, 3)
    #expect(run.world.violations == [])
    run.checkWork(of: 0, since: before, 2)
    #expect(run.world.violations.map(\.invariant) == [.boundedWork])
  }

  @Test(arguments: SimulatedKey.forms)
  func `the key is found in whatever form it is written down`(form: String) throws {
    let run = try Self.atRest(Scenario(name: "any", names: ["lab"], deeds: [.sync()]))
    run.checkSecrets()
    #expect(run.world.violations == [])
    try run.world.hosts[0].file.tamper(
      """
      INSERT INTO journal (at_us, side, kind, network_key, evidence)
      VALUES (1, 'local', 'any', 1, '{"detail":"Bearer \(form)/abc"}')
      """
    )
    run.checkSecrets()
    #expect(run.world.violations.map(\.invariant) == [.secrets])
  }

  private static func atRest(_ scenario: Scenario) throws -> SimulationRun {
    var options = SimulationOptions()
    options.policy = .hold
    options.scenario = scenario
    let files = try SimulationFiles().empty(1)
    let world = SimulatedWorld(seed: 1, options: options, files: files, key: try SimulatedKey.key())
    scenario.play(in: world)
    return SimulationRun(resting: world, seed: 1)
  }
}
