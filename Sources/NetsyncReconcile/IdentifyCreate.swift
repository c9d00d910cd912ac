package import NetsyncModel

/// What a look for an unanswered create has found.
package struct CreateLook: Hashable, Sendable {
  /// What is listed under its name. Other names may be among them: a filter may be substring or exact.
  package var named: CreateSight
  /// What of the whole listing may be it, once that was looked through.
  package var everywhere: CreateSight?
  /// Networks that this replica knows by their id already.
  package var known: Set<NetworkID>
  /// Unanswered creates of the same name, this one included; the oldest is resolved first.
  package var siblings: Int
  /// Unanswered creates of other names: each explains a network of its own name.
  package var others: [UnansweredCreate]

  package init(
    named: CreateSight,
    everywhere: CreateSight? = nil,
    known: Set<NetworkID> = [],
    siblings: Int = 1,
    others: [UnansweredCreate] = []
  ) {
    self.named = named
    self.everywhere = everywhere
    self.known = known
    self.siblings = siblings
    self.others = others
  }
}

/// What a listing shows of a create.
package struct CreateSight: Hashable, Sendable {
  package var found: [NetworkDocument]
  /// As in ``CreateListing/contradiction``.
  package var contradiction: String?

  package var isWhole: Bool { contradiction == nil }

  package init(_ found: [NetworkDocument], contradiction: String? = nil) {
    self.found = found
    self.contradiction = contradiction
  }
}

/// What becomes of an unanswered create (R6).
package enum UnknownCreateDecision: Hashable, Sendable {
  /// This is it.
  case adopt(NetworkDocument)
  /// A person says which of these it is, or that it is none of them. Where there are none, what the server lists proves nothing.
  case ask([NetworkID])
  /// Look again, no sooner than this on the server's clock. `first` is when the first look was, at the latest.
  case look(again: Timestamp, looks: Int, first: Timestamp)
  /// Look through the whole listing now, and decide again: a server may have changed the name.
  case lookEverywhere
  /// It never arrived: it waits to be sent again.
  case sendAgain
}

/// How many looks must find nothing before a create is sent again.
package let looksBeforeSendingAgain = 3

/// Decides about an unanswered create after a look for it.
///
/// A candidate has exactly the name, byte for byte, was not there before the arming, and was not made before it. Looks are
/// spread over the settle time: at once, at half of it, at its end. It counts from the first look, for only then it is certain,
/// by the server's own clock, that the request has left: its process may have died, or waited, after the arming. That clock is known to
/// some time only, so the settle time is over when it is over by the latest start and the earliest end that there may be.
///
/// One that says that it was made before the arming is another's, most likely, or it got its name since; but the server's clocks may
/// be further apart than they should. Where nothing else is found, a person is asked, and it is not sent again.
///
/// A listing that contradicts itself proves nothing. And no name proves that a create did not arrive, for a server may change names:
/// before it is sent again the whole listing is looked through for a network that nobody knows, made since the arming, whose name can
/// be what a server made of this one (``NameForms``). Where one is there, a person decides.
///
/// | listed under the name | the looks are over | in the whole listing | decision |
/// |---|---|---|---|
/// | one new, of the exact name | – | – | adopt |
/// | more than there are such creates | – | – | ask which |
/// | nothing | no | – | look again |
/// | nothing | yes | – | look everywhere |
/// | nothing | yes | nothing that may be it | send again |
/// | nothing | yes | one that may be it | ask |
/// | a contradiction | no | – | look again |
/// | a contradiction | yes | whatever it is | ask |
/// | nothing | yes | a contradiction | look again; ask when the settle time has passed once more |
///
/// - Parameters:
///   - now: on the host's clock.
///   - clock: the server's, as it is known now.
///   - settleTime: how long after it was sent a request may still be applied and come to be listed.
package func identify(
  _ name: NetworkName,
  _ doubt: Doubt,
  by look: CreateLook,
  now: Timestamp,
  clock: ServerClock,
  settleTime: Duration
) -> UnknownCreateDecision {
  // mutant: settle-time-by-a-rough-clock
  let (earliest, latest) = clock.bounds(now)
  let first = doubt.firstLook ?? latest
  let settled = first + settleTime
  let isSettled = earliest >= settled
  let serverNow = clock.serverTime(now)
  let soon = serverNow + settleTime / 5
  // mutant: contradiction-believed
  guard look.named.isWhole else {
    if !isSettled { return .look(again: soon, looks: doubt.looks, first: first) }
    return look.everywhere == nil ? .lookEverywhere : .ask(look.suspects(for: name, doubt.arming))
  }
  let namesakes = look.unknown([.namesake], as: name, doubt.arming)
  let candidates = namesakes.filter { !isOlder($0, than: doubt.arming) }
  // Creates of one name that are all unanswered are told apart by their order alone, which no one can see: oldest to oldest.
  if let oldest = candidates.first, candidates.count <= look.siblings {
    // mutant: found-create-sent-again
    return .adopt(oldest)
  }
  if !candidates.isEmpty { return .ask(candidates.map(\.id)) }

  let looks = doubt.looks + 1
  // mutant: one-look-is-enough
  guard looks >= looksBeforeSendingAgain && isSettled else {
    let end = settled + serverNow.since(earliest)
    let next = looks == 1 ? end - settleTime / 2 : end
    return .look(again: max(next, serverNow + settleTime / 10), looks: looks, first: first)
  }
  guard let everywhere = look.everywhere else { return .lookEverywhere }
  let suspects = look.suspects(for: name, doubt.arming)
  // mutant: changed-name-sent-again
  if !suspects.isEmpty { return .ask(suspects) }
  // mutant: contradiction-everywhere-believed
  if everywhere.isWhole { return .sendAgain }
  return earliest < settled + settleTime ? .look(again: soon, looks: doubt.looks, first: first) : .ask([])
}

