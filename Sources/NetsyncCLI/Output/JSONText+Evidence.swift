import Netsync

extension Evidence {
  /// What is known, and no more, in the order of asking.
  var members: [JSONText.Member] {
    let all: [JSONText.Member] = [
      .init("sweep", JSONText(sweep)),
      .init("page", JSONText(page)),
      .init("position", JSONText(position)),
      .init("fault", JSONText(fault)),
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
