import HTTPTypes
import NetsyncAPI
import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncSandbox
import NetsyncTestKit
import NetsyncTestSupport
import Synchronization
import Testing

/// A server whose lists contradict themselves, that changes names, or that lists what nobody can understand.
@Suite(.opensReplicas) struct DeceivingServerTests {
  // MARK: A listing that contradicts itself

  @Test func `a create that a contradicting listing hides is not made twice`() async throws {
    let world = try World(networks: 3)
    try world.create("lab")
    world.loseAnswersToCreates()
    world.quirks { $0.hiddenNameRate = 1 }
    let report = try await world.engine().push(PushOptions())
    #expect(report.undecided == 1)
    #expect(SyncReport(push: report).verdict.end == .undecided)
    #expect(world.namesThere.filter { $0 == "lab" } == ["lab"])
    let doubt = try world.doubt()
    #expect(doubt.isUndecided)
    #expect(doubt.candidates == [try world.id(of: "lab")], "the whole listing shows what the filtered one hides")
    #expect(try world.replica.operations().first?.failure?.title?.contains("contradicts itself") == true)
    try world.replica.adopt(world.edit(), try #require(doubt.candidates.first))
    world.quirks { $0.hiddenNameRate = 0 }
    _ = try await world.engine().pull(PullOptions())
    #expect(try world.here == world.there)
  }

  @Test func `a create is not sent upon a listing that contradicts itself, and says why it waits`() async throws {
    let world = try World(networks: 3)
    world.createThere("lab")
    world.quirks { $0.hiddenNameRate = 1 }
    try world.create("lab")
    let report = try await world.engine().push(PushOptions())
    #expect(world.transport.requests.allSatisfy { !$0.hasPrefix("POST") })
    #expect(world.transport.requests.count { $0.contains("filter") } == 3)
    #expect(report.waiting == 1)
    let operation = try #require(try world.replica.operations().first)
    #expect(operation.state.word == .waiting)
    #expect(operation.failure?.title?.contains("it has 0 networks and speaks of 1") == true)
    world.quirks { $0.hiddenNameRate = 0 }
    #expect(try await world.engine().push(PushOptions()).created == 1)
  }

  @Test func `a question that the server's own lists answer later is not asked any more`() async throws {
    let world = try World(networks: 3)
    try world.create("lab")
    world.loseAnswersToCreates(arriving: false)
    _ = try await world.engine().push(world.options(seconds: 5))
    world.createThere("lab two")
    world.quirks { $0.hiddenNameRate = 1 }
    #expect(try await world.engine().push(PushOptions()).undecided == 1)
    world.quirks { $0.hiddenNameRate = 0 }
    world.transport.decide { _ in .arrives }
    let report = try await world.engine().push(PushOptions())
    #expect(report.created == 1)
    #expect(world.namesThere.filter { $0 == "lab" }.count == 1)
  }

  @Test func `a create that slips from one page to another is not made twice`() async throws {
    let world = try World(networks: 300)
    world.quirks { quirks in
      quirks.order = .oldestFirst
      quirks.metaFields = nil
      quirks.hiddenNameRate = 1
    }
    try world.create("lab")
    let seen = Mutex((creates: 0, walks: 0))
    world.transport.decide { request in
      seen.withLock { seen in
        if request.method == .post {
          seen.creates += 1
          return seen.creates == 1 ? .answerLost : .arrives
        }
        guard let path = request.path, path.contains("number%5D=2"), !path.contains("filter") else { return .arrives }
        seen.walks += 1
        guard seen.walks == 1 else { return .arrives }
        // It has gone to the first page, which was read before.
        return .replaced(TransportResponse(head: HTTPResponse(status: .ok), body: Array(#"{"data":[]}"#.utf8)))
      }
    }
    let report = try await world.engine().push(PushOptions())
    #expect(seen.withLock { [$0.creates, $0.walks] } == [1, 2])
    #expect(report.created == 1)
    #expect(world.namesThere.count { $0 == "lab" } == 1)
  }

  // MARK: A server that changes names

  @Test(
    arguments: [
      (.trimmed, "  spaced  ", "spaced"), (.spaceFolded, "a  b", "a b"), (.lowercased, "LAB", "lab"),
      (.cut, "laboratory", "labora"),
    ] as [(SandboxNameChange, String, String)]
  )
  func `a create under a name that the server changes is not made twice`(
    _ change: SandboxNameChange,
    _ asked: String,
    _ named: String
  ) async throws {
    let world = try World(networks: 3)
    world.quirks { quirks in
      quirks.nameChange = change
      quirks.nameFilter = .exact
    }
    _ = try await world.engine().pull(PullOptions())
    try world.create(asked)
    world.loseAnswersToCreates()
    let report = try await world.engine().push(PushOptions())
    #expect(report.undecided == 1)
    #expect(world.namesThere.filter { $0 == named }.count == 1)
    let doubt = try world.doubt()
    #expect(doubt.candidates == [try world.id(of: named)])
    try world.replica.adopt(world.edit(), try #require(doubt.candidates.first))
    _ = try await world.engine().pull(PullOptions())
    #expect(try world.here == world.there)
  }

  @Test(arguments: [Intent.rename(to: NetworkName("other")), .delete], [false, true])
  func `what a server made of an adopted create's name is nobody's change against the next edit`(
    _ intent: Intent,
    isEditedBefore: Bool
  ) async throws {
    let world = try World(networks: 3)
    world.quirks { $0.nameChange = .trimmed }
    try world.create("  spaced  ")
    world.loseAnswersToCreates()
    #expect(try await world.engine().push(PushOptions()).undecided == 1)
    if isEditedBefore { try world.edit("  spaced  ", intent) }
    try world.replica.adopt(world.edit(), try #require(world.doubt().candidates.first))
    if !isEditedBefore { try world.edit("  spaced  ", intent) }
    let report = try await world.engine(policy: .hold).sync(SyncOptions(pull: PullOptions(), push: PushOptions()))
    #expect(report.push?.conflicts == 0)
    #expect(!world.namesThere.contains("spaced"))
    #expect(try world.here == world.there)
  }

  @Test func `a pull does not take in what may be a create under another name`() async throws {
    let world = try World(networks: 3)
    world.quirks { $0.nameChange = .trimmed }
    try world.create("  spaced  ")
    world.loseAnswersToCreates()
    _ = try await world.engine().push(world.options(seconds: 5))
    let pulled = try await world.engine().pull(PullOptions())
    #expect(pulled.isComplete)
    #expect(try world.replica.networks().compactMap(\.name?.text).sorted().prefix(1) == ["  spaced  "])
    #expect(try !world.replica.networks().contains { $0.name == NetworkName("spaced") })
    #expect(try await world.engine().push(PushOptions()).undecided == 1)
  }

  @Test func `a busy account turns no lost create into a question`() async throws {
    let world = try World(networks: 3)
    try world.create("lab")
    world.loseAnswersToCreates(arriving: false)
    _ = try await world.engine().push(world.options(seconds: 5))
    for number in 1...30 { world.createThere("other \(number)") }
    world.transport.decide { _ in .arrives }
    let report = try await world.engine().push(PushOptions())
    #expect(report.created == 1)
    #expect(report.undecided == 0)
  }

  @Test func `a name that the server changes is told`() async throws {
    let world = try World(networks: 3)
    world.quirks { $0.nameChange = .trimmed }
    _ = try await world.engine().pull(PullOptions())
    try world.create("  spaced  ")
    let report = try await world.engine().push(PushOptions())
    let told = try #require(report.alteredNames.first)
    #expect(told.before == NetworkName("  spaced  "))
    #expect(told.after == NetworkName("spaced"))
    #expect(try world.here == world.there)
  }

  @Test func `a rename that was not answered is known by what the server made of it`() async throws {
    let world = try World(networks: 3)
    world.quirks { $0.nameChange = .trimmed }
    _ = try await world.engine().pull(PullOptions())
    try world.edit(world.namesThere[0], .rename(to: NetworkName("  spaced  ")))
    let isLost = Mutex(true)
    world.transport.decide { request in
      guard request.method == .patch else { return .arrives }
      return isLost.withLock { left in
        defer { left = false }
        return left ? .answerLost : .arrives
      }
    }
    let report = try await world.engine().push(PushOptions())
    #expect((report.renamed, report.conflicts) == (1, 0))
    #expect(report.alteredNames.map(\.kind) == [.satisfied])
    #expect(try world.replica.operations().isEmpty)
    #expect(try world.here == world.there)
  }

  @Test func `a rename that is answered with the old name waits, and says why`() async throws {
    let world = try World(networks: 3)
    _ = try await world.engine().pull(PullOptions())
    let name = world.namesThere[0]
    world.quirks { $0.nameChange = .trimmed }
    try world.edit(name, .rename(to: NetworkName("\(name) ")))
    let report = try await world.engine().push(world.options(seconds: 5))
    #expect(report.waiting == 1)
    #expect(try world.replica.operations().first?.failure?.title == "the answer does not have the new name")
  }

  // MARK: Records that cannot be understood

  @Test func `one record that cannot be understood hides no other network, and lets none go`() async throws {
    let world = try World(networks: 700)
    _ = try await world.engine().pull(PullOptions())
    world.quirks { $0.unreadableRate = 0.002 }
    let odd = world.transport.withSandbox { $0.state.unreadableNetworks }
    try #require(!odd.isEmpty && odd.count < 10)
    world.createThere("new")
    let asked = world.transport.requests.count
    let report = try await world.engine().pull(PullOptions())
    #expect(report.outcome == .partial)
    #expect(!report.isComplete)
    #expect(SyncReport(pull: report).verdict.end == .failed)
    #expect(report.counts.new == 1)
    #expect(try world.here == world.there, "those that are known stay as they were")
    #expect(world.transport.requests.dropFirst(asked).allSatisfy { !$0.hasSuffix(odd[0]) }, "nothing is nominated")
    let status = try world.replica.status()
    #expect(status.setAside.count == odd.count)
    #expect(!status.isInSync)
    guard case .setAside(let records)? = report.failure else {
      Issue.record("told as \(String(describing: report.failure))")
      return
    }
    #expect(records == status.setAside)
    let told = try world.replica.changes(limit: 10_000).filter { $0.kind == .setAside }
    #expect(told.map(\.evidence.page) == records.map(\.page))
    #expect(told.map(\.evidence.position) == records.map(\.position))

    _ = try await world.engine().pull(PullOptions())
    #expect(try world.replica.changes(limit: 10_000).count { $0.kind == .setAside } == told.count, "it is told once")
    world.quirks { $0.unreadableRate = 0 }
    #expect(try await world.engine().pull(PullOptions()).outcome == .ok)
    #expect(try world.replica.status().setAside.isEmpty)
    #expect(try world.replica.status().isInSync)
  }

  @Test func `every interface is read at every pull, whatever cannot be understood`() async throws {
    let world = try World(networks: 20)
    world.quirks { $0.unreadableRate = 0.2 }
    for _ in 1...3 {
      let asked = world.transport.requests.count
      _ = try await world.engine().pull(PullOptions())
      let known = try world.replica.networks().count
      #expect(world.transport.requests.dropFirst(asked).count { $0.contains("network_interfaces") } == known)
    }
  }

  @Test func `edits are sent though the listing has a record that cannot be understood`() async throws {
    let world = try World(networks: 20)
    world.quirks { $0.unreadableRate = 0.1 }
    _ = try await world.engine().pull(PullOptions())
    let name = try #require(try world.replica.networks().first?.name)
    try world.edit(name.text, .rename(to: NetworkName("renamed")))
    let report = try await world.engine().sync(SyncOptions(pull: PullOptions(), push: PushOptions()))
    #expect(report.push?.renamed == 1)
    #expect(world.namesThere.contains("renamed"))
  }

  @Test func `a name of another type changes no name, and drops no rename`() async throws {
    let world = try World(networks: 1)
    _ = try await world.engine().pull(PullOptions())
    let name = world.namesThere[0]
    try world.edit(name, .rename(to: NetworkName("mine")))
    world.hideNames()
    _ = try await world.engine().pull(PullOptions())
    #expect(try world.replica.networks().map(\.name) == [NetworkName("mine")])
    #expect(try world.replica.operations().map(\.state.word) == [.waiting])
  }

  @Test(arguments: [Intent.rename(to: NetworkName("mine")), .delete])
  func `nothing is sent upon a look that leaves the name out, and their rename stands`(_ intent: Intent) async throws {
    let world = try World(networks: 1)
    _ = try await world.engine().pull(PullOptions())
    let name = world.namesThere[0]
    try world.edit(name, intent)
    world.renameThere(name, to: "theirs")
    world.hideNames()
    let report = try await world.engine().push(PushOptions())
    #expect(report.waiting == 1)
    #expect(world.transport.requests.allSatisfy { $0.hasPrefix("GET") })
    let reason = try world.replica.operations().first?.failure?.title
    #expect(reason == "not understood: the answer does not say what the network is called")
    #expect(world.namesThere == ["theirs"])
    world.quirks { $0 = SandboxQuirks() }
    #expect(try await world.engine(policy: .hold).push(PushOptions()).conflicts == 1)
    #expect(world.namesThere == ["theirs"])
  }
}

extension World {
  fileprivate func quirks(_ change: @Sendable (inout SandboxQuirks) -> Void) {
    transport.withSandbox { change(&$0.state.quirks) }
  }

  /// No answer says what a network is called.
  fileprivate func hideNames() {
    quirks { quirks in
      quirks.missingFieldRate = 1
      quirks.omissibleFields = .name
    }
  }

  /// The first create is not answered.
  fileprivate func loseAnswersToCreates(arriving: Bool = true) {
    let isLost = Mutex(true)
    transport.decide { request in
      guard request.method == .post else { return .arrives }
      return isLost.withLock { left in
        defer { left = false }
        return left ? (arriving ? .answerLost : .requestLost) : .arrives
      }
    }
  }

  fileprivate func options(seconds: Int) -> PushOptions {
    var options = PushOptions()
    options.timeout = .seconds(seconds)
    return options
  }

  fileprivate func edit() throws -> EditNumber {
    try #require(try replica.operations().first?.edit)
  }

  fileprivate func doubt() throws -> Doubt {
    let operation = try #require(try replica.operations().first)
    guard case .inDoubt(let doubt) = operation.state else { throw NotInDoubt(state: operation.state.word) }
    return doubt
  }

  fileprivate func id(of name: String) throws -> NetworkID {
    let id = transport.withSandbox { $0.state.networks.first { $0.name == name }?.id }
    return try #require(id.flatMap { NetworkID($0) })
  }

  private struct NotInDoubt: Error {
    let state: OperationState.Word
  }
}
