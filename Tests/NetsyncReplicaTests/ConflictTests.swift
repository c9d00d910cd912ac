import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// A person settles what no policy may: mine or theirs, for every kind.
@Suite(.opensReplicas) struct ConflictTests {
  let lab = NetworkDocument.sample(1, name: "lab")
  let theirs = NetworkDocument.sample(1, name: "lab").renamed("theirs", at: "2026-01-02T12:00:00Z")

  @Test func `a conflict shows what both sides started from, mine and theirs`() throws {
    let host = try ReplicaHost()
    let editedAt = host.now
    try host.renameOnBothSides(lab, theirs)
    let conflict = Conflict(
      edit: EditNumber(rawValue: 1),
      id: lab.id,
      localID: nil,
      kind: .bothChanged,
      baseName: NetworkName("lab"),
      mine: NetworkName("mine"),
      theirs: NetworkName("theirs"),
      mineAt: editedAt,
      theirsAt: "2026-01-02T12:00:00Z"
    )
    #expect(try host.replica.conflicts() == [conflict])
  }

  @Test func `where theirs is a deletion it has neither name nor time, and where mine is one it has no name`() throws {
    let host = try ReplicaHost()
    try host.pull([lab, .sample(2, name: "dmz")])
    try host.rename("lab", to: "mine")
    try host.look(at: "mine", .gone)
    try host.delete("dmz")
    try host.look(at: "dmz", .read(.sample(2, name: "dmz-eu")), policy: .hold)
    let conflicts = try host.replica.conflicts()
    #expect(conflicts.map(\.kind) == [.deletedThere, .deletedHere])
    #expect(conflicts.map(\.theirs) == [nil, NetworkName("dmz-eu")])
    #expect(conflicts.map(\.mine) == [NetworkName("mine"), nil])
    #expect(conflicts.first?.theirsAt == nil)
  }

