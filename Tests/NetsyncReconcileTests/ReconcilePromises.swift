import NetsyncModel
import NetsyncReconcile

/// What holds of every decision, in every cell.
extension ReconcileCell {
  /// The promises that this cell breaks, as sentences.
  var brokenPromises: [String] {
    var promises = Promises()
    for policy in ConflictPolicy.allCases {
      let decision = decision(under: policy)
      checkBase(decision, &promises)
      checkEdit(decision, &promises)
      checkRepetition(decision, &promises)
    }
    checkPolicies(&promises)
    checkSymmetry(&promises)
    return promises.broken
  }

  private func checkBase(_ decision: NetworkDecision, _ promises: inout Promises) {
    promises.expect("a base is removed only where it is gone", decision.base != .remove || sight == .gone)
    promises.expect("only what contradicts our own write is ignored", (decision.base == .ignoreStale) == isStale)
    guard case .accept(let document, let change) = decision.base else {
      let isNews = sight != .gone && sight.document != standing.base
      promises.expect("no news is passed over", isStale || !isNews)
      return
    }
    promises.expect("what is accepted is what was seen", document == sight.document)
    promises.expect("what was not known appears", (change == .appeared) == (standing.base == nil))
    promises.expect("the server went back where its stamp did", (change == .wentBack) == isOlder)
  }

  private func checkEdit(_ decision: NetworkDecision, _ promises: inout Promises) {
    let edit = decision.edit
    promises.expect("an edit is conserved", (edit == .none) == (standing.intent == .none))
    promises.expect("an edit is satisfied by what it wanted", (edit == .satisfied) == (isWanted && !isStale))
    promises.expect("only another name is a conflict", !isContested(edit) || isAnotherName)
    let isDeletedThere = sight == .gone && isRename
    promises.expect("edited here, deleted there is held", (edit == .conflict(.deletedThere)) == isDeletedThere)
    promises.expect("a stale listing settles no edit", !isStale || edit == .none || edit == .goesOn)
  }

  /// I7: carried out and decided again about the same sight, a decision changes nothing more.
  private func checkRepetition(_ decision: NetworkDecision, _ promises: inout Promises) {
    let standing = standing.applying(decision, about: sight)
    let again = ReconcileCell(standing: standing, sight: sight, edited: edited).decision(under: .hold)
    promises.expect("the base is settled at once", again.base == .keep || again.base == .ignoreStale)
    let expected: EditDecision =
      switch decision.edit {
      case .none, .satisfied, .yields: .none
      case .goesOn, .prevails: .goesOn
      case .conflict(let kind): .conflict(kind)
      }
    promises.expect("the edit is settled at once", again.edit == expected)
  }

  private func checkPolicies(_ promises: inout Promises) {
    let held = decision(under: .hold)
    for policy in ConflictPolicy.allCases {
      let decision = decision(under: policy)
      promises.expect("the base is not a matter of policy", decision.base == held.base)
      promises.expect("only a conflict is a matter of policy", decision.edit == verdict(policy, on: held.edit))
    }
  }

  /// What a policy makes of an edit that `hold` would leave as it is, or to a person (R8).
  private func verdict(_ policy: ConflictPolicy, on held: EditDecision) -> EditDecision {
    guard isContested(held) else { return held }
    switch policy {
    case .hold: return held
    case .client: return .prevails
    case .server: return .yields
    case .newest:
      guard sight.document?.updatedAt?.instant != nil, let edited else { return held }
      return switch edited {
      case .later: .prevails
      case .earlier: .yields
      case .close: held
      }
    }
  }

  private func checkSymmetry(_ promises: inout Promises) {
    for policy in ConflictPolicy.allCases {
      let isSame = renamed.decision(under: policy) == decision(under: policy).renamed
      promises.expect("no name is special", isSame)
    }
  }

  /// Decided by the policy.
  private func isContested(_ edit: EditDecision) -> Bool {
    switch edit {
    case .prevails, .yields, .conflict(.bothChanged), .conflict(.deletedHere): true
    case .none, .goesOn, .satisfied, .conflict(.deletedThere): false
    }
  }

  /// Whether a listing undoes what the server has just acknowledged (R10).
  private var isStale: Bool {
    guard case .listed = sight else { return false }
    return switch standing.recentWrite {
    case .none: false
    case .changed: isOlder
    case .deleted, .overtook: true
    }
  }

  private var isOlder: Bool {
    guard let theirs = sight.document?.updatedAt?.instant, let ours = standing.base?.updatedAt?.instant else {
      return false
    }
    return theirs < ours
  }

  private var isRename: Bool {
    if case .rename = standing.intent { true } else { false }
  }

  private var isWanted: Bool {
    switch standing.intent {
    case .none: false
    case .rename(let name, _, _): sight.document?.name == name
    case .delete: sight == .gone
    }
  }

  /// Whether the server's name is another than the one that the edit was made on.
  private var isAnotherName: Bool {
    switch standing.intent {
    case .none: false
    case .rename(_, let baseName, _), .delete(let baseName, _): sight.document?.name != baseName
    }
  }
}
