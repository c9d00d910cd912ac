import NetsyncModel
import NetsyncTestKit
import Testing

/// The judge of the simulation has a table of the states of its own, so that a mistake in one of the two cannot hide.
struct EdgesTests {
  @Test func `the judge's table and the type's differ in what the judge cannot see, and in nothing else`() {
    var differences: [String] = []
    for before in OperationState.Word.allCases {
      for after in OperationState.Word.allCases {
        for action in Intent.Action.allCases where before != .inDoubt && after != .inDoubt || action == .create {
          let isEdge = before == after || before.next.contains(after)
          if Checker.isAllowed(before.rawValue, after.rawValue, action) != isEdge {
            differences.append("\(action.rawValue): \(before.rawValue) -> \(after.rawValue)")
          }
        }
      }
    }
    // A refused edit leaves the outbox's table for that of the dead letters, which the judge sees as two facts.
    let refusals = Intent.Action.allCases.flatMap {
      ["\($0.rawValue): refused -> refused", "\($0.rawValue): sending -> refused"]
    }
    #expect(Set(differences) == Set(refusals))
  }
}
