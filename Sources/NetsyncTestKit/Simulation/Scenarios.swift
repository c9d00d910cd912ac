import NetsyncModel
import NetsyncReplica

extension Scenario {
  /// Together they take every durable step.
  static let all = [
    firstPull, laterPull, editsSent, createFound, createSentAgain, diedAfterArming, conflicts, refusals, heldDeletes,
    editedMeanwhile, silence, severalCandidates, deletedOnBothSides, undone, oldJournal,
  ]

  private static let firstPull = Scenario(name: "first pull", networks: 7, deeds: [.sync()])

  /// A rename, two removals, each confirmed, and a page less than before.
  private static let laterPull = Scenario(
    name: "second pull, with changes there",
    names: ["a", "b", "c", "d", "e", "f", "g"],
    deeds: [.sync(), .renameThere("a", to: "a2"), .deleteThere("b"), .deleteThere("c"), .sync()]
  )

  private static let editsSent = Scenario(
    name: "edits sent and taken back",
    names: ["a", "b", "c"],
    deeds: [
      .sync(), .create("n"), .rename("a", to: "a2"), .delete("b"), .create("x"), .discard("x"), .rename("c", to: "c2"),
      .rename("c2", to: "c"), .sync(),
    ]
  )

  private static let createFound = Scenario(
    name: "unanswered create, found again",
    names: ["a"],
    faults: [.at(.create, .answerLost)],
    deeds: [.sync(), .create("n"), .sync()]
  )

  private static let createSentAgain = Scenario(
    name: "create that never arrived, sent again",
    names: ["a"],
    faults: [.at(.create, .requestLost)],
    deeds: [.sync(), .create("n"), .sync()]
  )

  /// After the first arming, and after the third: that of the rename, sent again, was the second.
  private static let diedAfterArming = Scenario(
    name: "process that died after arming",
    names: ["a"],
    faults: [3, 9].map { ScriptedFault(doing: DurableStep.arm.rawValue, number: $0, fault: .crash) },
    deeds: [.sync(), .rename("a", to: "a2"), .sync(), .create("n"), .sync()]
  )

  private static let conflicts = Scenario(
    name: "conflicts of each kind, resolved either way",
    names: ["a", "b", "c", "d", "e", "f"],
    deeds: [
      .sync(), .rename("a", to: "a1"), .rename("b", to: "b1"), .delete("c"), .delete("d"), .rename("e", to: "e1"),
      .rename("f", to: "f1"), .renameThere("a", to: "a9"), .renameThere("b", to: "b9"), .renameThere("c", to: "c9"),
      .renameThere("d", to: "d9"), .deleteThere("e"), .deleteThere("f"), .sync(), .resolve("a1", .mine),
      .resolve("b1", .theirs), .resolve("c9", .mine), .resolve("d9", .theirs), .resolve("e1", .mine),
      .resolve("f1", .theirs), .sync(),
    ]
  )

  private static let refusals = Scenario(
    name: "refused, then retried or given up",
    names: ["taken"],
    hasUniqueNames: true,
    deeds: [
      .sync(), .create("taken"), .sync(), .renameThere("taken", to: "freed"), .retry("taken"), .sync(),
      .create("freed"), .sync(), .discard("freed"), .sync(),
    ]
  )

  private static let heldDeletes = Scenario(
    name: "deletes held, and approved",
    names: ["a", "b", "c", "d", "e", "f", "g", "h"],
    deeds: [
      .sync(), .delete("a"), .delete("b"), .delete("c"), .delete("d"), .delete("e"), .delete("f"), .sync(),
      .sync(deletes: 10),
    ]
  )

  private static let editedMeanwhile = Scenario(
    name: "edited while it was sent",
    names: ["a"],
    faults: [.at(.create, .answerLost), .at(.rename, .answerLost)],
    deeds: [
      .sync(), .create("n"), .rename("a", to: "b"),
      .sync(meanwhile: [.rename("n", to: "m"), .rename("b", to: "c")]),
    ]
  )

  private static let silence = Scenario(
    name: "server that asks for silence",
    names: ["a"],
    faults: [.at(.list, .slowDown, detail: 18), .at(.create, .slowDown, detail: 18)],
    deeds: [.sync(), .create("n"), .sync()]
  )

  private static let severalCandidates = Scenario(
    name: "several networks may be the unanswered create",
    hasStrangers: true,
    faults: [.at(.create, .requestLost)],
    deeds: [
      .sync(), .create("twin"), .sync(meanwhile: [.createThere("twin"), .createThere("twin")]), .adopt("twin"), .sync(),
    ]
  )

  private static let deletedOnBothSides = Scenario(
    name: "deleted on both sides",
    names: ["a", "b", "c"],
    deeds: [.sync(), .delete("a"), .deleteThere("a"), .sync()]
  )

  private static let undone = Scenario(
    name: "rename and deletion undone",
    names: ["a", "b", "c"],
    deeds: [
      .sync(), .rename("a", to: "a2"), .delete("b"), .sync(), .undo(.renamed, "a2"), .undo(.deleted, "b"), .sync(),
    ]
  )

  private static let oldJournal = Scenario(
    name: "journal past its horizon",
    names: ["a", "b"],
    deeds: [.sync(), .wait(.seconds(91 * 86_400)), .renameThere("a", to: "a2"), .sync()]
  )
}
