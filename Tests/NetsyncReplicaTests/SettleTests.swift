import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestSupport
import Testing

/// What an answer does to the edit that it answers: one durable step, for every decision there is.
@Suite(.opensReplicas) struct SettleTests {
  let lab = NetworkDocument.sample(1, name: "lab")

  @Test func `an edit on its way says so`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let create = try host.create("new")
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(create, known: [.sample(2)])
    try host.send(rename)
    #expect(try host.seen == ["lab-eu sending", "new sending"])
    let operations = try host.replica.operations()
    #expect(
      operations.map(\.state) == [.sending(Arming(notBefore: host.now, known: [.sample(2)])), .sending(nil)]
    )
    #expect(operations.map(\.attempts) == [1, 1])
  }

  @Test func `what was edited or discarded since it was read is not sent`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let read = try host.rename("lab", to: "lab-1")
    try host.rename("lab-1", to: "lab-2")
    #expect(try !host.replica.arm(read, nil))
    let later = try #require(try host.replica.operations().first)
    _ = try host.replica.discard(later.edit)
    #expect(try !host.replica.arm(later, nil))
    #expect(try host.seen == ["lab synced"])
  }

  @Test func `no two edits of one network are on their way at once`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    try host.send(host.rename("lab", to: "lab-1"))
    let behind = try host.rename("lab-1", to: "lab-2")
    #expect(try !host.replica.arm(behind, nil))
    #expect(try host.outbox == ["1 rename lab-1 sending", "2 rename lab-2 waiting"])
    #expect(try host.seen == ["lab-2 sending"])
  }

  @Test func `a create that landed keeps its local id and has learnt the server's`() async throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    let before = try host.network("lab")
    let localID = try #require(before.localID)
    try host.send(create)
    #expect(try host.settle(create, .landed(lab)) == .landed)
    let network = try host.network("lab")
    #expect(network.id == lab.id)
    #expect(network.localID == localID)
    #expect(network.key == before.key)
    #expect(network.state == .synced)
    #expect(network.asOf == host.now)
    #expect(try host.outbox.isEmpty)
    #expect(try host.replica.find(localID.text) == .found(network))
    #expect(try host.replica.find(lab.id.text) == .found(network))
    let last = try await host.journal().last
    #expect(last == "local sent: lab > lab")
    #expect(try host.pull([lab]).new == 0)
  }

  @Test func `a rename that landed has the server's answer as its base`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(rename)
    let answer = lab.renamed("lab-eu")
    #expect(try host.settle(rename, .landed(answer)) == .landed)
    #expect(try host.seen == ["lab-eu synced"])
    #expect(try host.network("lab-eu").updatedAt == answer.updatedAt?.raw)
    #expect(try host.replica.meta().acknowledgements == 1)
    #expect(try host.pull([answer]).changed == 0)
  }

  @Test func `a deletion that landed takes the network, and says what it was called`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let deletion = try host.delete("lab")
    try host.send(deletion)
    #expect(try host.settle(deletion, .landed(nil)) == .landed)
    #expect(try host.outbox.isEmpty)
    #expect(try host.replica.knownCount() == 0)
    #expect(try host.pull([]).missing.isEmpty)
    let last = try await host.journal().last
    #expect(last == "local sent: lab > -")
  }

  @Test func `an edit that is to be tried later waits as long as it was told, with the failure beside it`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(rename)
    let busy = APIErrorDetail(status: 429, code: "10011", title: "Too many requests")
    #expect(try host.settle(rename, .retry(after: nil), failure: busy, wait: .seconds(30)) == .waiting)
    let waiting = try #require(try host.replica.operation(rename.edit))
    #expect(waiting.state == .waiting(notBefore: host.now + .seconds(30)))
    #expect(waiting.failure == busy)
    #expect(waiting.attempts == 1)
    #expect(try host.seen == ["lab-eu waiting"])
  }

  @Test func `an edit that stopped the cycle waits, and no time was set for it`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    let rejected = APIErrorDetail(status: 401, code: "10009", title: "Authentication failed")
    #expect(try host.settle(create, .stop, failure: rejected, wait: .seconds(30)) == .waiting)
    #expect(try host.replica.operation(create.edit)?.state == .waiting(notBefore: nil))
    #expect(try host.replica.meta().acknowledgements == 0)
  }

  @Test func `a create without an answer is in doubt, and to be looked for at once`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create, known: [.sample(2)])
    let arming = Arming(notBefore: host.now, known: [.sample(2)])
    host.wait(.seconds(10))
    #expect(try host.settle(create, .doubt) == .inDoubt)
    #expect(try host.seen == ["lab in_doubt"])
    let doubt = Doubt(arming: arming, looks: 0, nextLook: host.now)
    #expect(try host.replica.operation(create.edit)?.state == .inDoubt(doubt))
  }

  @Test func `only a create can be in doubt`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(rename)
    #expect(try host.settle(rename, .doubt) == .waiting)
    #expect(try host.outbox == ["1 rename lab-eu waiting"])
  }

  @Test func `a rename of what is no longer there waits for a person`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(rename)
    let notFound = APIErrorDetail(status: 404, code: "10005", title: "Not found")
    #expect(try host.settle(rename, .conflict(.deletedThere), failure: notFound) == .conflict)
    #expect(try host.outbox == ["1 rename lab-eu conflict"])
    #expect(try host.replica.conflicts().map(\.kind) == [.deletedThere])
    let last = try await host.journal().last
    #expect(last == "local conflict: lab-eu > -")
  }

  @Test func `a rename of what is no longer there is agreed upon where a deletion waits behind it`() async throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-eu")
    try host.send(rename)
    try host.delete("lab-eu")
    let notFound = APIErrorDetail(status: 404, code: "10005", title: "Not found")
    #expect(try host.settle(rename, .conflict(.deletedThere), failure: notFound) == .agreed)
    #expect(try host.outbox.isEmpty)
    #expect(try host.seen.isEmpty)
    #expect(try host.replica.conflicts().isEmpty)
    #expect(try host.replica.knownCount() == 0)
    let told = try await host.journal()
    #expect(
      told.suffix(3) == ["local superseded: lab-eu > -", "local satisfied: - > -", "remote deleted: lab > -"]
    )
    let evidence = try await host.query(
      "SELECT evidence ->> 'request', evidence ->> 'status' FROM changes WHERE side = 'remote' AND kind = 'deleted'"
    )
    #expect(evidence == ["PATCH /networks/{id} 404"])
  }

  @Test func `a rename of what is no longer there is asked about under the name that waits behind it`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let rename = try host.rename("lab", to: "lab-1")
    try host.send(rename)
    try host.rename("lab-1", to: "lab-2")
    #expect(try host.settle(rename, .conflict(.deletedThere)) == .conflict)
    #expect(try host.outbox == ["2 rename lab-2 conflict"])
  }

  @Test func `a refused edit is kept with the server's words, and told with them`() async throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    #expect(try host.settle(create, .deadLetter(.nameTaken), failure: .nameTaken) == .refused)
    #expect(try host.replica.operation(create.edit)?.failure == .nameTaken)
    let told = try await host.query(
      "SELECT side, kind, \"before\", evidence ->> 'status' FROM changes WHERE kind = 'refused'"
    )
    #expect(told == ["local refused lab 422"])
  }

  @Test func `an answer that names another network's id is not believed, and the create is looked for`() throws {
    let host = try ReplicaHost()
    try host.pull([lab])
    let create = try host.create("new")
    try host.send(create)
    #expect(try host.settle(create, .landed(.sample(1, name: "new"))) == .inDoubt)
    #expect(try host.seen == ["lab synced", "new in_doubt"])
    #expect(try host.outbox == ["1 create new in_doubt"])
  }

  @Test func `an edit that is no longer there cannot be settled`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try host.send(create)
    try host.settle(create, .landed(lab))
    #expect(throws: ReplicaError.noEdit(create.edit)) { try host.settle(create, .landed(lab)) }
  }
}
