import Netsync
import NetsyncReplica
import NetsyncTestKit

extension World {
  /// The library on this world, which looks for commits without a pause worth the name.
  func library(_ policy: ConflictPolicy = .newest) throws -> NetworkReplica {
    let replica = try opened()
    return NetworkReplica(
      replica: replica,
      engine: try engine(on: replica, policy: policy),
      interval: .milliseconds(1)
    )
  }

  /// The library as another process has it: on the same file, with connections of its own, and without a key.
  func stranger() throws -> NetworkReplica {
    NetworkReplica(replica: try opened(), engine: nil, interval: .milliseconds(1))
  }

  /// The world's files stay for as long as the replica does.
  private func opened() throws -> Replica {
    try Replica.open(replica.path, .existing, now: { [self] in clock.wall })
  }
}

extension NetworkReplica {
  /// The names that people see, sorted.
  var names: [String] {
    get throws { try networks.list().names }
  }
}

extension [Network] {
  var names: [String] { map { $0.name?.text ?? "-" } }
}
