import Foundation
import Netsync
import NetsyncEngine
import NetsyncReconcile
import NetsyncModel
import NetsyncReplica

// MARK: The replica

extension UserMessage {
  init(_ error: ReplicaError) {
    switch error {
    case .missing(let path):
      self.init(
        exit: .notSetUp,
        code: "no_replica",
        message: "there is no replica yet",
        why: "\(path) does not exist, or is empty",
        next: ["netsync pull"]
      )
    case .notAReplica(let path):
      self.init(
        exit: .damaged,
        code: "not_a_replica",
        message: "that file is not a netsync replica",
        why: "\(path) is no SQLite database, or another program's",
        state: "the file was not touched",
        next: ["name another file with --replica"]
      )
    case .newer(let path, let version):
      self.init(
        exit: .damaged,
        code: "newer_replica",
        message: "the replica was written by a newer netsync",
        why: "\(path) has version \(String(version))",
        state: "the file was not touched",
        next: ["update netsync on this host"]
      )
    case .damaged(let path, let reason):
      self.init(
        exit: .damaged,
        code: "damaged_replica",
        message: "the replica is damaged",
        why: "\(path): \(reason)",
        state: "the file stays as it is; edits in its outbox may still be readable",
        next: ["copy the file away, then 'netsync pull' with a new --replica"]
      )
    case .storage(let path, let reason):
      self.init(
        exit: .failed,
        code: "storage",
        message: "the replica could not be written or read",
        why: "\(path): \(reason)",
        state: "the step that failed was undone whole",
        next: ["see that the disk has room and the file is yours"]
      )
    case .replaced(let path):
      self.init(
        exit: .failed,
        code: "replaced_replica",
        message: "the replica's file is not the one that was opened",
        why: "\(path) was removed, or another file was put in its place",
        state: "what was written until then is in the file that was opened; the one that is there now was not touched",
        next: ["start it again"]
      )
    default:
      self = Self.edit(error)
    }
  }

  private static func edit(_ error: ReplicaError) -> UserMessage {
    switch error {
    case .noEdit(let edit):
      usage(
        "there is no edit \(edit.description)",
        why: "it is done, discarded, or never was",
        next: "netsync outbox list"
      )
    case .noChange(let change):
      usage(
        "there is no change \(change.description)",
        why: "it never was, or is so old that it is no longer kept",
        next: "netsync log"
      )
    case .notPossible(let edit, let state):
      usage(
        "edit \(edit.description) cannot take that now",
        why: "its state is \(state)",
        next: "netsync outbox show \(edit.description)"
      )
    case .deletionWaits(let edit):
      usage(
        "that network's deletion waits",
        why: "edit \(edit.description) deletes it",
        next: "netsync outbox discard \(edit.description)"
      )
    case .networkGone:
      usage("that network is gone", why: "it went while the command ran", next: "netsync networks list")
    case .noConflict:
      usage("that network has no conflict", why: "both sides agree, or one waits", next: "netsync conflicts list")
    case .idTaken(let id):
      usage(
        "the id \(id.text) is another network's already",
        why: "the replica knows it",
        next: "netsync networks show \(id.text)"
      )
    case .noCandidate(let edit, let id):
      usage(
        "edit \(edit.description) cannot have become \(id.text)",
        why: "it is none of the networks that a look for it has found",
        next: "netsync outbox show \(edit.description)"
      )
    case .missing, .notAReplica, .newer, .damaged, .storage, .replaced:
      bug(error)
    }
  }
}

// MARK: Pull and push

extension UserMessage {
  /// A pull that failed, or that lacks some interfaces, in words.
  ///
  /// - Parameter waiting: edits in the outbox.
  init(_ report: PullReport, _ failure: CycleFailure, waiting: Int, verb: String, isDryRun: Bool = false) {
    self.init(failure, waiting: waiting, verb: verb)
    if report.isComplete, case .api = failure {
      message = "some interfaces could not be read"
      state = "every network was read; the interfaces that failed stay as they were, the others are new"
      next = ["netsync pull asks for them again"]
    }
    if isDryRun { state = "this was a dry run: nothing was changed, here or there" }
  }

  /// A failed cycle, in words.
  ///
  /// - Parameter waiting: edits in the outbox.
  init(_ failure: CycleFailure, waiting: Int, verb: String) {
    let nothingLost: TerminalText = "nothing is lost; \(Self.outbox(waiting)), the replica stays usable"
    switch failure {
    case .api(let failure, let request, let tries):
      self = Self.api(failure, request: request, tries: tries, state: nothingLost)
    case .quiet(let until):
      let wait = until.since(.now)
      self.init(
        exit: .notNow,
        code: "throttled",
        message: "the API asked for patience",
        why: "until \(until.rfc3339)",
        state: nothingLost,
        next: ["try again in \(DurationText.short(wait))"],
        isRetryable: true,
        retryAfter: wait
      )
    case .timedOut(let timeout):
      self.init(
        exit: .notNow,
        code: "timed_out",
        message: "the time ran out",
        why: "--timeout is \(DurationText.short(timeout))",
        state: nothingLost,
        next: ["netsync \(verb) --timeout with more time carries on where this ended"],
        isRetryable: true
      )
    case .stopped:
      self.init(
        exit: Interrupts.status,
        code: "stopped",
        message: "stopped before the end",
        why: "you asked for it",
        state: nothingLost,
        next: ["netsync \(verb) carries on"],
        isRetryable: true
      )
    case .replica(let error):
      self.init(error)
    case .busy(let wait):
      self.init(
        exit: .busy,
        code: "busy",
        message: "another netsync is syncing this replica",
        why: "it did not end within \(DurationText.short(wait))",
        state: nothingLost,
        next: ["try again, or wait longer with --wait"],
        isRetryable: true
      )
    case .held(let reason, let count):
      self = Self.held(reason, count: count, verb: verb)
    }
  }

