import NetsyncModel
import NetsyncReconcile
import Testing

/// Every short chain of edits, through merging, the look, the request, its answer and the next plan.
struct PushWalkTests {
  @Test func `no chain of edits loses what was asked for, whatever the server answers`() async throws {
    let space = try PushSpace()
    let walk = await withTaskGroup(of: Walk.self) { group in
      for policy in ConflictPolicy.allCases { group.addTask { PushWalk(space: space, policy: policy).walked() } }
      return await group.reduce(into: Walk("push")) { $0.add($1) }
    }
    walk.conclude()
  }
}

/// The walk under one policy.
private struct PushWalk {
  let space: PushSpace
  let policy: ConflictPolicy

  /// Where in a chain the request is made, and upon what.
  private struct Way: Hashable {
    var chain: PushSpace.Chain
    /// Edits that were made before it.
    var sentAfter: Int
    var sight: Int
    var contests: Int
  }

  func walked() -> Walk {
    var walk = Walk("push")
    var ends: [Way: [WalkedLane.Shape]] = [:]
    for chain in space.chains {
      // Before a create there is nothing to look at.
      let sights = chain.isNew ? [0] : Array(space.sights.indices)
      let contests = chain.isNew ? [0] : space.contests
      for sentAfter in 1...chain.intents.count {
        for sight in sights {
          for contests in contests {
            let way = Way(chain: chain, sentAfter: sentAfter, sight: sight, contests: contests)
            ends[way] = follow(way, &walk)
          }
        }
      }
    }
    for (way, end) in ends {
      var renamed = way
      renamed.chain = way.chain.renamed
      renamed.sight = space.sightsRenamed[way.sight]
      walk.expect("no name is special", ends[renamed] == end, in: "\(policy), \(way)")
    }
    return walk
  }

  /// Walks one way to each of its ends.
  private func follow(_ way: Way, _ walk: inout Walk) -> [WalkedLane.Shape] {
    var lane = WalkedLane(base: way.chain.isNew ? nil : space.base)
    for intent in way.chain.intents.prefix(way.sentAfter) { lane.edit(intent) }
    if !way.chain.isNew { look(&lane, way, &walk) }
    let rest = way.chain.intents.dropFirst(way.sentAfter)
    guard let head = lane.queued, lane.conflict == nil else {
      // There is nothing to send, and so nothing that can come of it.
      return [check(bring(lane, rest, to: .unsent(notBefore: nil)), .unsent(notBefore: nil), head: nil, way, &walk)]
    }
    let crashed = bring(lane, rest, to: .crashed)
    let unanswered = bring(lane, rest, to: .answered(.failure(.noAnswer(reason: "timeout"))))
    walk.expect("a crash is no worse than no answer", crashed.kept == unanswered.kept, in: "\(policy), \(way)")
    return space.fates.map { fate in check(bring(lane, rest, to: fate), fate, head: head.intent, way, &walk) }
  }

  private func look(_ lane: inout WalkedLane, _ way: Way, _ walk: inout Walk) {
    lane.look(space.sights[way.sight], under: policy, contests: way.contests)
    var again = lane
    again.look(space.sights[way.sight], under: policy, contests: way.contests)
    walk.expect("a second look finds nothing new", again.lane == lane.lane, in: "\(policy), \(way)")
  }

  /// Brings the request to its end, the rest of the edits being made while it is on its way.
  private func bring(_ lane: WalkedLane, _ rest: ArraySlice<Intent>, to fate: PushSpace.Fate) -> WalkedLane {
    var lane = lane
    var answer: NetworkDocument?
    switch fate {
    case .unsent: break
    case .answered, .taken, .crashed:
      answer = document(named: lane.queued?.intent.name)
      lane.send()
    }
    for intent in rest { lane.edit(intent) }
    switch fate {
    case .unsent: break
    case .answered(let failure): lane.settle(failure)
    case .taken: lane.settle(.success(answer))
    case .crashed: lane.recover()
    }
    return lane
  }

  /// What a create or a rename is answered with; nil for a delete.
  private func document(named name: NetworkName?) -> NetworkDocument? {
    guard let name else { return nil }
    var document = space.base
    document.name = name
    document.updatedAt = .at(90)
    return document
  }

  private func check(
    _ lane: WalkedLane,
    _ fate: PushSpace.Fate,
    head: Intent?,
    _ way: Way,
    _ walk: inout Walk
  ) -> WalkedLane.Shape {
    walk.enter()
    PushPromises(lane: lane, fate: fate, head: head).check(&walk) { "\(policy), \(way), \(fate), \(lane)" }
    return lane.shape
  }
}

extension WalkedLane {
  /// A lane without its names.
  fileprivate struct Shape: Hashable {
    let isGone: Bool
    let isInDoubt: Bool
    let flying: Intent.Action?
    let queued: Intent.Action?
    let conflict: ConflictKind?
    let refused: Intent.Action?
  }

  fileprivate var shape: Shape {
    Shape(
      isGone: isGone,
      isInDoubt: isInDoubt,
      flying: flying?.intent.action,
      queued: queued?.intent.action,
      conflict: conflict,
      refused: refused?.intent.action
    )
  }
}
