import NetsyncModel
import NetsyncReconcile
import Testing

/// Examples of one network's news, one by one; ``ReconcileNetworkWalkTests`` has them all.
struct ReconcileNetworkTests {
  @Test func `a network seen for the first time is taken`() throws {
    let seen = try NetworkDocument.sample()
    for sight in [RemoteSight.listed(seen), .read(seen)] {
      #expect(reconcile(nil, with: sight) == NetworkDecision(base: .accept(seen, .appeared), edit: .none))
    }
  }

  @Test func `the same document again is nothing new`() throws {
    let base = try NetworkDocument.sample()
    #expect(reconcile(base, with: .listed(base)) == NetworkDecision(base: .keep, edit: .none))
  }

  @Test func `each kind of change is told apart`() throws {
    let base = try NetworkDocument.sample()
    let changes: [(NetworkDocument, BaseChange)] = [
      (try .sample(name: "b", updatedAt: .at(60)), .renamed),
      (try .sample(name: "b"), .renamed),
      (try .sample(name: "b", updatedAt: nil), .renamed),
      (try .sample(updatedAt: .at(60)), .restamped),
      (try .sample(updatedAt: ServerStamp("2026-05-28T20:26:40.000000Z")), .restamped),
      (try .sample(updatedAt: nil), .restamped),
      (try .sample(unknownFields: #"{"zone":1}"#), .changed),
      (try .sample(updatedAt: .at(60), unknownFields: #"{"zone":1}"#), .changed),
      (try .sample(createdAt: .at(-60)), .changed),
      (try .sample(updatedAt: .at(-60)), .wentBack),
      (try .sample(name: "b", updatedAt: .at(-60)), .wentBack),
    ]
    for (remote, change) in changes {
      #expect(reconcile(base, with: .read(remote)).base == .accept(remote, change))
    }
  }

  @Test func `a change of a single microsecond is seen in either direction`() throws {
    let base = try NetworkDocument.sample(updatedAt: ServerStamp("2026-05-28T20:26:40.123456Z"))
    let later = try NetworkDocument.sample(updatedAt: ServerStamp("2026-05-28T20:26:40.123457Z"))
    #expect(reconcile(base, with: .read(later)).base == .accept(later, .restamped))
    #expect(reconcile(later, with: .read(base)).base == .accept(base, .wentBack))
  }

  @Test func `a network that is gone there is removed here`() throws {
    let base = try NetworkDocument.sample()
    #expect(reconcile(base, with: .gone) == NetworkDecision(base: .remove, edit: .none))
    #expect(reconcile(nil, with: .gone) == NetworkDecision(base: .keep, edit: .none))
  }

  @Test func `a rename goes on while nobody else touched the name`() throws {
    let remote = try NetworkDocument.sample(updatedAt: .at(60), unknownFields: #"{"zone":1}"#)
    let decision = reconcile(try .sample(), .sample(to: "mine"), with: .read(remote), under: .hold)
    #expect(decision == NetworkDecision(base: .accept(remote, .changed), edit: .goesOn))
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `the same name on both sides is no conflict`(_ policy: ConflictPolicy) throws {
    let remote = try NetworkDocument.sample(name: "mine", updatedAt: .at(60))
    let decision = reconcile(try .sample(), .sample(to: "mine"), with: .read(remote), under: policy)
    #expect(decision == NetworkDecision(base: .accept(remote, .renamed), edit: .satisfied))
  }

  @Test func `names that differ in their normal form alone are a conflict`() throws {
    let remote = try NetworkDocument.sample(name: "cafe\u{301}", updatedAt: .at(60))
    let decision = reconcile(try .sample(), .sample(to: "caf\u{E9}"), with: .read(remote), under: .hold)
    #expect(decision.edit == .conflict(.bothChanged))
  }

  /// Their change is of second 60; this host's clock is right to within half a second.
  @Test(
    arguments: [
      (.newest, 3_600, .prevails), (.newest, 61, .prevails), (.newest, 60, .conflict(.bothChanged)),
      (.newest, 59, .yields), (.newest, -3_600, .yields),
      (.server, 3_600, .yields), (.server, 60, .yields), (.server, -3_600, .yields),
      (.client, 3_600, .prevails), (.client, 60, .prevails), (.client, -3_600, .prevails),
      (.hold, 3_600, .conflict(.bothChanged)), (.hold, -3_600, .conflict(.bothChanged)),
    ] as [(ConflictPolicy, Int64, EditDecision)]
  )
  func `two renames are settled by the policy`(
    _ policy: ConflictPolicy,
    _ editedAt: Int64,
    _ expected: EditDecision
  ) throws {
    let remote = try NetworkDocument.sample(name: "theirs", updatedAt: .at(60))
    let rename = QueuedIntent.sample(to: "mine", editedAt: .at(editedAt))
    let decision = reconcile(try .sample(), rename, with: .read(remote), under: policy)
    #expect(decision == NetworkDecision(base: .accept(remote, .renamed), edit: expected))
  }

  @Test(
    arguments: [
      (.newest, 3_600, .prevails), (.newest, 60, .conflict(.deletedHere)), (.newest, -3_600, .yields),
      (.server, 3_600, .yields), (.client, -3_600, .prevails), (.hold, 3_600, .conflict(.deletedHere)),
    ] as [(ConflictPolicy, Int64, EditDecision)]
  )
  func `deleted here and renamed there is settled by the policy`(
    _ policy: ConflictPolicy,
    _ editedAt: Int64,
    _ expected: EditDecision
  ) throws {
    let remote = try NetworkDocument.sample(name: "theirs", updatedAt: .at(60))
    let delete = QueuedIntent.delete(baseName: NetworkName("a"), editedAt: .at(editedAt))
    let decision = reconcile(try .sample(), delete, with: .read(remote), under: policy)
    #expect(decision == NetworkDecision(base: .accept(remote, .renamed), edit: expected))
  }

  @Test(arguments: [(500_000, false), (500_001, true), (-500_000, false), (-500_001, true)] as [(Int64, Bool)])
  func `who was later is only said beyond the uncertainty of the clocks`(_ microseconds: Int64, _ isSaid: Bool) throws {
    let remote = try NetworkDocument.sample(name: "theirs", updatedAt: .at(60))
    let rename = QueuedIntent.sample(to: "mine", editedAt: Timestamp.at(60) + .microseconds(microseconds))
    let edit = reconcile(try .sample(), rename, with: .read(remote), under: .newest).edit
    #expect((edit != .conflict(.bothChanged)) == isSaid)
  }

  @Test func `a host whose clock is wrong by an hour loses no edit to it`() throws {
    let remote = try NetworkDocument.sample(name: "theirs", updatedAt: .at(60))
    let standing = NetworkStanding(base: try .sample(), intent: .sample(to: "mine", editedAt: .at(70 - 3_600)))
    let clock = ServerClock(offset: .seconds(3_600), uncertainty: .milliseconds(500))
    #expect(reconcile(standing, with: .read(remote), under: .newest, clock: clock).edit == .prevails)
  }

  @Test(arguments: [nil, ServerStamp("yesterday"), ServerStamp("2026-05-28 20:27:40")])
  func `without an order between the two a person decides`(_ updatedAt: ServerStamp?) throws {
    let remote = try NetworkDocument.sample(name: "theirs", updatedAt: updatedAt)
    let decision = reconcile(try .sample(), .sample(to: "mine"), with: .read(remote), under: .newest)
    #expect(decision.edit == .conflict(.bothChanged))
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `edited here and deleted there is a person's decision`(_ policy: ConflictPolicy) throws {
    let decision = reconcile(try .sample(), .sample(to: "mine"), with: .gone, under: policy)
    #expect(decision == NetworkDecision(base: .keep, edit: .conflict(.deletedThere)))
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `deleted on both sides is agreement`(_ policy: ConflictPolicy) throws {
    let delete = QueuedIntent.delete(baseName: NetworkName("a"), editedAt: .at(0))
    let decision = reconcile(try .sample(), delete, with: .gone, under: policy)
    #expect(decision == NetworkDecision(base: .remove, edit: .satisfied))
  }

  @Test func `a listing that lags behind our own rename is not believed, but a read is`() throws {
    let old = try NetworkDocument.sample()
    let standing = NetworkStanding(base: try .sample(name: "b", updatedAt: .at(60)), recentWrite: .changed)
    #expect(reconcile(standing, with: .listed(old), under: .newest, clock: .close).base == .ignoreStale)
    #expect(reconcile(standing, with: .read(old), under: .newest, clock: .close).base == .accept(old, .wentBack))
  }

  @Test func `a listing that is newer than our own rename is believed`() throws {
    let newer = try NetworkDocument.sample(name: "theirs", updatedAt: .at(120))
    let standing = NetworkStanding(base: try .sample(name: "b", updatedAt: .at(60)), recentWrite: .changed)
    #expect(reconcile(standing, with: .listed(newer), under: .newest, clock: .close).base == .accept(newer, .renamed))
  }

  @Test(arguments: [RecentWrite.deleted, .overtook])
  func `an older page brings nothing back`(_ recentWrite: RecentWrite) throws {
    let listed = try NetworkDocument.sample(name: "theirs", updatedAt: .at(60))
    for base in [nil, try NetworkDocument.sample()] {
      let standing = NetworkStanding(base: base, intent: .sample(to: "mine"), recentWrite: recentWrite)
      let decision = reconcile(standing, with: .listed(listed), under: .server, clock: .close)
      #expect(decision == NetworkDecision(base: .ignoreStale, edit: .goesOn))
    }
  }

  @Test(
    arguments: [
      ("a", nil, "a", "a"), ("a", nil, "b", "a"), ("a", "b", "b", "b"), ("a", "b", "c", "a"), ("a", "b", "a", "a"),
      ("a", "b", nil, "a"), (nil, "b", "b", "b"), (nil, nil, nil, nil), ("a", nil, nil, "a"),
      ("a", "caf\u{E9}", "cafe\u{301}", "cafe\u{301}"), ("a", "  b  ", "b", "b"), ("b", "  b  ", "b", "b"),
      ("a", "lab-eu", "lab", "a"),
    ] as [(String?, String?, String?, String?)]
  )
  func `our own unanswered rename is not their change`(
    _ base: String?,
    _ sent: String?,
    _ seen: String?,
    _ expected: String?
  ) {
    let names = [base, sent, seen, expected].map { $0.map { NetworkName($0) } }
    #expect(startingName(base: names[0], sent: names[1], seen: names[2]) == names[3])
  }

  private func reconcile(
    _ base: NetworkDocument?,
    _ intent: QueuedIntent = .none,
    with sight: RemoteSight,
    under policy: ConflictPolicy = .newest
  ) -> NetworkDecision {
    reconcile(NetworkStanding(base: base, intent: intent), with: sight, under: policy, clock: .close)
  }

  private func reconcile(
    _ standing: NetworkStanding,
    with sight: RemoteSight,
    under policy: ConflictPolicy,
    clock: ServerClock
  ) -> NetworkDecision {
    NetsyncReconcile.reconcile(standing, with: sight, under: policy, clock: clock)
  }
}

extension QueuedIntent {
  /// A rename of the network `a`.
  fileprivate static func sample(to name: String, editedAt: Timestamp = .at(60)) -> QueuedIntent {
    .rename(to: NetworkName(name), baseName: NetworkName("a"), editedAt: editedAt)
  }
}

extension ServerClock {
  /// No offset, right to within half a second.
  fileprivate static let close = ServerClock(offset: .zero, uncertainty: .milliseconds(500))
}
