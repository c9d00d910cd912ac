import Hummingbird
import HummingbirdCore
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// What a person can do with an edit that waits.
enum QueueWork: String {
  case retry, discard
}

/// What a person can do with a network.
enum NetworkWork: String {
  case rename, delete
}

/// What of what is held a person can allow.
enum HeldWork: String {
  case remove, send
}

extension Page {
  /// Queues a new network.
  func create(_ name: String?) throws -> Response {
    guard let name = try? NetworkName(edited: name ?? "") else { return Said(.noName).redirect(to: "/networks") }
    let localID = LocalID.random(at: replica.now())
    return Said(try replica.create(name, localID: localID)).redirect(to: "/networks/\(localID.text)")
  }

  /// Queues a rename or a delete.
  func edit(_ reference: String, _ work: NetworkWork?, _ name: String?) throws -> Response {
    let network = try found(reference)
    let intent: Intent
    switch work {
    case .delete: intent = .delete
    case .rename:
      guard let name = try? NetworkName(edited: name ?? "") else { return Said(.noName).redirect(to: network.path) }
      intent = .rename(to: name)
    case nil: throw Refusal.noForm
    }
    let said = try unlessGone(nil) { () throws(ReplicaError) in Said(try replica.edit(network.key, intent)) }
    // A network that was never sent is gone with the edit that made it.
    let isThere = try replica.network(network.key) != nil
    return said.redirect(to: isThere ? network.path : "/")
  }

  /// Queues the reverse of a change.
  func undo(_ change: ChangeNumber, of reference: String) throws -> Response {
    let network = try found(reference)
    let said = try unlessGone(nil) { () throws(ReplicaError) in
      switch try replica.undo(change, localID: .random(at: replica.now())) {
      case .edited(let receipt): Said(receipt)
      case .anew(let edit, _): Said(.anew, edit)
      case .refused: Said(.notUndone)
      }
    }
    let isThere = try replica.network(network.key) != nil
    return said.redirect(to: isThere ? network.path : "/")
  }

  /// Asks for a sync that carries out what a guard holds, where that is still as much as the page showed.
  func allow(_ work: HeldWork?, _ count: Int?) throws -> Said {
    guard let work, let count, count > 0 else { throw Refusal.noForm }
    switch work {
    case .remove:
      guard try replica.heldRemovals(limit: 0)?.count == count else { return Said(.moved) }
      syncNow(SyncApproval(removals: count))
    case .send:
      guard try replica.status().outbox[.held] == count else { return Said(.moved) }
      syncNow(SyncApproval(deletions: count))
    }
    return Said(.allowed)
  }

  private func found(_ reference: String) throws -> Network {
    guard case .found(let network) = try replica.find(reference) else { throw Refusal.notFound }
    return network
  }

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
  private func unlessGone(_ edit: EditNumber?, _ act: () throws(ReplicaError) -> Said) throws(ReplicaError) -> Said {
    do { return try act() } catch .noEdit, .notPossible, .noConflict, .networkGone, .noChange {
      return Said(.changed, edit)
    }
  }
}

/// What was done, as a page tells it after a form was sent.
struct Said {
  enum Outcome: String {
    case syncing, mine, anew, theirs, retried, discarded, changed, queued, already, allowed, moved
    case takenBack = "taken_back"
    case noName = "no_name"
    case notUndone = "not_undone"
  }

  let outcome: Outcome
  let edit: EditNumber?

  init(_ outcome: Outcome, _ edit: EditNumber? = nil) {
    self.outcome = outcome
    self.edit = edit
  }

  init(_ receipt: EditReceipt) {
    switch receipt {
    case .queued(let edit, _, replacing: _): self.init(.queued, edit)
    case .takenBack(let edit): self.init(.takenBack, edit)
    case .nothingToDo: self.init(.already)
    }
  }

  /// Reads it from an address that ``redirect(to:)`` led to.
  init?(_ uri: URI) {
    guard let outcome = uri.queryParameters.get("said", as: Outcome.self) else { return nil }
    self.init(outcome, uri.queryParameters.get("edit", as: EditNumber.self))
  }

  /// - Parameter path: of a page that tells it.
  func redirect(to path: String = "/") -> Response {
    .redirect(to: "\(path)?said=\(outcome.rawValue)" + (edit.map { "&edit=\($0)" } ?? ""), type: .normal)
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
    case .queued: "\(edit) is queued, and goes with the next sync. Until then it can be discarded."
    case .takenBack: "\(edit) is taken back; nothing is left to send."
    case .already: "It is so already. Nothing was queued."
    case .noName: "A name needs a character that can be seen. Nothing was queued."
    case .notUndone: "That change cannot be undone as things are: 'netsync undo' says why. Nothing was queued."
    case .allowed: "It was allowed, and a sync was asked for."
    case .moved: "What is held is no longer as this page showed it. Nothing was done."
    case .changed: "\(edit) is no longer as this page showed it. Nothing was done."
    }
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}

extension Network {
  /// Of its own page.
  fileprivate var path: String { "/networks/\(id?.text ?? localID?.text ?? "")" }
}
