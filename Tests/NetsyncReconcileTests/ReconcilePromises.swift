import NetsyncModel
import NetsyncReconcile

/// What holds of every decision under one policy, cell by cell.
struct ReconcilePromises: Sendable {
  typealias Cell = ReconcileSpace.Cell
  typealias Verdict = ReconcileSpace.Verdict

  let space: ReconcileSpace
  let policy: ConflictPolicy
  let verdicts: [Verdict]
  /// The same cells under the policy that leaves every conflict to a person.
  let held: [Verdict]

  func check(into walk: inout Walk) {
    space.forEach { cell in
      walk.enter()
      let sight = Sighting(cell, in: space)
      let verdict = verdicts[space.index(of: cell)]
      checkBase(verdict, sight, &walk)
      checkEdit(verdict, sight, &walk)
      checkPolicy(verdict, sight, &walk)
      checkRepetition(verdict, sight, &walk)
      checkSymmetry(verdict, cell, &walk)
    }
  }

  private func checkBase(_ verdict: Verdict, _ sight: Sighting, _ walk: inout Walk) {
    func expect(_ promise: String, _ holds: Bool) {
      walk.expect(promise, holds, in: space.describe(sight.cell, policy))
    }
    let isRemoved = verdict.base == .remove
    expect("a base is removed only where it is gone", !isRemoved || sight.isGone)
    expect("no edited network is removed unasked", !isRemoved || verdict.edit == .none || verdict.edit == .satisfied)
    expect("only what contradicts our own write is ignored", (verdict.base == .ignoreStale) == sight.isStale)
    if !sight.isStale { expect("each kind of change is told apart", verdict.base == sight.expectedBase) }
  }

  private func checkEdit(_ verdict: Verdict, _ sight: Sighting, _ walk: inout Walk) {
    func expect(_ promise: String, _ holds: Bool) {
      walk.expect(promise, holds, in: space.describe(sight.cell, policy))
    }
    let edit = verdict.edit
    expect("an edit is conserved", (edit == .none) == (sight.edit.kind == .none))
    expect("an edit is satisfied by what it wanted", (edit == .satisfied) == (sight.isWanted && !sight.isStale))
    expect("only another name is contested", isContested(edit) == sight.isContested)
    let isDeletedThere = sight.isGone && sight.edit.kind == .rename
    expect("edited here, deleted there is held", (edit == .conflict(.deletedThere)) == isDeletedThere)
    expect("a stale listing settles no edit", !sight.isStale || edit == .none || edit == .goesOn)
  }

  private func checkPolicy(_ verdict: Verdict, _ sight: Sighting, _ walk: inout Walk) {
    func expect(_ promise: String, _ holds: Bool) {
      walk.expect(promise, holds, in: space.describe(sight.cell, policy))
    }
    let held = held[space.index(of: sight.cell)]
    expect("the base is not a matter of policy", verdict.base == held.base)
    guard sight.isContested else {
      return expect("only a conflict is a matter of policy", verdict.edit == held.edit)
    }
    expect("a conflict is settled by the policy", verdict.edit == ruling(on: held.edit, sight))
    let contests = space.contests[sight.cell.contests]
    expect("an edit prevails only so often", verdict.edit != .prevails || contests < Limits.contests)
  }

  /// What the policy makes of an edit that would else be left to a person (R8).
  private func ruling(on held: EditDecision, _ sight: Sighting) -> EditDecision {
    let stands = sight.cell.contests == 0 ? EditDecision.prevails : held
    switch policy {
    case .hold: return held
    case .client: return stands
    case .server: return .yields
    case .newest:
      guard let theirs = sight.seen?.seconds else { return held }
      let clock = space.clocks[sight.cell.clock]
      let lead = sight.edit.seconds + clock.offset.components.seconds - theirs
      // Every distance of the walk is a whole second; an uncertainty of half a second lets each of them count.
      let uncertainty = clock.uncertainty.components.seconds
      return lead > uncertainty ? stands : lead < -uncertainty ? .yields : held
    }
  }

  /// I7: carried out and decided again about the same sight, a decision changes nothing more.
  private func checkRepetition(_ verdict: Verdict, _ sight: Sighting, _ walk: inout Walk) {
    func expect(_ promise: String, _ holds: Bool) {
      walk.expect(promise, holds, in: space.describe(sight.cell, policy))
    }
    let again = verdicts[space.index(of: sight.cellAfter(verdict))]
    expect("the base is settled at once", again.base == .keep || again.base == .ignoreStale)
    let expected: EditDecision =
      switch verdict.edit {
      case .none, .satisfied, .yields: .none
      case .goesOn, .prevails: .goesOn
      case .conflict(let kind): .conflict(kind)
      }
    expect("the edit is settled at once", again.edit == expected)
  }

