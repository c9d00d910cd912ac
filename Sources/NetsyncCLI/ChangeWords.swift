import Netsync

extension JournalChange {
  /// What happened, in words for people.
  var sentence: String {
    evidence.undoes.map { "\(event) (undoes change \($0))" } ?? event
  }

  private var event: String {
    switch kind {
    case .created: side == .local ? "\(subject) created \(words(after)) here" : "\(words(after)) appeared there"
    case .renamed:
      side == .local
        ? "\(subject) renamed \(words(before)) -> \(words(after)) here"
        : "renamed there: \(words(before)) -> \(words(after))"
    case .deleted:
      side == .local ? "\(subject) deleted \(words(before)) here" : "removed here: \(words(before)) is gone there"
    case .changed: "changed there, in something else than the name \(words(after))"
    case .wentBack: "the server went back: \(words(before)) -> \(words(after))"
    case .sent: "\(subject) was taken by the server"
    case .adopted:
      evidence.request == nil
        ? "\(subject) became \(words(after)), as a person said" : "\(subject) was found there, and adopted"
    case .satisfied: "\(subject) wanted what is so there already"
    case .refused: "\(subject) was refused for good"
    case .superseded: "\(subject) (\(wanted)) gave way to a later edit"
    case .discarded: "\(subject) (\(wanted)) was taken back"
    case .conflict: "\(subject): mine is \(wanted), theirs \(theirs); a person decides"
    case .resolved: "\(subject) stands against theirs, as a person said"
    case .prevailed:
      "\(subject) stands: mine is \(words(after, "a deletion")), theirs was \(words(before, "a deletion"))"
    case .yielded: "theirs (\(words(after))) stands against \(subject) (\(wanted))"
    }
  }

  private var subject: String { edit.map { "edit \($0)" } ?? "an edit" }
  /// Of an outcome, `before` is what the edit wanted.
  private var wanted: String { words(before, "a deletion") }
  private var theirs: String { words(after, "a deletion") }

  private func words(_ name: NetworkName?, _ none: String = "a network without a name") -> String {
    name?.text ?? none
  }
}

extension Evidence {
  /// What is known, and no more, in the order of asking.
  var members: [JSONText.Member] {
    let all: [JSONText.Member] = [
      .init("sweep", JSONText(sweep)),
      .init("page", JSONText(page)),
      .init("request", JSONText(request)),
      .init("status", JSONText(status)),
      .init("code", JSONText(code)),
      .init("title", JSONText(title)),
      .init("detail", JSONText(detail)),
      .init("policy", JSONText(policy)),
      .init("contests", JSONText(contests)),
      .init("updated_at_before", JSONText(updatedAtBefore)),
      .init("updated_at_after", JSONText(updatedAtAfter)),
      .init("mine_at", JSONText(mineAt)),
      .init("clock_uncertainty_s", JSONText(clockUncertaintySeconds)),
      .init("undoes", JSONText(undoes)),
      .init("superseded_by", JSONText(supersededBy)),
    ]
    return all.filter { !$0.value.isNull }
  }
}

extension JSONText {
  /// An object of what is known.
  init(_ evidence: Evidence) {
    self = .object(evidence.members)
  }
}