extension CreateLook {
  /// Why the server's word proves nothing; nil where it does.
  var contradiction: String? { named.contradiction ?? everywhere?.contradiction }

  /// Networks that nobody here knows and that may be the create, the oldest first, each once.
  fileprivate func unknown(
    _ likenesses: Set<Likeness>,
    as name: NetworkName,
    _ arming: Arming
  ) -> [NetworkDocument] {
    let forms = NameForms(of: name)
    var seen: Set<NetworkID> = []
    return (named.found + (everywhere?.found ?? []))
      .filter { network in
        // mutant: known-network-adopted
        !known.contains(network.id) && likenesses.contains(likeness(of: network, to: forms, arming))
          && seen.insert(network.id).inserted
      }
      .sorted { ($0.createdAt?.instant ?? .distantFuture, $0.id) < ($1.createdAt?.instant ?? .distantFuture, $1.id) }
  }

  /// What a person is asked about: those of its exact name, and those of a name that a server may have made of it and that no other
  /// create explains.
  fileprivate func suspects(for name: NetworkName, _ arming: Arming) -> [NetworkID] {
    let unknown = unknown([.namesake, .altered], as: name, arming)
    return unknown.filter { network in
      let explained = others.count { $0.name == network.name && !$0.arming.known.contains(network.id) }
      return network.name == name || unknown.count { $0.name == network.name } > explained
    }.map(\.id)
  }
}

/// How a listed network fits an unanswered create.
enum Likeness: Hashable, Sendable {
  case none
  /// It has the name, byte for byte.
  case namesake
  /// Its name can be what a server made of it, and it was made since the arming.
  case altered
}

private func likeness(of network: NetworkDocument, to forms: NameForms, _ arming: Arming) -> Likeness {
  // mutant: another-name-adopted
  let isNamesake = network.name == forms.asked
  if arming.known.contains(network.id) { return .none }
  if isNamesake { return .namesake }
  return !isOlder(network, than: arming) && forms.include(network.name) ? .altered : .none
}

/// A create that was armed and whose answer is not settled: sent, or in doubt.
package struct UnansweredCreate: Hashable, Sendable {
  package var arming: Arming
  fileprivate let forms: NameForms

  package var name: NetworkName { forms.asked }

  package init(_ name: NetworkName, _ arming: Arming) {
    self.arming = arming
    forms = NameForms(of: name)
  }
}

package func unansweredCreates(among operations: [OutboxOperation]) -> [UnansweredCreate] {
  operations.compactMap { operation in
    guard case .create(let name) = operation.intent else { return nil }
    switch operation.state {
    case .inDoubt(let doubt): return UnansweredCreate(name, doubt.arming)
    case .sending(let arming?): return UnansweredCreate(name, arming)
    case .sending(nil), .waiting, .conflict, .held, .refused: return nil
    }
  }
}

/// Whether a listed network that nobody here knows is not taken in before an unanswered create is settled: it may be what that made.
package func isWithheld(_ network: NetworkDocument, for unanswered: [UnansweredCreate]) -> Bool {
  // mutant: unanswered-create-taken-in
  unanswered.contains { likeness(of: network, to: $0.forms, $0.arming) != .none }
}

/// Whether a network that nobody here knows may be an unanswered create.
package func mayBe(_ network: NetworkDocument, theCreateOf name: NetworkName, _ arming: Arming) -> Bool {
  likeness(of: network, to: NameForms(of: name), arming) != .none
}

/// Whether a network says that it was made before the arming. One without a creation time does not.
private func isOlder(_ network: NetworkDocument, than arming: Arming) -> Bool {
  network.createdAt?.instant.map { $0 < arming.notBefore } ?? false
}

extension Timestamp {
  fileprivate static let distantFuture = Timestamp(microseconds: .max)
}
