import NetsyncModel
import NetsyncReconcile
import Testing

/// Which lists of interfaces are read again, and when.
struct InterfaceFreshnessTests {
  private let quiet = [NetworkInterfaceDocument(id: "a", status: "provisioned"), NetworkInterfaceDocument(id: "b")]

  private func after(
    _ pause: Duration?,
    hasChanged: Bool,
    _ interfaces: [NetworkInterfaceDocument]
  ) -> InterfaceFreshness {
    let before = pause.map { InterfaceFreshness(pause: $0, due: .at(0)) }
    return InterfaceFreshness(after: before, hasChanged: hasChanged, interfaces, at: .at(1_000))
  }

  @Test func `the more often a list brings nothing new, the less often it is read`() {
    for (before, hasChanged, pause) in [
      (nil, true, .seconds(300)), (.zero, false, .seconds(300)), (.seconds(300), false, .seconds(600)),
      (.seconds(600), false, .seconds(1_200)), (.seconds(600), true, .seconds(300)),
      (.seconds(11 * 3_600), false, .seconds(20 * 3_600)), (.seconds(20 * 3_600), false, .seconds(20 * 3_600)),
    ] as [(Duration?, Bool, Duration)] {
      let freshness = after(before, hasChanged: hasChanged, quiet)
      #expect(freshness == InterfaceFreshness(pause: pause, due: .at(1_000) + pause))
    }
  }

  @Test func `a list with an interface on its way is due with the next pull`() {
    for status in ["created", "provisioning", "deleting", "something new"] {
      let freshness = after(
        .seconds(600),
        hasChanged: false,
        quiet + [NetworkInterfaceDocument(id: "c", status: status)]
      )
      #expect(freshness == InterfaceFreshness(pause: .zero, due: .at(1_000)))
    }
    #expect(after(.zero, hasChanged: false, []).pause == .seconds(300))
  }

  /// A daemon with 10,000 quiet networks that pulls every five minutes, over two days.
  @Test func `quiet lists cost less than two requests a second, and none grows older than a day`() {
    var lists = Array(repeating: (freshness: InterfaceFreshness?.none, asOf: Timestamp.at(0)), count: 10_000)
    var (requests, oldest) = (0, Duration.zero)
    for cycle in 0..<576 {
      let now = Timestamp.at(Int64(cycle) * 300)
      let due = lists.indices.filter { lists[$0].freshness.map { $0.due <= now } ?? true }
      let first = due.sorted { (lists[$0].freshness?.due ?? .at(0)) < (lists[$1].freshness?.due ?? .at(0)) }
      for index in first.prefix(Limits.listsOfCycle) {
        let isFirst = lists[index].freshness == nil
        lists[index].freshness = InterfaceFreshness(after: lists[index].freshness, hasChanged: isFirst, quiet, at: now)
        lists[index].asOf = now
        requests += 1
      }
      requests += 40
      oldest = max(oldest, lists.map { now.since($0.asOf) }.max() ?? .zero)
      if cycle == 287 { #expect(requests < 2 * 86_400) }
    }
    #expect(requests < 4 * 86_400)
    #expect(oldest < .seconds(86_400))
  }

  @Test func `a list is old when it is older than allowed, and then nothing is in sync`() {
    func isInSync(listsAsOf: Int64?, now: Int64) -> Bool {
      let sweep = SweepRecord(
        sweep: 1,
        startedAt: .at(0),
        endedAt: .at(1),
        outcome: .ok,
        isComplete: true,
        counts: SweepCounts(),
        listsAsOf: listsAsOf.map { .at($0) }
      )
      return NetsyncReconcile.isInSync(
        outbox: [:],
        conflicts: 0,
        after: sweep,
        listAge: .seconds(86_400),
        now: .at(now)
      )
    }
    for (listsAsOf, now, isIn) in [
      (nil, 900_000, true), (100, 86_500, true), (100, 86_501, false), (0, 900_000, false),
    ] as [(Int64?, Int64, Bool)] {
      #expect(isInSync(listsAsOf: listsAsOf, now: now) == isIn)
    }
  }
}
