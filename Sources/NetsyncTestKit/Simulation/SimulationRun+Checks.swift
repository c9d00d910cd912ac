import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncSandbox

/// What a world at rest is held against.
extension SimulationRun {
  /// What is left after three cycles waits for people, and for nothing else.
  func checkThatPeopleAreNext() {
    for host in world.hosts {
      for operation in unattended(on: host) {
        let state = operation.state.word.rawValue
        world.violate(.convergence, host: host.index, "edit \(operation.edit) is \(state) after three quiet cycles")
      }
    }
  }

  /// What a daemon leaves waits for people, and it does not ask without need.
  func checkDaemon(_ run: DaemonRun, on host: SimulatedHost) {
    // What the others have just done may look like another account's: then a person decides about everything.
    if run.last?.push?.failed?.kind != .held(.otherAccount) {
      for operation in unattended(on: host) {
        let state = operation.state.word.rawValue
        let what = "edit \(operation.edit) is \(state), and a daemon ran for a quarter of an hour"
        world.violate(.daemon, host: host.index, what)
      }
    }
    // At once, and once more before the hour where there was something new.
    if !(1...3).contains(run.pulls) {
      world.violate(.daemon, host: host.index, "a daemon pulls \(run.pulls) times in a quarter of an hour")
    }
  }

  /// Edits that wait for nobody's word.
  private func unattended(on host: SimulatedHost) -> [OutboxOperation] {
    if let pulled = host.lastPull, endsSync(pulled.facts) { return [] }
    let operations = (try? replica(of: host).operations()) ?? []
    return operations.filter { operation in
      switch operation.state {
      case .conflict, .held, .refused: false
      case .inDoubt(let doubt): !doubt.isUndecided && !waitsBehindAQuestion(operation, operations)
      case .waiting: !operations.contains { $0.network == operation.network && $0.edit < operation.edit }
      case .sending: true
      }
    }
  }

  /// Of unanswered creates of one name only the oldest is looked for, and where that is put to people, the others wait for them too.
  private func waitsBehindAQuestion(_ operation: OutboxOperation, _ operations: [OutboxOperation]) -> Bool {
    operations.contains { older in
      guard case .inDoubt(let doubt) = older.state, older.edit < operation.edit else { return false }
      return doubt.isUndecided && older.intent.name == operation.intent.name
    }
  }

  /// Every replica is the server's, and says so.
  func checkConvergence() {
    let there = world.server.networks
    for host in world.hosts {
      let picture = host.checker.snapshot
      if !picture.edits.isEmpty || !picture.deadLetters.isEmpty {
        world.violate(.convergence, host: host.index, "edits are left: \(picture.edits.sorted { $0.key < $1.key })")
      }
      let here = networks(of: host)
      if here != there {
        let missing = there.filter { !here.contains($0) }
        let extra = here.filter { !there.contains($0) }
        world.violate(.convergence, host: host.index, "replica and server differ: lacks \(missing), has \(extra)")
      }
      checkFeed(of: host)
      if (try? replica(of: host).status().isInSync) != true {
        world.violate(.honestStatus, host: host.index, "all is in sync, and status does not say so")
      }
      for edit in picture.returned.sorted() where picture.outcomes[edit] == nil {
        world.violate(.noEditLost, host: host.index, "edit \(edit) has no outcome")
      }
    }
  }

  /// Who follows the changes from the first one on learns of every network that is there, and of none twice.
  private func checkFeed(of host: SimulatedHost) {
    let changes = (try? replica(of: host).changes(limit: .max)) ?? []
    // Where the oldest were compacted away, nobody can follow from the start.
    guard changes.first?.number.rawValue ?? 1 == 1 else { return }
    var last: [NetworkKey: JournalChange] = [:]
    var told: Set<NetworkKey> = []
    for change in changes {
      let hasCome = change.kind == .created && change.side == .remote
      if let last = last[change.network], hasCome, last.kind == .created, last.side == .remote {
        world.violate(.convergence, host: host.index, "the changes tell of network \(change.network.rawValue) twice")
      }
      last[change.network] = change
      if change.kind == .created { told.insert(change.network) }
    }
    let networks = (try? replica(of: host).networks()) ?? []
    for network in networks where !told.contains(network.key) {
      world.violate(.convergence, host: host.index, "the changes do not tell of network \(network.key.rawValue)")
    }
  }

