import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// A create without an answer is looked for before anything else (R6).
@Suite(.opensReplicas) struct UnansweredCreateTests {
  @Test func `the network that it turns out to be is adopted`() async throws {
    let host = try ReplicaHost()
    let create = try host.doubtedCreate("lab")
    let found = NetworkDocument.sample(1, name: "lab", createdAt: host.stamp(in: .zero))
    #expect(try host.look(for: create, finding: [found]) == .landed)
    #expect(try host.seen == ["lab synced"])
    let network = try host.network("lab")
    #expect(network.id == found.id)
    #expect(network.localID == create.localID)
    #expect(try host.replica.meta().acknowledgements == 1)
    let told = try await host.query("SELECT kind, evidence ->> 'request' FROM changes ORDER BY change DESC LIMIT 1")
    #expect(told == ["adopted GET /networks"])
    #expect(try host.pull([found]).new == 0)
  }

  @Test func `a look that found nothing says when to look again`() throws {
    let host = try ReplicaHost()
    let create = try host.doubtedCreate("lab")
    let first = host.now
    #expect(try host.look(for: create, finding: []) == .inDoubt)
    try host.restart()
    let arming = Arming(notBefore: first, known: [])
    // The server's clock is known to a second: the time that counts begins a second later, and ends a second later.
    let doubt = Doubt(arming: arming, looks: 1, firstLook: first + .seconds(1), nextLook: first + .seconds(1 + 45 + 1))
    #expect(try host.replica.operation(create.edit)?.state == .inDoubt(doubt))
  }

  @Test func `several that may be it are kept for a person, who says which`() async throws {
    let host = try ReplicaHost()
    let candidates = [NetworkID.sample(1), .sample(2)]
    let create = try host.doubtedCreate("lab", candidates: candidates)
    guard case .inDoubt(let doubt)? = try host.replica.operation(create.edit)?.state else {
      Issue.record("the create is no longer in doubt")
      return
    }
    #expect(doubt.candidates == candidates)

    try host.replica.adopt(create.edit, .sample(2))
    #expect(try host.outbox.isEmpty)
    #expect(try host.seen == ["lab synced"])
    #expect(try host.network("lab").id == .sample(2))
    let last = try await host.journal().last
    #expect(last == "local adopted: lab > lab")
  }

  @Test func `the content of an adopted network comes with the next pull`() throws {
    let host = try ReplicaHost()
    let create = try host.doubtedCreate("lab", candidates: [.sample(1), .sample(2)])
    try host.replica.adopt(create.edit, .sample(1))
    let pull = try host.pull([.sample(1, name: "lab", createdAt: host.stamp(in: .zero))])
    #expect(pull.new == 0)
    let network = try host.network("lab")
    #expect(network.createdAt == host.stamp(in: .zero))
    #expect(network.localID == create.localID)
  }

  @Test func `one that never arrived waits to be sent again`() throws {
    let host = try ReplicaHost()
    let create = try host.doubtedCreate("lab")
    #expect(try host.lookInVain(for: create) == .waiting)
    #expect(try host.outbox == ["1 create lab waiting"])
    let waiting = try #require(try host.replica.operation(create.edit))
    try host.send(waiting, known: [.sample(5)])
    let state = OperationState.sending(Arming(notBefore: host.now, known: [.sample(5)]))
    #expect(try host.replica.operation(create.edit)?.state == state)
  }

  @Test func `one that never arrived and was deleted meanwhile is not sent again`() throws {
    let host = try ReplicaHost()
    let create = try host.doubtedCreate("lab")
    try host.delete("lab")
    #expect(try host.lookInVain(for: create) == .waiting)
    #expect(try host.outbox.isEmpty)
    #expect(try host.seen.isEmpty)
  }

  @Test func `one that is no longer in doubt is not touched by a late look`() throws {
    let host = try ReplicaHost()
    let create = try host.doubtedCreate("lab")
    _ = try host.replica.retry(create.edit)
    #expect(try host.look(for: create, finding: [.sample(name: "lab")]) == .waiting)
    #expect(try host.outbox == ["1 create lab waiting"])
  }

  @Test func `a network that is known already is not adopted a second time`() throws {
    let host = try ReplicaHost()
    let create = try host.doubtedCreate("dmz", candidates: [.sample(1), .sample(2)])
    // It is renamed there, so nothing keeps a listing of it from being taken in.
    try host.pull([.sample(1, name: "lab")])
    #expect(throws: ReplicaError.idTaken(.sample(1))) { try host.replica.adopt(create.edit, .sample(1)) }
    let renamedBack = NetworkDocument.sample(1, name: "dmz", createdAt: host.stamp(in: .zero))
    #expect(try host.look(for: create, finding: [renamedBack]) == .inDoubt)
    #expect(try host.seen == ["dmz in_doubt", "lab synced"])
  }

  @Test(arguments: [[], [1, 2]])
  func `a network that no look has found is not adopted, and the create stays`(_ candidates: [Int]) throws {
    let host = try ReplicaHost()
    let create = try host.doubtedCreate("lab", candidates: candidates.map { .sample($0) })
    #expect(throws: ReplicaError.noCandidate(create.edit, .sample(3))) {
      try host.replica.adopt(create.edit, .sample(3))
    }
    #expect(try host.outbox == ["1 create lab in_doubt"])
  }

  @Test func `only an edit in doubt can be given an id`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    #expect(throws: ReplicaError.notPossible(create.edit, state: .waiting)) {
      try host.replica.adopt(create.edit, .sample(1))
    }
    #expect(try host.network("lab").id == nil)
  }
}

extension ReplicaHost {
  func doubtedCreate(_ name: String, candidates: [NetworkID] = []) throws -> OutboxOperation {
    let create = try create(name)
    try send(create)
    try settle(create, .doubt)
    if !candidates.isEmpty {
      let created = stamp(in: .zero)
      try look(
        for: create,
        finding: candidates.map { NetworkDocument(id: $0, name: NetworkName(name), createdAt: ServerStamp(created)) }
      )
    }
    return create
  }
}
