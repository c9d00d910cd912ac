import HTTPTypes
import NetsyncAPI
import NetsyncModel
import NetsyncSandbox
import Synchronization

/// The account at the server, what people do to it at the portal, and the truth about it that the replicas are held against.
final class SimulatedServer: Sendable {
  /// Wall time at the server when the simulation starts: 2026-06-01T00:00:00Z.
  static let epoch: Int64 = 1_780_272_000_000_000

  /// What has ever been true of a network.
  struct Record: Sendable {
    /// Every name that it has had, and who gave it: hosts, or ``portal``.
    private(set) var names: [NetworkName: Set<Int>]
    private(set) var name: NetworkName
    /// Somebody has given it another name since it was made.
    private(set) var isRenamed = false
    var isGone = false

    static let portal = -1

    init(name: String, by author: Int = portal, isGone: Bool = false) {
      self.name = NetworkName(name)
      names = [self.name: [author]]
      self.isGone = isGone
    }

    mutating func rename(to name: NetworkName, by author: Int = portal) {
      isAsked(for: name, by: author)
      isRenamed = isRenamed || name != self.name
      self.name = name
    }

    /// The server may make another name of the one that it is asked for: both are then its author's.
    mutating func isAsked(for name: NetworkName, by author: Int) {
      names[name, default: []].insert(author)
    }
  }

  private struct State {
    var sandbox: SandboxState
    var foreign: SandboxState
    var backup: SandboxState?
    var records: [String: Record] = [:]
    /// Networks that were gone, and that a restored backup has brought back.
    var broughtBack: Set<String> = []
    /// The networks that each local create has made.
    var made: [LocalCreate: [String]] = [:]
    /// The server has made beginnings of names.
    var hasCutNames = false
    /// Requests a second that are answered, and those of this second; nil for as many as come.
    var throttle: (limit: Int, window: SandboxRateWindow)?
    /// The scratch network that shifts the pages, while it is there.
    var scratch: String?

    mutating func admit(at now: Int64) -> SandboxAllowance? {
      guard var throttle else { return nil }
      defer { self.throttle = throttle }
      return throttle.window.admit(limit: throttle.limit, at: now)
    }
  }

  /// A network as its host knows it.
  private struct LocalCreate: Hashable, Sendable {
    var host: Int
    var network: Int64
  }

  private let state: Mutex<State>
  private let time: VirtualTime

  init(seed: UInt64, networks: Int, time: VirtualTime) {
    self.time = time
    let sandbox = SandboxState(seed: seed, networks: networks)
    var records: [String: Record] = [:]
    for network in sandbox.networks { records[network.id] = Record(name: network.name) }
    state = Mutex(
      State(sandbox: sandbox, foreign: SandboxState(seed: seed ^ 0xF0F0, networks: 4), records: records)
    )
  }

  var wall: Int64 { Self.epoch + time.now }

  /// Changes how odd the account is.
  func setQuirks(_ change: (inout SandboxQuirks) -> Void) {
    state.withLock { state in
      change(&state.sandbox.quirks)
      state.hasCutNames = state.hasCutNames || state.sandbox.quirks.nameChange == .cut
    }
  }

  /// From now on no other key is accepted.
  func accept(only key: String) {
    state.withLock { $0.sandbox.apiKey = key }
  }

  /// From now on no more requests a second are answered.
  func throttle(to limit: Int) {
    state.withLock { $0.throttle = (limit, SandboxRateWindow()) }
  }

  /// Nothing is odd any more.
  func calm() {
    state.withLock { $0.throttle = nil }
    setQuirks { quirks in
      let form = quirks.stampForm
      quirks = SandboxQuirks()
      quirks.stampForm = form
    }
  }

  // MARK: Requests

  /// What one request came to.
  struct Outcome: Sendable {
    var response: SandboxResponse
    /// What earlier requests of the same local create have made, and has been there ever since.
    var madeBefore: [String] = []
    /// The server does not have the network that was asked for, or not any more.
    var isGone = false
  }

  /// Carries out a request.
  ///
  /// - Parameters:
  ///   - sender: the local create that it is of, where it is one.
  ///   - isRepeated: the same request arrives again; what it does is the network's doing.
  func respond(
    to request: TransportRequest,
    _ call: Call,
    host: Int,
    sender: Int64?,
    isRepeated: Bool,
    isForeign: Bool
  ) -> Outcome {
    let now = wall
    return state.withLock { state in
      let allowance = state.admit(at: now)
      if let allowance, !allowance.isGranted {
        var response = SandboxResponse.tooMany(.absent, at: now)
        allowance.mark(&response)
        return Outcome(response: response)
      }
      guard !isForeign else {
        let response = state.foreign.respond(to: request.head, body: request.body, at: now)
        if call.kind == .create, let made = state.foreign.newest {
          state.records[made.id] = Record(name: made.name, isGone: true)
        }
        return Outcome(response: response)
      }
      var response = state.sandbox.respond(to: request.head, body: request.body, at: now)
      allowance?.mark(&response)
      var outcome = Outcome(response: response)
      outcome.isGone = call.id != nil && (response.response.status == .notFound || call.kind == .delete)
      guard response.response.status == .ok else { return outcome }
      switch call.kind {
      case .create:
        guard let made = state.sandbox.newest else { break }
        state.records[made.id] = Record(name: made.name, by: host)
        if let name = call.name { state.records[made.id]?.isAsked(for: name, by: host) }
        guard let sender, !isRepeated else { break }
        let key = LocalCreate(host: host, network: sender)
        // One that somebody has renamed before it was found cannot be told from a stranger's, and one that was deleted may be out of
        // every list when a backup brings it back: both are assumed not to happen.
        outcome.madeBefore = state.made[key, default: []].filter { id in
          guard let record = state.records[id], !state.broughtBack.contains(id) else { return false }
          return !record.isGone && !record.isRenamed
        }
        state.made[key, default: []].append(made.id)
      case .rename:
        guard let id = call.id, let name = call.name, let now = state.sandbox.network(id: id)?.name else { break }
        state.records[id]?.isAsked(for: name, by: host)
        state.records[id]?.rename(to: NetworkName(now), by: host)
      case .delete:
        if let id = call.id { state.records[id]?.isGone = true }
      case .list, .listNamesakes, .look, .listInterfaces: break
      }
      return outcome
    }
  }

