public import NetsyncModel
import NetsyncEngine

/// What a sync did.
public struct SyncSummary: Hashable, Sendable {
  /// How it ended.
  public let outcome: SyncOutcome
  /// nil where none was asked for, or nothing could be asked.
  public let pull: PullSummary?
  /// nil where none was asked for, or where it would have been in vain after the pull.
  public let push: PushSummary?

  init(_ outcome: SyncOutcome) {
    (self.outcome, pull, push) = (outcome, nil, nil)
  }

  init(_ report: SyncReport) {
    outcome = SyncOutcome(report)
    pull = report.pull.map(PullSummary.init)
    push = report.push.map(PushSummary.init)
  }
}

/// What a pull did.
public struct PullSummary: Hashable, Sendable {
  /// How it ended, in a word.
  public let outcome: CycleOutcome
  /// Everything was read that was asked for. Never so of one network alone, which says nothing of the others.
  public let isComplete: Bool
  /// As far as it came.
  public let counts: SweepCounts
  /// Conflicts that are open after it.
  public let conflicts: Int
  /// How long it took, with what was waited for.
  public let duration: Duration

  init(_ report: PullReport) {
    outcome = report.outcome
    isComplete = report.isComplete
    counts = report.counts
    conflicts = report.conflicts
    duration = report.duration
  }
}

/// What a push did, and what it left of the edits that it was about.
public struct PushSummary: Hashable, Sendable {
  /// How it ended, in a word.
  public let outcome: CycleOutcome
  /// Networks that were made at the server, or found to be there already.
  public let created: Int
  /// Networks that were renamed at the server.
  public let renamed: Int
  /// Networks that were deleted at the server.
  public let deleted: Int
  /// Edits that the server refused for good in this push.
  public let refused: Int
  /// Edits of a plan that were not sent, since they or what they were made upon have changed.
  public let moved: Int
  /// Edits that wait for the next one.
  public let waiting: Int
  /// Creates that were not answered.
  public let inDoubt: Int
  /// Edits in conflict, for a person to decide.
  public let conflicts: Int
  /// Edits that a guard holds, for a person to allow.
  public let held: Int
  /// Requests that were sent.
  public let requests: Int
  /// How long it took, with what was waited for.
  public let duration: Duration

  init(_ report: PushReport) {
    outcome = report.outcome
    created = report.created
    renamed = report.renamed
    deleted = report.deleted
    refused = report.refused
    moved = report.moved
    waiting = report.waiting
    inDoubt = report.inDoubt
    conflicts = report.conflicts
    held = report.held
    requests = report.requests
    duration = report.duration
  }
}
