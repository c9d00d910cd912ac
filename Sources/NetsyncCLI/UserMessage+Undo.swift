import Netsync
import NetsyncReconcile

extension UserMessage {
  /// Why a change is not undone.
  ///
  /// - Parameter see: the change that stands in the way, or that is meant instead.
  init(_ refusal: UndoRefusal, of change: ChangeNumber, see: JournalChange?) {
    let seen: String? = see.map { "change \($0.number): \($0.sentence)" }
    let undoSeen: [TerminalText] = see.map { ["netsync undo \($0.number.description)"] } ?? []
    let all: TerminalText = "netsync log"
    self.init(
      exit: .usage,
      code: "undo_refused",
      message: "change \(change.description) cannot be undone",
      why: "nothing of it can be written back: only names can",
      state: "nothing was queued, the network stays as it is",
      next: undoSeen + [all]
    )
    switch refusal {
    case .nothingToReverse: break
    case .changedSince:
      exit = .needsDecision
      code = "changed_since"
      why = "the network changed since, and that stays: \(seen ?? "its name is another by now")"
      next = undoSeen + ["netsync networks rename, to give it the name that you want"]
    case .gone:
      exit = .needsDecision
      code = "network_gone"
      why = "the network is gone: \(seen ?? "it was never sent")"
    case .deletionWaits(let edit):
      exit = .needsDecision
      code = "deletion_waits"
      why = "the network's deletion waits, edit \(edit.description)"
      next = undoSeen + ["netsync outbox discard \(edit.description)"]
    case .conflictOpen(let edit):
      exit = .needsDecision
      code = "conflict_open"
      why = "both sides changed the network, edit \(edit.description) waits for a decision"
      next = ["netsync conflicts list, then netsync conflicts resolve"]
    case .onItsWay(let edit):
      exit = .notNow
      code = "on_its_way"
      why = "edit \(edit.description) may have reached the API and is not answered yet"
      next = ["netsync push, then try again"]
      isRetryable = true
    case .alreadyUndone(let undo):
      code = "already_undone"
      why = "change \(undo.description) made a new network of that name already"
    case .alreadySo:
      code = "already_so"
      why = "it is so already"
    case .outcomeOf(let edit):
      code = "outcome_of_edit"
      why = "it tells what became of edit \(edit.description); the edit itself is what can be undone"
    }
  }
}