  @Test func `renamed on both sides, mine waits upon theirs and is not asked about again`() throws {
    let host = try ReplicaHost()
    try host.renameOnBothSides(lab, theirs)
    #expect(try host.resolve("mine", .mine) == .mineQueued(EditNumber(rawValue: 1)))
    #expect(try host.outbox == ["1 rename mine waiting"])
    #expect(
      try host.replica.operations().map(\.base) == [EditBase(name: theirs.name, updatedAt: theirs.updatedAt)]
    )
    try host.pull([theirs], policy: .hold)
    #expect(try host.seen == ["mine waiting"])
    #expect(try host.replica.conflicts().isEmpty)
  }

  @Test func `renamed on both sides, theirs stands and mine is dropped`() async throws {
    let host = try ReplicaHost()
    try host.renameOnBothSides(lab, theirs)
    #expect(try host.resolve("mine", .theirs) == .theirsStands(EditNumber(rawValue: 1)))
    #expect(try host.seen == ["theirs synced"])
    #expect(try host.outbox.isEmpty)
    let last = try await host.journal().last
    #expect(last == "local discarded: mine > theirs")
  }

  @Test func `deleted here and renamed there, mine waits to be deleted after all`() throws {
    let host = try ReplicaHost()
    try host.deleteHereRenameThere(lab, theirs)
    #expect(try host.resolve("theirs", .mine) == .mineQueued(EditNumber(rawValue: 1)))
    #expect(try host.seen.isEmpty)
    try host.pull([theirs], policy: .hold)
    #expect(try host.outbox == ["1 delete - waiting"])
  }

  @Test func `deleted here and renamed there, theirs stands and the network stays`() throws {
    let host = try ReplicaHost()
    try host.deleteHereRenameThere(lab, theirs)
    #expect(try host.resolve("theirs", .theirs) == .theirsStands(EditNumber(rawValue: 1)))
    #expect(try host.seen == ["theirs synced"])
    #expect(try host.outbox.isEmpty)
  }

  @Test func `renamed here and deleted there, mine becomes a new network with a new id`() async throws {
    let host = try ReplicaHost()
    try host.renameHereDeleteThere(lab)
    let localID = host.newLocalID()
    let former = try host.network("mine")
    let resolution = try host.replica.resolveConflict(of: former.key, taking: .mine, localID: localID)
    #expect(resolution == .mineAnew(EditNumber(rawValue: 2), localID))
    #expect(try host.outbox == ["2 create mine waiting"])
    let anew = try host.network("mine")
    #expect(anew.id == nil)
    #expect(anew.localID == localID)
    #expect(anew.key != former.key)
    #expect(try host.seen == ["mine waiting"])
    let told = try await host.journal()
    #expect(told.suffix(3) == ["local resolved: - > mine", "remote deleted: lab > -", "local created: - > mine"])
  }

  @Test func `renamed here and deleted there, theirs stands and the network is gone`() throws {
    let host = try ReplicaHost()
    try host.renameHereDeleteThere(lab)
    #expect(try host.resolve("mine", .theirs) == .theirsStands(EditNumber(rawValue: 1)))
    #expect(try host.seen.isEmpty)
    #expect(try host.outbox.isEmpty)
    #expect(try host.replica.knownCount() == 0)
  }

  @Test func `a network that was given up for gone comes back if a listing still shows it`() throws {
    let host = try ReplicaHost()
    try host.renameHereDeleteThere(lab)
    _ = try host.resolve("mine", .theirs)
    #expect(try host.replica.knownPages().isEmpty, "its page would be taken for unchanged, and never be read")
    #expect(try host.pull([lab]).new == 1)
  }

  @Test func `a network deleted on both sides is never made anew`() throws {
    let host = try ReplicaHost()
    try host.renameHereDeleteThere(lab)
    _ = try host.replica.edit(host.network("mine").key, .delete)
    if case .found(let network) = try host.replica.find(lab.id.text), network.state == .conflict {
      _ = try host.resolve("lab", .mine)
    }
    let creates = try host.replica.operations().filter { $0.intent.action == .create }
    #expect(creates.isEmpty)
  }

  @Test func `an edit of a network in conflict is asked about in its place`() throws {
    let host = try ReplicaHost()
    try host.renameOnBothSides(lab, theirs)
    try host.rename("mine", to: "mine after all")
    #expect(try host.outbox == ["2 rename mine after all conflict"])
    #expect(try host.replica.conflicts().map(\.mine) == [NetworkName("mine after all")])
  }

  @Test func `a network in conflict that is deleted here is asked about as a deletion`() throws {
    let host = try ReplicaHost()
    try host.renameOnBothSides(lab, theirs)
    try host.delete("mine")
    #expect(try host.replica.conflicts().map(\.kind) == [.deletedHere])
    #expect(try host.seen == ["theirs conflict"])
  }

  @Test func `a discarded conflict leaves theirs`() throws {
    let host = try ReplicaHost()
    try host.renameOnBothSides(lab, theirs)
    _ = try host.replica.discard(EditNumber(rawValue: 1))
    #expect(try host.seen == ["theirs synced"])
    #expect(try host.replica.conflicts().isEmpty)
  }

  @Test func `a conflict is neither sent nor retried`() throws {
    let host = try ReplicaHost()
    try host.renameOnBothSides(lab, theirs)
    let edit = try #require(try host.replica.operations().first)
    #expect(try !host.replica.arm(edit, nil))
    #expect(throws: ReplicaError.notPossible(edit.edit, state: .conflict)) { try host.replica.retry(edit.edit) }
  }

  @Test func `what is no conflict, or no longer, cannot be settled`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    #expect(throws: ReplicaError.noConflict) { try host.resolve("lab", .mine) }
    try host.rename("lab", to: "mine")
    #expect(throws: ReplicaError.noConflict) { try host.resolve("mine", .theirs) }
    try host.pull([theirs], policy: .hold)
    _ = try host.resolve("mine", .mine)
    #expect(throws: ReplicaError.noConflict) { try host.resolve("mine", .mine) }
    #expect(try host.outbox == ["1 rename mine waiting"])
  }
}

extension ReplicaHost {
  fileprivate func renameOnBothSides(_ lab: NetworkDocument, _ theirs: NetworkDocument) throws {
    try pull([lab])
    try rename("lab", to: "mine")
    try pull([theirs], policy: .hold)
  }

  fileprivate func deleteHereRenameThere(_ lab: NetworkDocument, _ theirs: NetworkDocument) throws {
    try pull([lab])
    try delete("lab")
    try pull([theirs], policy: .hold)
  }

  fileprivate func renameHereDeleteThere(_ lab: NetworkDocument) throws {
    try pull([lab])
    try rename("lab", to: "mine")
    try look(at: "mine", .gone)
  }

  fileprivate func resolve(_ name: String, _ side: ConflictSide) throws -> Resolution {
    try replica.resolveConflict(of: network(name).key, taking: side, localID: newLocalID())
  }
}
