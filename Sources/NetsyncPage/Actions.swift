import Hummingbird
import HummingbirdCore
import NetsyncModel
import NetsyncReplica

/// What a person can do with an edit that waits.
enum QueueWork: String {
  case retry, discard
}

extension Page {
  /// Takes a side of an edit's conflict.
  func resolve(_ edit: EditNumber, _ side: ConflictSide?) throws -> Said {
    guard let side else { throw Refusal.noForm }
    return try unlessGone(edit) { () throws(ReplicaError) in
      guard let operation = try replica.operation(edit) else { throw .noEdit(edit) }
      let resolution = try replica.resolveConflict(
        of: operation.network,
        taking: side,
        localID: .random(at: replica.now())
      )
      return switch resolution {
      case .mineQueued(let edit): Said(.mine, edit)
      case .mineAnew(let edit, _): Said(.anew, edit)
      case .theirsStands(let edit): Said(.theirs, edit)
      }
    }
  }

  /// Makes an edit due, or takes it back.
  func work(on edit: EditNumber, _ work: QueueWork?) throws -> Said {
    guard let work else { throw Refusal.noForm }
    return try unlessGone(edit) { () throws(ReplicaError) in
      switch work {
      case .retry:
        _ = try replica.retry(edit)
        return Said(.retried, edit)
      case .discard:
        _ = try replica.discard(edit)
        return Said(.discarded, edit)
      }
    }
  }

  /// Between the page and the button somebody else may have settled it.
  private func unlessGone(_ edit: EditNumber, _ act: () throws(ReplicaError) -> Said) throws(ReplicaError) -> Said {
    do { return try act() } catch .noEdit, .notPossible, .noConflict, .networkGone { return Said(.changed, edit) }
  }
}

/// What was done, as the overview tells it after a form was sent.
struct Said {
  enum Outcome: String {
    case syncing, mine, anew, theirs, retried, discarded, changed
  }

  let outcome: Outcome
  let edit: EditNumber?

  init(_ outcome: Outcome, _ edit: EditNumber? = nil) {
    self.outcome = outcome
    self.edit = edit
  }

  /// Reads it from an address that ``redirect`` led to.
  init?(_ uri: URI) {
    guard let outcome = uri.queryParameters.get("said", as: Outcome.self) else { return nil }
    self.init(outcome, uri.queryParameters.get("edit", as: EditNumber.self))
  }

  var redirect: Response {
    .redirect(to: "/?said=\(outcome.rawValue)" + (edit.map { "&edit=\($0)" } ?? ""), type: .normal)
  }

  var words: String {
    let edit = edit.map { "Edit \($0)" } ?? "The edit"
    return switch outcome {
    case .syncing: "A sync was asked for."
    case .mine: "Yours stands: \(edit.lowercasedFirst) waits to be sent."
    case .anew:
      "Yours stands: the network is made anew, with a new id and without its interfaces (\(edit.lowercasedFirst))."
    case .theirs:
      "Theirs stands: \(edit.lowercasedFirst) is dropped. 'netsync log' shows it, 'netsync undo' brings it back."
    case .retried: "\(edit) waits to be sent again."
    case .discarded: "\(edit) was discarded. 'netsync log' shows it, 'netsync undo' brings it back."
    case .changed: "\(edit) is no longer as this page showed it. Nothing was done."
    }
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
