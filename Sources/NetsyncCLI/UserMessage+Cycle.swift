import Netsync
import NetsyncEngine
import NetsyncReconcile
import NetsyncModel
import NetsyncReplica

extension UserMessage {
  /// Says what a pull is left with that failed, or that lacks some interfaces.
  mutating func tell(of report: PullReport, isDryRun: Bool) {
    if report.isComplete, case .api? = report.failure {
      message = "some interfaces could not be read"
      state = "every network was read; the interfaces that failed stay as they were, the others are new"
      next = ["netsync pull asks for them again"]
    }
    if isDryRun { state = "this was a dry run: nothing was changed, here or there" }
  }

  // swift-format-ignore
  /// A failed cycle, in words.
  ///
  /// - Parameter waiting: edits in the outbox.
  init(_ failure: CycleFailure, waiting: Int, verb: String) {
    let nothingLost: TerminalText = "nothing is lost; \(Self.outbox(waiting)), the replica stays usable"
    let now = Timestamp.now
    self = switch failure {
    case .api(let failure, let request, let tries):
      .api(failure, request: request, tries: tries, state: nothingLost)
    case .replica(let error):
      UserMessage(error)
    case .setAside(let records): .row(.failed, "set_aside", "not understood: \(counted(records.count, "record")) of the API",
      why: "\(records.first?.words ?? "a listing changed while it was read")\(records.count > 1 ? ", and more" : "")",
      state: "everything else was taken in; nothing was removed, for each may be any network; \(Self.outbox(waiting))",
      next: "netsync status lists them; tell Telnyx support where they stay")
    case .held(let reason, let count):
      .held(reason, count: count, verb: verb)
    case .quiet(let until): .row(.notNow, "throttled", "the API asked for patience",
      why: "until \(until.rfc3339)", state: nothingLost,
      next: "try again in \(DurationText.short(until.since(now)))", isRetryable: true, retryAfter: until.since(now))
    case .timedOut(let timeout): .row(.notNow, "timed_out", "the time ran out",
      why: "--timeout is \(DurationText.short(timeout))", state: nothingLost,
      next: "netsync \(verb) --timeout with more time carries on where this ended", isRetryable: true)
    case .stopped: .row(Interrupts.status, "stopped", "stopped before the end",
      why: "you asked for it", state: nothingLost,
      next: "netsync \(verb) carries on", isRetryable: true)
    case .busy(let wait): .row(.busy, "busy", "another netsync is syncing this replica",
      why: "it did not end within \(DurationText.short(wait))", state: nothingLost,
      next: "try again, or wait longer with --wait", isRetryable: true)
    }
  }

  private static func outbox(_ count: Int) -> String {
    switch count {
    case 0: "the outbox is empty"
    case 1: "1 edit waits in the outbox"
    default: "\(count) edits wait in the outbox"
    }
  }

  // swift-format-ignore
  /// What a guard holds, in words. `--max-deletes` lets all of it go ahead but another account's listing.
  private static func held(_ reason: Guard, count: Int, verb: String) -> UserMessage {
    let count = String(count)
    let code = "held_\(reason.rawValue)"
    let othersWentOn: TerminalText = "nothing was deleted; everything else went on"
    let names = verb == "push" ? "netsync plan names them" : "netsync status names the first"
    let allow: TerminalText = "\(names); netsync \(verb) --max-deletes \(count), if that is right"
    return switch reason {
    case .otherAccount: row(.held, code, "this looks like another account",
      why: "the base URL is another than last time, or the listing shares no network with this replica",
      state: "nothing of that account was taken in, nothing was sent; the replica stays as it was",
      next: "check the key; netsync pull --accept-account, if that is right")
    case .emptyListing: row(.held, code, "deletions are held",
      why: "the API lists no networks at all, this replica knows \(count)",
      state: othersWentOn, next: allow)
    case .noOverlap: row(.held, code, "deletions are held",
      why: "none of the \(count) known networks is listed any more",
      state: othersWentOn, next: allow)
    case .tooMany: row(.held, code, "deletions are held",
      why: "\(count) deletions are more than max(5, 20 % of the known), or than --max-deletes",
      state: othersWentOn, next: allow)
    case .allChanged: row(.held, code, "deletions are held",
      why: "every known network that is listed has another content now, and \(count) are not listed any more",
      state: othersWentOn, next: allow)
    case .wentBack: row(.held, code, "deletions are held",
      why: "the server went back in time, as after a restore, and does not list \(count) known networks",
      state: othersWentOn, next: allow)
    }
  }
}