  // MARK: The portal

  func create(_ name: String) {
    let now = wall
    state.withLock { state in
      let network = state.sandbox.createNetwork(named: name, at: now)
      state.records[network.id] = Record(name: name)
    }
  }

  /// Renames, deletes or touches the network that `pick` falls on.
  func change(_ pick: UInt64, _ what: PortalChange) {
    let now = wall
    state.withLock { state in
      let networks = state.sandbox.networks
      guard !networks.isEmpty else { return }
      let id = networks[Int(pick % UInt64(networks.count))].id
      switch what {
      case .rename(let name):
        _ = state.sandbox.renameNetwork(id: id, to: name, at: now)
        state.records[id]?.rename(to: NetworkName(name))
      case .delete:
        _ = state.sandbox.deleteNetwork(id: id, at: now)
        state.records[id]?.isGone = true
      case .touch:
        _ = state.sandbox.touchNetwork(id: id, at: now)
      }
    }
  }

  /// Changes every network of this name.
  func change(named name: String, _ what: PortalChange) {
    let name = NetworkName(name)
    let matching = state.withLock { state in
      state.sandbox.networks.enumerated().filter { NetworkName($0.element.name) == name }.map(\.offset)
    }
    for position in matching.reversed() { change(UInt64(position), what) }
  }

  enum PortalChange: Sendable {
    case rename(String)
    case delete, touch
  }

  /// Somebody makes a network in front of the listing, or takes away the one that is there.
  func shiftPage() {
    let now = wall
    state.withLock { state in
      if let id = state.scratch {
        state.scratch = nil
        state.records[id]?.isGone = true
        if state.sandbox.deleteNetwork(id: id, at: now) != nil { return }
      }
      let scratch = state.sandbox.createNetwork(named: "scratch", at: now)
      state.records[scratch.id] = Record(name: "scratch")
      state.scratch = scratch.id
    }
  }

  func keepBackup() {
    state.withLock { $0.backup = $0.sandbox }
  }

  /// The server is set back to its backup, if there is one.
  func restore() {
    let now = wall
    state.withLock { state in
      guard let backup = state.backup else { return }
      state.sandbox.restore(from: backup, at: now)
      var living: Set<String> = []
      for network in state.sandbox.networks {
        living.insert(network.id)
        if state.records[network.id]?.isGone == true { state.broughtBack.insert(network.id) }
        state.records[network.id, default: Record(name: network.name)].rename(to: NetworkName(network.name))
      }
      for id in state.records.keys { state.records[id]?.isGone = !living.contains(id) }
    }
  }

  // MARK: The truth

  /// How long it takes until a listing shows what was written.
  var listLag: Duration { .microseconds(state.withLock { $0.sandbox.quirks.listLagMicroseconds }) }

  func isGone(_ id: String) -> Bool { state.withLock { $0.records[id]?.isGone ?? true } }

  /// Whether a restored backup has brought it back since it was gone. A listing that lags may show it even after it is gone once more.
  func wasBroughtBack(_ id: String) -> Bool { state.withLock { $0.broughtBack.contains(id) } }

  /// Whether the server has ever made beginnings of names: nobody can tell whose they are.
  var hasCutNames: Bool { state.withLock { $0.hasCutNames } }

  /// Whether it is, or was, a network of the hosts' account.
  func isOwn(_ id: String) -> Bool { state.withLock { $0.records[id] != nil } }

  /// Whether it is a network of the other account.
  func isForeign(_ id: String) -> Bool { state.withLock { $0.foreign.networks.contains { $0.id == id } } }

  func hasEverBeen(_ id: String, named name: NetworkName?) -> Bool {
    guard let name else { return false }
    return state.withLock { $0.records[id]?.names[name] != nil }
  }

  /// Whether nobody but one host has ever given a network a name.
  func isOnly(_ host: Int, authorOf name: NetworkName, of id: String) -> Bool {
    state.withLock { $0.records[id]?.names[name] == [host] }
  }

  /// Every network, by id.
  var networks: [SandboxNetwork] { state.withLock { $0.sandbox.networks }.sorted { $0.id < $1.id } }

  /// The ids of a network's interfaces, sorted.
  func interfaces(of id: String) -> [String] {
    let now = wall
    return state.withLock { $0.sandbox.interfaces(of: id, at: now) }.map(\.id).sorted()
  }

  /// The name of every network, sorted.
  var names: [String] { state.withLock { $0.sandbox.networks }.map(\.name).sorted() }

  /// Grows with every write.
  var revision: Int { state.withLock { $0.sandbox.revision } }
}
