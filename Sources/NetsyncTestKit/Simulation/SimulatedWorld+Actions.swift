import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

extension SimulatedWorld {
  /// Does what somebody does.
  func perform(_ action: Action) {
    trace.note(.action, Int(truncatingIfNeeded: action.pick), "\(action.actor): \(action.kind)")
    switch action.actor {
    case .portal: performAtPortal(action)
    case .host(let host): perform(action, on: host)
    }
  }

  private func performAtPortal(_ action: Action) {
    switch action.kind {
    case .createThere(let name): server.create(name)
    case .renameThere(let name): server.change(action.pick, .rename(name))
    case .deleteThere: server.change(action.pick, .delete)
    case .touchThere: server.change(action.pick, .touch)
    case .keepBackup: server.keepBackup()
    case .restore:
      guard let strike = faults.strike(.restoredBackup, while: "at some time", detail: action.pick) else { return }
      noteFault(strike.fault, "")
      server.restore()
    case .create, .rename, .delete, .deleteAll, .discard, .retry, .resolveMine, .resolveTheirs, .adopt, .undo, .pull,
      .pullOne, .push, .sync, .daemon, .jumpClock:
      break
    }
  }

  private func perform(_ action: Action, on host: Int) {
    switch action.kind {
    case .pull(let interfaces):
      var options = PullOptions()
      options.interfaces = interfaces
      start(.pull(options), on: host, isForeign: isForeign(host))
    case .pullOne:
      do throws(ReplicaError) {
        let replica = hosts[host].replica(in: self, SimulatedProcess(host: host))
        guard let network = action.choose(try replica.networks()) else { return }
        var options = PullOptions()
        options.interfaces = .drawn(action.pick % 8)
        options.network = network.key
        start(.pull(options), on: host, isForeign: isForeign(host))
      } catch {
        check(error, on: host)
      }
    case .push:
      start(.push(PushOptions()), on: host, isForeign: isForeign(host))
    case .sync:
      var options = PullOptions()
      options.interfaces = .drawn(action.pick % 8)
      start(.sync(options, PushOptions()), on: host, isForeign: isForeign(host))
    case .jumpClock(let seconds):
      guard let strike = faults.strike(.clockJump, while: "at some time", detail: action.pick) else { return }
      noteFault(strike.fault, "by \(seconds) s")
      hosts[host].jumpClock(by: seconds)
    case .daemon(let interval, let duration):
      startDaemon(on: host, every: interval, for: duration)
    case .create, .rename, .delete, .deleteAll, .discard, .retry, .resolveMine, .resolveTheirs, .adopt, .undo:
      do throws(ReplicaError) {
        try edit(action, on: hosts[host])
      } catch {
        check(error, on: host)
      }
    case .createThere, .renameThere, .deleteThere, .touchThere, .keepBackup, .restore:
      break
    }
  }

  private func isForeign(_ host: Int) -> Bool {
    guard hosts[host].checker.knowsNetworks,
      let strike = faults.strike([.otherAccount], while: "starting a cycle", weight: 2)
    else { return false }
    noteFault(strike.fault, "")
    return true
  }

  private func edit(_ action: Action, on host: SimulatedHost) throws(ReplicaError) {
    let replica = host.replica(in: self, SimulatedProcess(host: host.index))
    host.checker.isEdited()
    switch action.kind {
    case .create(let name):
      returned(try replica.create(NetworkName(name), localID: host.localID(server)), host)
    case .rename(let name):
      guard let network = action.choose(try replica.networks()) else { return }
      returned(try replica.edit(network.key, .rename(to: NetworkName(name))), host)
      let seen = try replica.network(network.key)?.name
      // Renamed back to what it was called before it was deleted there, nothing of ours is left, and it goes.
      if seen != NetworkName(name), network.state != .conflict {
        violate(.overlay, host: host.index, "renamed to \"\(name)\", and seen as \"\(seen?.text ?? "-")\"")
      }
    case .delete:
      guard let network = action.choose(try replica.networks()) else { return }
      returned(try replica.edit(network.key, .delete), host)
      let isSeen = try replica.network(network.key).map { [.synced, .waiting, .sending].contains($0.state) } ?? false
      if isSeen { violate(.overlay, host: host.index, "deleted, and still seen") }
    case .deleteAll:
      for network in try replica.networks() { returned(try replica.edit(network.key, .delete), host) }
    case .discard:
      guard let operation = action.choose(try replica.operations()) else { return }
      _ = try replica.discard(operation.edit)
    case .retry:
      guard let operation = action.choose(try replica.operations()) else { return }
      if case .inDoubt = operation.state { host.checker.resend(operation.edit) }
      _ = try replica.retry(operation.edit)
    case .resolveMine:
      try resolve(action.choose(try replica.conflicts()), .mine, replica, host)
    case .resolveTheirs:
      try resolve(action.choose(try replica.conflicts()), .theirs, replica, host)
    case .adopt:
      let asked = try replica.operations().filter { !$0.candidates.isEmpty }
      guard let operation = action.choose(asked), let candidate = action.choose(operation.candidates) else { return }
      try replica.adopt(operation.edit, candidate)
    case .undo:
      guard let change = action.choose(try replica.changes(limit: 10_000)) else { return }
      try undo(change, replica, host)
    case .pull, .pullOne, .push, .sync, .daemon, .jumpClock, .createThere, .renameThere, .deleteThere, .touchThere,
      .keepBackup, .restore:
      break
    }
  }

