/// How a pull or a push ended, in the word of its JSON and its metrics.
public enum CycleOutcome: String, CaseIterable, Sendable {
  /// All of it was done.
  case ok
  /// Part of it was done; the next one carries on, or a person does.
  case partial
  /// A guard holds what would be destroyed.
  case held
  /// The server could not be reached, or asked for patience, and nothing was done.
  case offline
  /// Anything else.
  case error
}

/// What a sweep did, in numbers.
public struct SweepCounts: Hashable, Sendable {
  /// Distinct networks that it listed.
  public package(set) var listed = 0
  /// Interfaces that it listed.
  public package(set) var interfaces = 0
  /// Networks that were not known before.
  public package(set) var new = 0
  /// Known networks with another content, and not only another `updated_at`.
  public package(set) var changed = 0
  /// Known networks with an older `updated_at` than the one we had, whatever their content.
  public package(set) var wentBack = 0
  /// Networks that were removed, each on the API's word about it.
  public package(set) var gone = 0
  /// Networks whose removal waits for a person.
  public package(set) var held = 0
  /// Requests that were sent.
  public package(set) var requests = 0
  /// Bytes of answers' bodies, decompressed.
  public package(set) var bytes = 0

  package init() {}
}

/// A sweep as it is kept.
public struct SweepRecord: Hashable, Sendable {
  /// Its number.
  public package(set) var sweep: Int64
  /// On this host's clock.
  public package(set) var startedAt: Timestamp
  /// nil: it runs, or its process died.
  public package(set) var endedAt: Timestamp?
  /// nil where it has not ended.
  public package(set) var outcome: CycleOutcome?
  /// It has asked for everything; one that was cut short is taken up by the next.
  public package(set) var isFinished: Bool
  /// It can say what is missing.
  public package(set) var isComplete: Bool
  /// As far as it came when it ended; nothing while it runs.
  public package(set) var counts: SweepCounts
  /// Of the oldest list of interfaces when it ended, 1970 where one was never read; nil where it was not to read any.
  public package(set) var listsAsOf: Timestamp?

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
