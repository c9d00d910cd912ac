import Netsync
import NetsyncReplica

/// One link of the evidence behind a network's state.
struct WhyStep {
  var at: Timestamp
  var what: String
  var evidence: JSONText
}

extension NetworkHistory {
  /// What was seen, asked, answered and decided, in order; then how things stand.
  var chain: [WhyStep] {
    changes.flatMap { change in [sight(behind: change), answer(behind: change), decision(change)].compactMap { $0 } }
      + present
  }

  private func sight(behind change: JournalChange) -> WhyStep? {
    guard let number = change.evidence.sweep else { return nil }
    let page = change.evidence.page
    return WhyStep(
      at: sweeps[number]?.startedAt ?? change.at,
      what: page.map { "\(name(of: number)) listed it on page \($0)" } ?? "\(name(of: number)) did not list it",
      evidence: evidence(of: number, page: page)
    )
  }

  private func answer(behind change: JournalChange) -> WhyStep? {
    guard let request = change.evidence.request else { return nil }
    let words = [change.evidence.status.map(String.init), change.evidence.code, change.evidence.title]
    let answer = words.compactMap { $0 }.joined(separator: " ")
    var evidence = Evidence()
    evidence.request = request
    evidence.status = change.evidence.status
    evidence.code = change.evidence.code
    evidence.title = change.evidence.title
    evidence.detail = change.evidence.detail
    return WhyStep(
      at: change.at,
      what: answer.isEmpty ? "\(request) was not answered" : "\(request) was answered \(answer)",
      evidence: JSONText(evidence)
    )
  }

  /// The change itself, with what was weighed where a conflict was settled.
  private func decision(_ change: JournalChange) -> WhyStep {
    var weighed = Evidence()
    weighed.policy = change.evidence.policy
    weighed.contests = change.evidence.contests
    weighed.updatedAtBefore = change.evidence.updatedAtBefore
    weighed.updatedAtAfter = change.evidence.updatedAtAfter
    weighed.mineAt = change.evidence.mineAt
    weighed.clockUncertaintySeconds = change.evidence.clockUncertaintySeconds
    weighed.undoes = change.evidence.undoes
    let members: [JSONText.Member] = [
      .init("change", .integer(change.number.rawValue)),
      .init("side", .string(change.side.rawValue)),
      .init("kind", .string(change.kind.rawValue)),
      .init("edit", JSONText(change.edit?.rawValue)),
      .init("before", JSONText(change.before?.text)),
      .init("after", JSONText(change.after?.text)),
    ]
    return WhyStep(at: change.at, what: change.sentence, evidence: .object(members + weighed.members))
  }

  private var present: [WhyStep] {
    var steps: [WhyStep] = []
    if let goneAt = network.goneAt {
      steps.append(WhyStep(at: goneAt, what: "it is gone; its ids still resolve", evidence: [:]))
    }
    if let lastListed {
      let what = "\(name(of: lastListed.sweep)) saw it last, on page \(lastListed.page)"
      let evidence = evidence(of: lastListed.sweep, page: lastListed.page)
      steps.append(WhyStep(at: lastListed.at, what: what, evidence: evidence))
    }
    if let readAt, network.goneAt == nil, readAt > lastListed?.at ?? readAt - .microseconds(1) {
      steps.append(WhyStep(at: readAt, what: "an answer of its own told of it last", evidence: [:]))
    }
    return steps
      + operations.map { operation in
        WhyStep(at: operation.editedAt, what: operation.present, evidence: JSONText(operation, clock: clock))
      }
  }

  private func name(of sweep: Int64) -> String {
    guard let record = sweeps[sweep] else { return "sweep \(sweep)" }
    return "sweep \(sweep) (\(record.isComplete ? "complete" : "not complete"))"
  }

  private func evidence(of sweep: Int64, page: Int?) -> JSONText {
    let record = sweeps[sweep]
    return [
      "sweep": .integer(sweep),
      "page": JSONText(page),
      "started_at": JSONText(record?.startedAt.rfc3339),
      "ended_at": JSONText(record?.endedAt?.rfc3339),
      "complete": JSONText(record?.isComplete),
      "outcome": JSONText(record?.outcome?.rawValue),
    ]
  }
}

extension OutboxOperation {
  /// How an open edit stands: state, tries, the last answer, the next try.
  fileprivate var present: String {
    var parts = ["edit \(edit): \(sentence), \(state.word.rawValue)"]
    if attempts > 0 { parts.append("sent \(attempts == 1 ? "once" : "\(attempts) times")") }
    if let failure {
      let words = [failure.status.map(String.init), failure.code, failure.title].compactMap { $0 }
      parts.append("last answer \(words.joined(separator: " "))")
    }
    if case .waiting(let notBefore?) = state { parts.append("next try at \(notBefore.rfc3339)") }
    return parts.joined(separator: "; ")
  }
}
