package import NetsyncModel

/// What came back for an operation that was sent.
package typealias PushAnswer = Result<NetworkDocument?, APIFailure>

/// What becomes of an operation after its answer (R6, R7, R11, R12).
package enum PushDecision: Hashable, Sendable {
  /// Done: the document is the new base, or the network is gone (nil).
  case landed(NetworkDocument?)
  /// It waits; the wait is the server's own where it named one.
  case retry(after: Duration?)
  /// A create that may have been applied: look for it before anything else.
  case doubt
  /// A person decides.
  case conflict(ConflictKind)
  /// Refused for good: a dead letter with the server's words.
  case deadLetter(APIErrorDetail)
  /// The operation waits and the cycle ends.
  case stop
}

/// Decides what an answer means for the operation it answers.
///
/// Only a create can be in doubt: a rename or a delete is preceded by a read (R7), so sending it again is harmless. An answer that
/// has the old name, or one that no server makes of the new one (``NameForms``), does not say that a rename was done, whatever its
/// status: somebody else may have renamed the network meanwhile. Nor does one without a document.
///
/// - Parameter base: the name that a rename was decided upon.
package func settle(_ intent: Intent, base: NetworkName?, _ answer: PushAnswer) -> PushDecision {
  switch (intent, answer) {
  case (.create, .success(let document)): document.map { .landed($0) } ?? .doubt
  case (.create, .failure(let failure)): settleCreate(failure)
  case (.rename(let name), .success(let document)): settleRename(to: name, from: base, document)
  case (.rename, .failure(let failure)): settleRename(failure)
  case (.delete, .success): .landed(nil)
  case (.delete, .failure(let failure)): settleDelete(failure)
  }
}

/// Why an answer has not settled what it answers, for its user to read; nil where it has.
///
/// - Parameter decision: what ``settle(_:base:_:)`` made of it.
package func trouble(with answer: PushAnswer, _ decision: PushDecision) -> APIErrorDetail? {
  switch (answer, decision) {
  case (_, .landed): nil
  case (.success(let document), _):
    APIErrorDetail(
      status: 200,
      title: document == nil ? "the answer has no network" : "the answer does not have the new name",
      detail: document?.name.map { "named \($0)" }
    )
  case (.failure(let failure), _): APIErrorDetail(failure)
  }
}

extension APIErrorDetail {
  /// The server's words, or ours where it had none.
  package init(_ failure: APIFailure) {
    switch failure {
    case .gone(let detail), .refused(let detail), .credentials(let detail), .slowDown(_, let detail),
      .serverFault(let detail):
      self = detail
    case .unreachable(let failure): self.init(title: failure.words)
    case .noAnswer(let reason): self.init(title: reason)
    case .notUnderstood(let misunderstanding): self.init(title: "not understood: \(misunderstanding.words)")
    }
  }
}

private func settleRename(to name: NetworkName, from base: NetworkName?, _ document: NetworkDocument?) -> PushDecision {
  guard let document else { return .retry(after: nil) }
  guard let answered = document.name, answered != name else { return .landed(document) }
  // mutant: rename-answered-with-another-name-lands
  let isTaken = answered != base && NameForms(of: name).include(answered)
  return isTaken ? .landed(document) : .retry(after: nil)
}

private func settleCreate(_ failure: APIFailure) -> PushDecision {
  switch failure {
  case .gone(let detail), .refused(let detail): .deadLetter(detail)
  // mutant: create-refused-by-credentials
  case .credentials: .stop
  case .slowDown(let wait, _): .retry(after: wait)
  case .unreachable: .retry(after: nil)
  // The create may stand at the server: a 5xx, silence, or an answer that cannot be read.
  // mutant: unanswered-create-sent-again
  // mutant: failed-create-sent-again
  // mutant: unreadable-create-sent-again
  case .serverFault, .noAnswer, .notUnderstood: .doubt
  }
}

private func settleRename(_ failure: APIFailure) -> PushDecision {
  switch failure {
  // mutant: rename-of-a-gone-network-lands
  case .gone: .conflict(.deletedThere)
  // mutant: refused-rename-tried-for-ever
  case .refused(let detail): .deadLetter(detail)
  case .credentials, .notUnderstood: .stop
  case .slowDown(let wait, _): .retry(after: wait)
  case .serverFault, .unreachable, .noAnswer: .retry(after: nil)
  }
}

private func settleDelete(_ failure: APIFailure) -> PushDecision {
  switch failure {
  case .gone: .landed(nil)
  case .refused(let detail): .deadLetter(detail)
  case .credentials, .notUnderstood: .stop
  case .slowDown(let wait, _): .retry(after: wait)
  // mutant: unanswered-delete-lands
  case .serverFault, .unreachable, .noAnswer: .retry(after: nil)
  }
}

/// Whether what came back for an operation ends the cycle, since it would come back for every other one too.
package func endsCycle(_ failure: APIFailure, of intent: Intent) -> Bool {
  settle(intent, base: nil, .failure(failure)) == .stop
}

/// Whether a failed look costs the operation that it was for alone (R11): what time may mend may be of all.
package func isOfOneOperation(_ failure: APIFailure) -> Bool {
  failure.mayBeOfOneRecord && !failure.isTransient
}

/// Whether a listing of the same sync spares a rename or a delete its look (R7). What was sent before and is still to be done has met
/// something that a listing may not show yet.
///
/// - Parameters:
///   - listed: when the page was asked for that shows the network; nil where none says of it what the replica has.
///   - now: on the same clock.
package func sparesLook(_ operation: OutboxOperation, listed: Timestamp?, now: Timestamp) -> Bool {
  operation.attempts == 0 && mayActUpon(sightAsked: listed, now: now)
}

/// Whether a rename or a delete may be sent upon what was seen of its network (R7): by a look, or by a listing of the same sync.
///
/// - Parameters:
///   - asked: when it was asked for; nil where nothing was seen that says of the network what the replica has.
///   - now: on the same clock. Where it went back nobody knows how long ago that was.
package func mayActUpon(sightAsked asked: Timestamp?, now: Timestamp) -> Bool {
  guard let age = asked.map({ now.since($0) }) else { return false }
  return (.zero...Limits.sightAge).contains(age)
}

/// Why a look tells nothing of a rename or a delete (R7); nil where it does. Where the answer leaves out a name that is known, nobody can
/// say whether somebody else has changed it.
///
/// - Parameter base: the name that the edit was made on.
package func misunderstanding(of sight: RemoteSight, base: NetworkName?) -> Misunderstanding? {
  guard let document = sight.document, document.name == nil, base != nil else { return nil }
  return .implausible(reason: "the answer does not say what the network is called")
}

/// What to do with an operation that was on its way when the process died.
package enum Recovery: Hashable, Sendable {
  case wait
  case doubt
}

/// A create may have been applied; anything else looks first and can simply be sent again (R13).
package func recover(_ intent: Intent) -> Recovery {
  switch intent {
  // mutant: crashed-create-sent-again
  case .create: .doubt
  case .rename, .delete: .wait
  }
}
