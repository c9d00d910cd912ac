/// How a pull or a push ended, in the word of its JSON and its metrics.
package enum CycleOutcome: String, CaseIterable, Sendable {
  case ok
  /// Part of it was done; the next one carries on, or a person does.
  case partial
  /// A guard holds what would be destroyed.
  case held
  /// The server could not be reached, or asked for patience, and nothing was done.
  case offline
  case error
}

/// What a sweep did, in numbers.
package struct SweepCounts: Hashable, Sendable {
  /// Distinct networks that it listed.
  package var listed = 0
  /// Interfaces that it listed.
  package var interfaces = 0
  /// Networks that were not known before.
  package var new = 0
  /// Known networks with another content, and not only another `updated_at`.
  package var changed = 0
  /// Known networks with an older `updated_at` than the one we had, whatever their content.
  package var wentBack = 0
  /// Networks that were removed, each on the API's word about it.
  package var gone = 0
  /// Networks whose removal waits for a person.
  package var held = 0
  package var requests = 0
  package var bytes = 0

  package init() {}
}

/// A sweep as it is kept.
package struct SweepRecord: Hashable, Sendable {
  package var sweep: Int64
  package var startedAt: Timestamp
  /// nil: it runs, or its process died.
  package var endedAt: Timestamp?
  package var outcome: CycleOutcome?
  /// It has asked for everything; one that was cut short is taken up by the next.
  package var isFinished: Bool
  /// It can say what is missing.
  package var isComplete: Bool
  /// As far as it came when it ended; nothing while it runs.
  package var counts: SweepCounts
  /// Of the oldest list of interfaces when it ended, 1970 where one was never read; nil where it was not to read any.
  package var listsAsOf: Timestamp?

  package init(
    sweep: Int64,
    startedAt: Timestamp,
    endedAt: Timestamp?,
    outcome: CycleOutcome?,
    isFinished: Bool = true,
    isComplete: Bool,
    counts: SweepCounts,
    listsAsOf: Timestamp? = nil
  ) {
    self.sweep = sweep
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.outcome = outcome
    self.isFinished = isFinished
    self.isComplete = isComplete
    self.counts = counts
    self.listsAsOf = listsAsOf
  }
}