  func returned(_ receipt: EditReceipt, _ host: SimulatedHost) {
    if case .queued(let edit, _, _) = receipt { host.checker.returned(edit) }
  }

  /// Reverses a change. What changed since then is to be left alone, and what is queued is to lead back.
  func undo(_ change: JournalChange, _ replica: Replica, _ host: SimulatedHost) throws(ReplicaError) {
    let before = try replica.network(change.network)
    let receipt = try replica.undo(change.number, localID: host.localID(server))
    switch receipt {
    case .edited(let receipt): returned(receipt, host)
    case .anew(let edit, _): host.checker.returned(edit)
    case .refused: return
    }
    func expect(_ holds: Bool, _ what: String) {
      if !holds {
        violate(.laterChanges, host: host.index, "change \(change.number) (\(change.kind)) is undone, and \(what)")
      }
    }
    switch receipt {
    case .edited(.queued):
      let isRename = [.renamed, .wentBack].contains(change.kind)
      expect(!isRename || before?.name == change.after, "the network has another name by now")
      let after = try replica.network(change.network)
      expect(!isRename || after?.name == change.before, "its name is not the one before")
      expect(change.kind != .created || before?.name == change.after, "the network has another name by now")
    case .anew: expect(before == nil, "its network is there")
    case .edited, .refused: break
    }
  }

  func resolve(
    _ conflict: Conflict?,
    _ side: ConflictSide,
    _ replica: Replica,
    _ host: SimulatedHost
  ) throws(ReplicaError) {
    guard let conflict, let operation = try replica.operation(conflict.edit) else { return }
    let resolution = try replica.resolveConflict(of: operation.network, taking: side, localID: host.localID(server))
    noteResolution()
    if case .mineAnew(let edit, _) = resolution { host.checker.returned(edit) }
    let isTheirs = if case .theirsStands = resolution { true } else { false }
    if isTheirs != (side == .theirs) {
      violate(.noEditLost, host: host.index, "\(side) was taken, and the other side stands")
    }
  }

  /// People settle whatever waits for them, one way or the other.
  func decideEverything(on host: Int) {
    let host = hosts[host]
    let replica = host.replica(in: self, SimulatedProcess(host: host.index))
    host.checker.isEdited()
    do throws(ReplicaError) {
      for conflict in try replica.conflicts() {
        try resolve(conflict, conflict.edit.rawValue % 2 == 0 ? .mine : .theirs, replica, host)
      }
      for operation in try replica.operations() {
        switch operation.state {
        case .refused:
          // Some think better of it before it is sent once more, where it can be at all.
          if operation.edit.rawValue % 2 == 0 { _ = try? replica.retry(operation.edit) }
          _ = try replica.discard(operation.edit)
        case .inDoubt(let doubt) where doubt.isUndecided:
          host.checker.resend(operation.edit)
          _ = try replica.retry(operation.edit)
        case .waiting, .sending, .inDoubt, .conflict, .held: break
        }
      }
    } catch {
      check(error, on: host.index)
    }
  }

  /// The canary: an edit vanishes behind the replica's back.
  func tamper() {
    // Or the edit itself might fail, and there would be nothing to miss.
    faults.stop()
    let host = hosts[0]
    let process = SimulatedProcess(host: 0)
    do {
      let replica = host.replica(in: self, process)
      returned(try replica.create(NetworkName("canary"), localID: host.localID(server)), host)
      try host.file.tamper("DELETE FROM operation WHERE edit = (SELECT max(edit) FROM operation)")
      committed(nil, of: process)
    } catch {
      violate(.storage, host: 0, "\(error)")
    }
  }
}

extension Action {
  func choose<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[Int(pick % UInt64(elements.count))]
  }
}

extension OutboxOperation {
  /// Networks that an unanswered create may be.
  var candidates: [NetworkID] {
    if case .inDoubt(let doubt) = state { doubt.candidates } else { [] }
  }
}