  /// Further cycles write nothing to either side.
  func checkStillness() {
    let revision = world.server.revision
    let changes = world.hosts.map { $0.checker.snapshot.changes }
    if isSample { walkInterfaces() } else { syncAll() }
    if world.server.revision != revision { world.violate(.convergence, host: 0, "a quiet cycle writes to the server") }
    for host in world.hosts where host.checker.snapshot.changes != changes[host.index] {
      world.violate(.convergence, host: host.index, "a quiet cycle changes the replica")
    }
  }

  // MARK: Interfaces

  /// Where the last pull walked them, every network has the interfaces that it has at the server.
  func checkInterfaces() {
    for host in world.hosts where host.lastPull?.outcome == .ok {
      let found = (try? replica(of: host).interfaces()) ?? []
      let here = Dictionary(grouping: found, by: \.networkID.text).mapValues { $0.map(\.document.id).sorted() }
      for network in world.server.networks {
        let (mine, theirs) = (here[network.id] ?? [], world.server.interfaces(of: network.id))
        if mine != theirs {
          let what = "\(network.id.prefix(8)) has the interfaces \(mine), at the server \(theirs)"
          world.violate(.convergence, host: host.index, what)
        }
      }
    }
  }

  // MARK: Work

  /// Requests that a cycle of one host can need while all others rest and nothing goes wrong (I11); nil where creates are waiting:
  /// how often one is looked for depends on what became of it.
  func requestsEnough(for host: SimulatedHost, networksOnly: Bool) -> Int? {
    let picture = host.checker.snapshot
    guard picture.edits.values.allSatisfy({ $0.action != .create }) else { return nil }
    let listed = world.server.networks.count
    let known = picture.networks.values.filter { $0.goneCause == nil }.compactMap(\.id)
    let missing = known.count { world.server.isGone($0) }
    let pages = max(1, (listed + host.pageSize - 1) / host.pageSize)
    // Who knows all that is listed sees that in one walk. Otherwise something may seem to be hidden: then the listing is walked up to
    // five times, and its pages may first be looked through for anything in common.
    let knowsAll = known.count - missing == listed
    let pull = knowsAll ? pages + missing : 5 * (pages + missing) + pages - 1
    // A look, the write, and where the network is gone a look at the account.
    let push = 3 * picture.edits.count
    // A network has three at most, which is one page.
    let interfaces = networksOnly ? 0 : known.count + listed
    return pull + push + interfaces
  }

  /// - Parameter enough: nil where there is nothing to hold the cycle against.
  func checkWork(of host: Int, since before: SimulatedWorld.Counts, _ enough: Int?) {
    // Where a process dies, another one begins anew.
    guard let enough, world.counted.cycles == before.cycles + 1 else { return }
    let sent = world.counted.requests - before.requests
    if sent > enough { world.violate(.boundedWork, host: host, "a cycle sends \(sent) requests where \(enough) do") }
  }

  // MARK: Secrets

  /// The key is neither in a database nor in the trace (I12).
  func checkSecrets() {
    for host in world.hosts where (try? host.file.holds(anyOf: SimulatedKey.forms)) != false {
      world.violate(.secrets, host: host.index, "the key is in the database")
    }
    for line in world.trace.lines where SimulatedKey.forms.contains(where: line.contains) {
      world.violate(.secrets, host: 0, "the key is in the trace: \(line)")
    }
  }

  /// A replica's networks, as the server would have them.
  func networks(of host: SimulatedHost) -> [SandboxNetwork] {
    ((try? replica(of: host).networks()) ?? []).map(SandboxNetwork.init).sorted { $0.id < $1.id }
  }

  func replica(of host: SimulatedHost) -> Replica {
    host.replica(in: world, SimulatedProcess(host: host.index))
  }
}

extension SandboxNetwork {
  /// A network of a replica, as the server would have it.
  fileprivate init(_ network: Network) {
    self.init(
      id: network.id?.text ?? "-",
      name: network.name?.text ?? "",
      createdAt: network.createdAt ?? "",
      updatedAt: network.updatedAt ?? ""
    )
  }
}
