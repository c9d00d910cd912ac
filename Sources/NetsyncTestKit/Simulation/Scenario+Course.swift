import NetsyncEngine
import NetsyncModel
import NetsyncReplica
import NetsyncSandbox

extension Scenario {
  /// Has it all happen, one deed after the other, each with everything that it sets going.
  func play(in world: SimulatedWorld) {
    if hasUniqueNames { world.server.setQuirks { $0.takenNames = .duplicate } }
    for name in names { world.server.create(name) }
    for deed in deeds {
      world.perform(deed)
      world.run()
      world.pass(Self.pause)
    }
  }
}

extension SimulatedWorld {
  fileprivate func perform(_ deed: Scenario.Deed) {
    trace.note(.action, 0, "\(deed)")
    switch deed {
    case .createThere(let name): server.create(name)
    case .renameThere(let name, let other): server.change(named: name, .rename(other))
    case .deleteThere(let name): server.change(named: name, .delete)
    case .wait(let duration): pass(duration)
    case .sync(let deletes, let meanwhile):
      var (pull, push) = (PullOptions(), PushOptions())
      (pull.maximumDeletes, push.maximumDeletes) = (deletes, deletes)
      if deletes != nil { hosts[0].checker.approve() }
      start(.sync(pull, push), on: 0)
      for deed in meanwhile { time.schedule(after: .seconds(2)) { [self] in perform(deed) } }
    case .create, .rename, .delete, .discard, .retry, .adopt, .resolve, .undo: edit(deed)
    }
  }

  /// Who gave an edit to a process that died looks whether it is there, and gives it again where it is not.
  private func edit(_ deed: Scenario.Deed) {
    let host = hosts[0]
    host.checker.isEdited()
    while true {
      let process = SimulatedProcess(host: 0)
      let written = host.checker.snapshot.changes
      do throws(ReplicaError) {
        return try edit(deed, host.replica(in: self, process), host)
      } catch {
        check(error, on: 0)
        guard !process.isAlive, host.checker.snapshot.changes == written else { return }
      }
    }
  }

  private func edit(_ deed: Scenario.Deed, _ replica: Replica, _ host: SimulatedHost) throws(ReplicaError) {
    switch deed {
    case .create(let name):
      returned(try replica.create(NetworkName(name), localID: host.localID(server)), host)
    case .rename(let name, let other):
      guard let key = try key(of: name, replica) else { return }
      returned(try replica.edit(key, .rename(to: NetworkName(other))), host)
    case .delete(let name):
      guard let key = try key(of: name, replica) else { return }
      returned(try replica.edit(key, .delete), host)
    case .discard(let name):
      guard let operation = try operation(for: name, replica) else { return }
      _ = try replica.discard(operation.edit)
    case .retry(let name):
      guard let operation = try operation(for: name, replica) else { return }
      _ = try replica.retry(operation.edit)
    case .adopt(let name):
      guard let operation = try operation(for: name, replica), let candidate = operation.candidates.first else {
        return
      }
      try replica.adopt(operation.edit, candidate)
    case .resolve(let name, let side):
      let name = NetworkName(name)
      let conflict = try replica.conflicts().first { [$0.mine, $0.theirs, $0.baseName].contains(name) }
      try resolve(conflict, side, replica, host)
    case .undo(let kind, let name):
      try undo(kind, NetworkName(name), replica, host)
    case .sync, .wait, .createThere, .renameThere, .deleteThere:
      break
    }
  }

  private func undo(
    _ kind: JournalChange.Kind,
    _ name: NetworkName,
    _ replica: Replica,
    _ host: SimulatedHost
  ) throws(ReplicaError) {
    let change = try replica.changes(limit: 10_000).last { $0.kind == kind && ($0.after ?? $0.before) == name }
    guard let change else { return }
    switch try replica.undo(change.number, localID: host.localID(server)) {
    case .edited(let receipt): returned(receipt, host)
    case .anew(let edit, _): host.checker.returned(edit)
    case .refused: break
    }
  }

  private func key(of name: String, _ replica: Replica) throws(ReplicaError) -> NetworkKey? {
    try replica.networks().first { $0.name == NetworkName(name) }?.key
  }

  private func operation(for name: String, _ replica: Replica) throws(ReplicaError) -> OutboxOperation? {
    try replica.operations().last { $0.intent.name == NetworkName(name) }
  }
}
