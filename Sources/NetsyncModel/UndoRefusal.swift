/// Why a change is not reversed.
public enum UndoRefusal: Hashable, Sendable {
  /// The network has another name by now than the change gave it.
  case changedSince
  /// The network is gone; its deletion is what can be undone.
  case gone
  /// The network's deletion waits, or is on its way.
  case deletionWaits(EditNumber)
  /// The edit may have reached the server and is not answered.
  case onItsWay(EditNumber)
  /// A person has to decide first which side stands.
  case conflictOpen(EditNumber)
  /// It was undone by that change.
  case alreadyUndone(by: ChangeNumber)
  /// It is so already.
  case alreadySo
  /// Nothing of it can be written back: only names can.
  case nothingToReverse
  /// It tells what became of an edit; the change to undo is the edit itself.
  case outcomeOf(EditNumber)
}
