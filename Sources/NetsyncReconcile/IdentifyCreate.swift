package import NetsyncModel

/// What is known of a create that was not answered, and what a look for it found.
package struct UnknownCreate: Hashable, Sendable {
  package var name: NetworkName
  package var doubt: Doubt
  /// Every network that the listing showed, whether or not its name fits: a filter may be substring or exact.
  package var found: [NetworkDocument]
  /// Networks that this replica knows by their id already.
  package var known: Set<NetworkID>
  /// Unanswered creates of the same name, this one included; the oldest is resolved first.
  package var siblings: Int
  /// The look has seen everything: no row came twice and none was announced that did not come. While rows shift between pages, the
  /// one that is looked for can slip through.
  package var isWhole: Bool

  package init(
    name: NetworkName,
    doubt: Doubt,
    found: [NetworkDocument],
    known: Set<NetworkID>,
    siblings: Int = 1,
    isWhole: Bool = true
  ) {
    self.name = name
    self.doubt = doubt
    self.found = found
    self.known = known
    self.siblings = siblings
    self.isWhole = isWhole
  }
}

/// What becomes of an unanswered create (R6).
package enum UnknownCreateDecision: Hashable, Sendable {
  /// This is it.
  case adopt(NetworkDocument)
  /// Several may be it: a person says which.
  case ask([NetworkID])
  /// Look again, no sooner than this on the server's clock. `first` is when the first look was.
  case look(again: Timestamp, looks: Int, first: Timestamp)
  /// It never arrived: it waits to be sent again.
  case sendAgain
}

/// How many looks must find nothing before a create is sent again.
package let looksBeforeSendingAgain = 3

/// Decides about an unanswered create after a look for it.
///
/// A candidate has exactly the name, byte for byte, was not there before the arming, and was not made before it. Looks are
/// spread over the settle time: at once, at half of it, at its end. It counts from the first look, for only then it is certain,
/// by the server's own clock, that the request has left: its process may have died, or waited, after the arming.
///
/// One that says that it was made before the arming is another's, most likely, or it got its name since; but the server's clocks may
/// be further apart than they should. Where nothing else is found, a person is asked, and it is not sent again.
///
/// - Parameters:
///   - now: on the server's clock.
///   - settleTime: how long after it was sent a request may still be applied.
package func identify(_ create: UnknownCreate, now: Timestamp, settleTime: Duration) -> UnknownCreateDecision {
  let namesakes = create.found
    .filter(create.isNamesake)
    .sorted { ($0.createdAt?.instant ?? .distantFuture, $0.id) < ($1.createdAt?.instant ?? .distantFuture, $1.id) }
  let candidates = namesakes.filter { !isOlder($0, than: create.doubt.arming) }
  // Creates of one name that are all unanswered are told apart by their order alone, which no one can see: oldest to oldest.
  if let oldest = candidates.first, candidates.count <= create.siblings {
    // mutant: found-create-sent-again
    return .adopt(oldest)
  }
  if !candidates.isEmpty { return .ask(candidates.map(\.id)) }

  let first = create.doubt.firstLook ?? now
  guard create.isWhole else { return .look(again: now + settleTime / 10, looks: create.doubt.looks, first: first) }
  let looks = create.doubt.looks + 1
  let settled = first + settleTime
  // mutant: one-look-is-enough
  if looks >= looksBeforeSendingAgain && now >= settled {
    return namesakes.isEmpty ? .sendAgain : .ask(namesakes.map(\.id))
  }
  let next = looks == 1 ? first + settleTime / 2 : max(now + settleTime / 10, settled)
  return .look(again: next, looks: looks, first: first)
}

extension UnknownCreate {
  fileprivate func isNamesake(_ network: NetworkDocument) -> Bool {
    // mutant: known-network-adopted
    !known.contains(network.id) && mayBe(network, theCreateOf: name, doubt.arming)
  }
}

/// A create that was armed and whose answer is not settled: sent, or in doubt.
package struct UnansweredCreate: Hashable, Sendable {
  package var name: NetworkName
  package var arming: Arming
}

package func unansweredCreates(among operations: [OutboxOperation]) -> [UnansweredCreate] {
  operations.compactMap { operation in
    guard case .create(let name) = operation.intent else { return nil }
    switch operation.state {
    case .inDoubt(let doubt): return UnansweredCreate(name: name, arming: doubt.arming)
    case .sending(let arming?): return UnansweredCreate(name: name, arming: arming)
    case .sending(nil), .waiting, .conflict, .held, .refused: return nil
    }
  }
}

/// Whether a listed network that nobody here knows is not taken in before an unanswered create is settled: it may be what that made.
package func isWithheld(_ network: NetworkDocument, for unanswered: [UnansweredCreate]) -> Bool {
  // mutant: unanswered-create-taken-in
  unanswered.contains { mayBe(network, theCreateOf: $0.name, $0.arming) }
}

/// Whether a network that nobody here knows may be an unanswered create: the name byte for byte, and not there before the arming.
package func mayBe(_ network: NetworkDocument, theCreateOf name: NetworkName, _ arming: Arming) -> Bool {
  // mutant: another-name-adopted
  network.name == name && !arming.known.contains(network.id)
}

/// Whether a network says that it was made before the arming. One without a creation time does not.
private func isOlder(_ network: NetworkDocument, than arming: Arming) -> Bool {
  network.createdAt?.instant.map { $0 < arming.notBefore } ?? false
}

extension Timestamp {
  fileprivate static let distantFuture = Timestamp(microseconds: .max)
}
