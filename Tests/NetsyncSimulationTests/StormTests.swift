import Logging
import NetsyncAPI
import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncSandbox
import NetsyncTestKit
import Testing

/// Bounded work (I11).
@Suite struct StormTests {
  @Test(arguments: [SandboxWaitForm.retryAfterSeconds, .retryAfterDate, .resetSeconds, .resetEpoch], [true, false])
  func `a day of 429 with a cycle every minute costs at most 200 requests, and then the edit arrives`(
    form: SandboxWaitForm,
    isWrittenDown: Bool
  ) async throws {
    let clock = ManualClock()
    let replica = Replica(in: try MemoryFile(), now: { clock.wall }) { access throws(ReplicaError) in
      if case .begin(.keepQuiet) = access, !isWrittenDown { throw .locked(path: "replica.sqlite") }
    }
    let transport = SandboxTransport(Sandbox(SandboxState(networks: 3), faults: SandboxFaults()), clock: clock)
    let engine = try engine(replica, transport, clock)
    _ = try replica.create(NetworkName("lab"), localID: LocalID(at: clock.wall, random: (1, 2)))
    transport.decide { _ in
      let answer = SandboxResponse.tooMany(form, seconds: 900, at: clock.wall.microseconds)
      return .replaced(TransportResponse(head: answer.response, body: answer.body))
    }
    let end = clock.wall + .seconds(86_400)
    while clock.wall < end {
      await cycle(engine)
      clock.advance(by: .seconds(60))
    }
    // At least one per wait, or it would have given up.
    #expect((90...200).contains(transport.requests.count))
    #expect(try replica.operations().count == 1)

    transport.decide { _ in .arrives }
    clock.advance(by: .seconds(900))
    await cycle(engine)
    #expect(try replica.operations().isEmpty)
    #expect(transport.withSandbox { $0.state.networks.count { $0.name == "lab" } } == 1)
  }

  private func cycle(_ engine: SyncEngine) async {
    let pulled = await engine.pull(PullOptions())
    if endsSync(pulled.facts) { return }
    _ = await engine.push(PushOptions())
  }

  private func engine(
    _ replica: Replica,
    _ transport: SandboxTransport,
    _ clock: ManualClock
  ) throws -> SyncEngine {
    SyncEngine(
      replica: replica,
      api: APIClient(
        transport: transport,
        baseURL: .telnyx,
        key: try #require(APIKey("key")),
        timeout: .seconds(10),
        now: { clock.wall }
      ),
      environment: EngineEnvironment(
        clock: clock,
        now: { clock.wall },
        chance: { 0.5 },
        logger: Logger(label: "storm") { _ in SwiftLogNoOpLogHandler() }
      ),
      policy: .newest,
      settleTime: .seconds(90)
    )
  }
}
