import NetsyncReconcile

/// One thing that somebody does, at some time.
struct Action: Sendable {
  enum Actor: Hashable, Sendable {
    case host(Int)
    case portal
  }

  enum Kind: Sendable {
    // On a host.
    case create(String)
    case rename(to: String)
    case delete
    /// Everything that is there.
    case deleteAll
    case discard, retry, resolveMine, resolveTheirs, adopt, undo
    case pull(InterfaceScope)
    /// Asks for one network alone.
    case pullOne
    case push, sync
    /// Syncs by itself for a while.
    case daemon(every: Duration, for: Duration)
    case jumpClock(seconds: Int)
    // At the portal.
    case createThere(String)
    case renameThere(String)
    case deleteThere, touchThere
    case keepBackup, restore
  }

  var at: Duration
  var actor: Actor
  var kind: Kind
  /// Which of the networks or edits it falls on, and what else is left to chance.
  var pick: UInt64

  /// An edit while a daemon runs.
  static func late(on host: Int) -> Action {
    Action(at: .zero, actor: .host(host), kind: .create("late-\(host)"), pick: 0)
  }
}

/// What people do in one seed: drawn once, so that single actions can be left out when a failing seed is made smaller.
struct Workload: Sendable {
  var actions: [Action] = []

  init(actions: [Action]) {
    self.actions = actions
  }

  /// - Parameters:
  ///   - hasPortal: whether others change the account too.
  ///   - faults: for the actions that are faults themselves.
  init(seed: UInt64, hosts: Int, hasPortal: Bool, faults: FaultSource) {
    var random = SeededRandom(seed: seed, .workload)
    var names = NameSource()
    let minutes = random.within(4...20)
    let count = random.within(8...20)
    for _ in 0..<count {
      let at = Duration.milliseconds(random.below(minutes * 60_000))
      let host = Action.Actor.host(random.below(hosts))
      let (kind, isAtPortal) = Self.draw(&random, &names)
      if isAtPortal && !hasPortal { continue }
      actions.append(Action(at: at, actor: isAtPortal ? .portal : host, kind: kind, pick: random.next()))
    }
    for host in 0..<hosts {
      for _ in 0..<random.within(1...4) {
        let at = Duration.milliseconds(random.below(minutes * 60_000))
        let kind: Action.Kind =
          switch random.below(8) {
          case 0, 1, 2: .pull(.drawn(UInt64(random.below(8))))
          case 3, 4, 5: .push
          default: .sync
          }
        actions.append(Action(at: at, actor: .host(host), kind: kind, pick: random.next()))
      }
      if random.below(12) == 0 {
        let at = Duration.milliseconds(random.below(minutes * 60_000))
        actions.append(Action(at: at, actor: .host(host), kind: .deleteAll, pick: random.next()))
      }
      if random.below(4) == 0 {
        let at = Duration.milliseconds(random.below(minutes * 60_000))
        let kind = Action.Kind.daemon(every: .seconds(random.within(30...300)), for: .seconds(random.within(60...400)))
        actions.append(Action(at: at, actor: .host(host), kind: kind, pick: random.next()))
      }
    }
    addLooks(seed, hosts: hosts, minutes: minutes)
    addFaults(seed, hosts: hosts, minutes: minutes, faults)
    actions = actions.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  /// In one world of four hosts ask for single networks too.
  private mutating func addLooks(_ seed: UInt64, hosts: Int, minutes: Int) {
    var random = SeededRandom(seed: seed, .workload, index: 1)
    guard random.below(4) == 0 else { return }
    for host in 0..<hosts {
      for _ in 0..<random.within(1...4) {
        let at = Duration.milliseconds(random.below(minutes * 60_000))
        actions.append(Action(at: at, actor: .host(host), kind: .pullOne, pick: random.next()))
      }
    }
  }

  private static func draw(_ random: inout SeededRandom, _ names: inout NameSource) -> (Action.Kind, Bool) {
    let name = names.draw(&random)
    switch random.below(100) {
    case 0..<22: return (.create(name), false)
    case 22..<44: return (.rename(to: name), false)
    case 44..<54: return (.delete, false)
    case 54..<57: return (.discard, false)
    case 57..<59: return (.retry, false)
    case 59..<61: return (.resolveMine, false)
    case 61..<63: return (.resolveTheirs, false)
    case 63..<65: return (.adopt, false)
    case 65..<68: return (.undo, false)
    case 68..<74: return (.createThere(name), true)
    case 74..<88: return (.renameThere(name), true)
    case 88..<95: return (.deleteThere, true)
    default: return (.touchThere, true)
    }
  }

  private mutating func addFaults(_ seed: UInt64, hosts: Int, minutes: Int, _ faults: FaultSource) {
    var random = SeededRandom(seed: seed, .faults, index: 1)
    let time = { (random: inout SeededRandom) in Duration.milliseconds(random.below(minutes * 60_000)) }
    if faults.has(.clockJump) {
      for _ in 0..<random.within(1...4) {
        let seconds = [-86_400, -3_600, -300, -2, 1, 60, 3_600, 86_400][random.below(8)]
        let actor = Action.Actor.host(random.below(hosts))
        actions.append(Action(at: time(&random), actor: actor, kind: .jumpClock(seconds: seconds), pick: random.next()))
      }
    }
    if faults.has(.restoredBackup) {
      let times = [time(&random), time(&random)].sorted()
      actions.append(Action(at: times[0], actor: .portal, kind: .keepBackup, pick: random.next()))
      actions.append(Action(at: times[1], actor: .portal, kind: .restore, pick: random.next()))
    }
  }
}

/// Names, most of them new, some used before, some that only bytes tell apart.
private struct NameSource {
  private var count = 0

  mutating func draw(_ random: inout SeededRandom) -> String {
    let draw = random.below(100)
    let earlier = random.below(max(count, 1))
    count += 1
    return switch draw {
    case 0..<6: "net-\(earlier)"
    case 6..<8: "caf\u{E9}-\(earlier)"
    case 8..<10: "cafe\u{301}-\(earlier)"
    case 10..<20: "  Net  \(count) "
    default: "net-\(count)"
    }
  }
}

extension InterfaceScope {
  /// Of eight, most read none: a list is a request for each network.
  static func drawn(_ number: UInt64) -> InterfaceScope {
    switch number {
    case 0: .all
    case 1: .due(atMost: 2)
    default: .none
    }
  }
}