  private static func outbox(_ count: Int) -> String {
    switch count {
    case 0: "the outbox is empty"
    case 1: "1 edit waits in the outbox"
    default: "\(count) edits wait in the outbox"
    }
  }

  private static func held(_ reason: Guard, count: Int, verb: String) -> UserMessage {
    let allow: TerminalText = "netsync \(verb) --max-deletes \(String(count)), if that is right"
    let why: TerminalText
    var next = allow
    switch reason {
    case .otherAccount:
      why = "the base URL is another than last time, or the listing shares no network with this replica"
      next = "check the key; netsync pull --accept-account, if that is right"
    case .emptyListing: why = "the API lists no networks at all, this replica knows \(String(count))"
    case .noOverlap: why = "none of the \(String(count)) known networks is listed any more"
    case .tooMany: why = "\(String(count)) deletions are more than max(5, 20 % of the known), or than --max-deletes"
    case .allChanged:
      why = "every known network that is listed has another content now, and \(String(count)) are not listed any more"
    case .wentBack:
      why = "the server went back in time, as after a restore, and does not list \(String(count)) known networks"
    }
    return UserMessage(
      exit: .held,
      code: "held_\(reason.rawValue)",
      message: reason == .otherAccount ? "this looks like another account" : "deletions are held",
      why: why,
      state: reason == .otherAccount
        ? "nothing of that account was taken in, nothing was sent; the replica stays as it was"
        : "nothing was deleted; everything else went on",
      next: [next]
    )
  }

  private static func api(_ failure: APIFailure, request: String, tries: Int, state: TerminalText) -> UserMessage {
    let request = request.removingPercentEncoding ?? request
    let tried: TerminalText = tries == 1 ? "\(request)" : "\(request), tried \(String(tries)) times"
    switch failure {
    case .credentials(let detail):
      return UserMessage(
        exit: .credentials,
        code: "key_rejected",
        message: "the API does not accept the key",
        why: "\(request) was answered \(String(detail.status ?? 401)) \(detail.title ?? "")",
        state: state,
        next: ["check the key at the portal, then export TELNYX_API_KEY=…"],
        telnyx: detail
      )
    case .unreachable(let reason):
      return UserMessage(
        exit: .notNow,
        code: "unreachable",
        message: "cannot reach the API",
        why: "\(reason): \(tried.string)",
        state: state,
        next: ["try again later"],
        isRetryable: true
      )
    case .noAnswer(let reason):
      return UserMessage(
        exit: .notNow,
        code: "no_answer",
        message: "the API does not answer",
        why: "\(reason): \(tried.string)",
        state: state,
        next: ["try again later"],
        isRetryable: true
      )
    case .serverFault(let detail):
      return UserMessage(
        exit: .notNow,
        code: "server_fault",
        message: "the API is in trouble",
        why: "\(tried.string): \(String(detail.status ?? 500)) \(detail.title ?? "")",
        state: state,
        next: ["try again later"],
        isRetryable: true,
        telnyx: detail
      )
    case .slowDown(let wait, let detail):
      return UserMessage(
        exit: .notNow,
        code: "throttled",
        message: "the API asks for fewer requests",
        why: tried,
        state: state,
        next: ["try again later"],
        isRetryable: true,
        retryAfter: wait,
        telnyx: detail
      )
    case .gone(let detail), .refused(let detail):
      return UserMessage(
        exit: .failed,
        code: "refused",
        message: "the API refused a request",
        why: "\(request): \(String(detail.status ?? 0)) \(detail.title ?? "") \(detail.detail ?? "")",
        state: state,
        next: ["see that TELNYX_BASE_URL is right"],
        telnyx: detail
      )
    case .notUnderstood(let misunderstanding):
      return UserMessage(
        exit: .failed,
        code: "not_understood",
        message: "an answer of the API was not understood",
        why: "\(request): \(words(misunderstanding))",
        state: state,
        next: ["see that TELNYX_BASE_URL is the Networks API and nothing stands in between"]
      )
    }
  }

  private static func words(_ misunderstanding: Misunderstanding) -> String {
    switch misunderstanding {
    case .redirect(let status): "a redirect (\(status)); redirects are never followed, the key must not travel"
    case .status(let status): "a status that the API does not document (\(status))"
    case .foreignNotFound: "a 404 that is not the API's own"
    case .malformed(let reason): reason
    case .wrongType(let path): "\(path) is missing or of the wrong type"
    case .otherRecord(let asked, let answered): "asked for \(asked), answered \(answered ?? "nothing")"
    case .otherPage(let asked, let answered): "asked for page \(asked), answered page \(answered)"
    case .implausible(let reason): reason
    case .tooLarge(let limit): "a body over the limit of \(limit) bytes"
    case .headersTooLarge: "more header fields, or longer ones, than are taken"
    case .tooManyPages(let limit): "more than \(limit) pages"
    }
  }
}