  /// A rule that looks at names only to compare them decides the same where they are changed for others, one to one. Two
  /// swaps make every other change of three names.
  private func checkSymmetry(_ verdict: Verdict, _ cell: Cell, _ walk: inout Walk) {
    for renaming in [[1, 0, 2, 3], [0, 2, 1, 3]] {
      let other = verdicts[space.index(of: space.renamed(cell, renaming))]
      walk.expect("no name is special", other == verdict, in: space.describe(cell, policy))
    }
  }

  /// Decided by the policy.
  private func isContested(_ edit: EditDecision) -> Bool {
    switch edit {
    case .prevails, .yields, .conflict(.bothChanged), .conflict(.deletedHere): true
    case .none, .goesOn, .satisfied, .conflict(.deletedThere): false
    }
  }
}

extension ReconcileSpace {
  /// The same cell under other names.
  fileprivate func renamed(_ cell: Cell, _ renaming: [Int]) -> Cell {
    var other = cell
    if cell.base > 0 { other.base = 1 + Document.renamed(cell.base - 1, renaming) }
    other.edit = edits[cell.edit].numberRenamed(renaming)
    if let document = sights[cell.sight].document {
      other.sight = cell.sight - document + Document.renamed(document, renaming)
    }
    return other
  }
}

/// A cell with what its coordinates stand for.
private struct Sighting {
  let cell: ReconcileSpace.Cell
  let base: ReconcileSpace.Document?
  let seen: ReconcileSpace.Document?
  let edit: ReconcileSpace.Edit
  let isStale: Bool
  private let seenNumber: Int?

  init(_ cell: ReconcileSpace.Cell, in space: ReconcileSpace) {
    self.cell = cell
    let sight = space.sights[cell.sight]
    base = cell.base == 0 ? nil : space.documents[cell.base - 1]
    seen = sight.document.map { space.documents[$0] }
    seenNumber = sight.document
    edit = space.edits[cell.edit]
    let undoesWrite =
      switch space.recentWrites[cell.recentWrite] {
      case .none: false
      case .changed: Self.isOlder(seen, than: base)
      case .deleted, .overtook: true
      }
    isStale = sight.isListed && undoesWrite
  }

  private static func isOlder(_ one: ReconcileSpace.Document?, than other: ReconcileSpace.Document?) -> Bool {
    guard let one = one?.seconds, let other = other?.seconds else { return false }
    return one < other
  }

  var isGone: Bool { seen == nil }

  /// Whether the server has what the edit asks for.
  var isWanted: Bool {
    switch edit.kind {
    case .none: false
    case .rename: seen?.name == edit.wanted
    case .delete: isGone
    }
  }

  /// Whether the server's name is neither the one that the edit was made on, nor the one that it asks for.
  var isContested: Bool {
    guard let seen, edit.kind != .none, !isStale, !isWanted else { return false }
    return seen.name != edit.baseName
  }

  /// Of a sight that is not stale.
  var expectedBase: ReconcileSpace.Verdict.Base {
    guard let seen else {
      return switch edit.kind {
      case .none: base == nil ? .keep : .remove
      case .rename: .keep
      case .delete: .remove
      }
    }
    guard let base else { return .accept(.appeared) }
    if cell.base - 1 == seenNumber { return .keep }
    if Self.isOlder(seen, than: base) { return .accept(.wentBack) }
    if seen.name != base.name { return .accept(.renamed) }
    return .accept(seen.isZoned == base.isZoned ? .restamped : .changed)
  }

  /// Where the cell is once the decision has been carried out.
  func cellAfter(_ verdict: ReconcileSpace.Verdict) -> ReconcileSpace.Cell {
    var after = cell
    switch verdict.base {
    case .keep, .ignoreStale: break
    case .accept, .acceptForeign: after.base = 1 + (seenNumber ?? 0)
    case .remove: after.base = 0
    }
    switch verdict.edit {
    case .goesOn, .conflict: break
    case .none, .satisfied, .yields: after.edit = 0
    case .prevails:
      after.edit = edit.number(on: seen?.name ?? ReconcileSpace.nameless)
      after.contests = 1
    }
    return after
  }
}
