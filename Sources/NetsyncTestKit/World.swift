import Logging
package import NetsyncAPI
package import NetsyncEngine
package import NetsyncModel
package import NetsyncReconcile
package import NetsyncReplica
package import NetsyncSandbox

/// One replica, one sandbox, one manual clock: a small deterministic world. Its files go with it.
package final class World: Sendable {
  package let clock: ManualClock
  package let transport: SandboxTransport
  package let replica: Replica
  private let directory: TemporaryDirectory

  /// - Parameters:
  ///   - networks: how many the account starts with.
  ///   - clock: shared where several replicas live in one world.
  package init(networks: Int = 0, faults: SandboxFaults = SandboxFaults(), clock: ManualClock = ManualClock()) throws {
    self.clock = clock
    transport = SandboxTransport(
      Sandbox(SandboxState(networks: networks), faults: faults),
      clock: clock
    )
    directory = try TemporaryDirectory()
    replica = try Replica.open("\(directory.path)/replica.sqlite", .makeIfMissing, .many, now: { clock.wall })
  }

  /// An engine on this world.
  ///
  /// - Parameter replica: another replica of it than its own.
  package func engine(
    on replica: Replica? = nil,
    policy: ConflictPolicy = .newest,
    key: String = "key",
    baseURL: BaseURL = .telnyx,
    heartbeat: @escaping @Sendable () -> Void = {}
  ) throws -> SyncEngine {
    guard let key = APIKey(key) else { throw WorldError.badKey }
    let clock = clock
    return SyncEngine(
      replica: replica ?? self.replica,
      api: APIClient(transport: transport, baseURL: baseURL, key: key, timeout: .seconds(10), now: { clock.wall }),
      environment: EngineEnvironment(
        clock: clock,
        now: { clock.wall },
        chance: { 0.5 },
        logger: Logger(label: "world") { _ in SwiftLogNoOpLogHandler() },
        heartbeat: heartbeat
      ),
      policy: policy,
      settleTime: .seconds(90)
    )
  }

  /// Queues a new network.
  @discardableResult
  package func create(_ name: String) throws -> EditReceipt {
    try replica.create(
      NetworkName(name),
      localID: .random(at: clock.wall)
    )
  }

  /// Queues an edit of the network that has this name here.
  @discardableResult
  package func edit(_ name: String, _ intent: Intent) throws -> EditReceipt {
    try replica.edit(find(name).key, intent)
  }

  /// The network that has this name here.
  package func find(_ name: String) throws -> Network {
    guard case .found(let network) = try replica.find(name) else { throw WorldError.noNetwork(name) }
    return network
  }

  /// Somebody at the portal renames a network.
  package func renameThere(_ name: String, to other: String) {
    let now = clock.wall.microseconds
    transport.withSandbox { sandbox in
      for network in sandbox.state.networks where network.name == name {
        _ = sandbox.state.renameNetwork(id: network.id, to: other, at: now)
      }
    }
  }

  /// Somebody at the portal deletes networks.
  package func deleteThere(_ names: some Sequence<String>) {
    let names = Set(names)
    transport.withSandbox { sandbox in
      for network in sandbox.state.networks where names.contains(network.name) {
        _ = sandbox.state.deleteNetwork(id: network.id)
      }
    }
  }

  /// Somebody at the portal makes a network.
  package func createThere(_ name: String) {
    let now = clock.wall.microseconds
    transport.withSandbox { _ = $0.state.createNetwork(named: name, at: now) }
  }

  /// `id name updated_at` of every network there, sorted.
  package var there: [String] {
    transport.withSandbox { $0.state.networks.map { "\($0.id) \($0.name) \($0.updatedAt)" } }.sorted()
  }

  /// The same of every network here, as people read it.
  package var here: [String] {
    get throws {
      try replica.networks().map { "\($0.id?.text ?? "-") \($0.name?.text ?? "") \($0.updatedAt ?? "")" }.sorted()
    }
  }

  /// The names there, sorted.
  package var namesThere: [String] { transport.withSandbox { $0.state.networks.map(\.name) }.sorted() }
}

/// Why a small world could not do what a test asked.
package enum WorldError: Error {
  case badKey
  case noNetwork(String)
}
