public import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// What an edit did, and the way to learn what the server made of it.
public struct Receipt: Sendable {
  /// What an edit did here.
  public enum Effect: Hashable, Sendable {
    /// It waits to be sent under this number, in place of an earlier edit of the network that it took in.
    case queued(EditNumber, replacing: EditNumber?)
    /// It undid this edit, which had not been sent. Nothing is left to send.
    case tookBack(EditNumber)
    /// It asks for what is so already, or what an edit that waits asks for as well.
    case nothingToDo
  }

  /// What the edit did here.
  public let effect: Effect
  /// Of a network that the edit makes: its id until the server gives one, and valid for ever.
  public let localID: LocalID?

  private let owner: NetworkReplica

  /// The number to find it under in the outbox, and to keep where its settlement is waited for after a restart; nil where there is
  /// nothing to send.
  public var edit: EditNumber? {
    switch effect {
    case .queued(let edit, replacing: _): edit
    case .tookBack, .nothingToDo: nil
    }
  }

  /// Whether anything is left to send.
  public var isQueued: Bool { edit != nil }

  init(_ effect: Effect, localID: LocalID? = nil, owner: NetworkReplica) {
    self.effect = effect
    self.localID = localID
    self.owner = owner
  }

  init(_ receipt: EditReceipt, localID: LocalID? = nil, owner: NetworkReplica) {
    switch receipt {
    case .queued(let edit, _, replacing: let replaced): effect = .queued(edit, replacing: replaced)
    case .takenBack(let edit): effect = .tookBack(edit)
    case .nothingToDo: effect = .nothingToDo
    }
    self.localID = localID
    self.owner = owner
  }

  /// Waits until the edit is settled: the server has it or refused it, something else took its place, or only a person can carry it
  /// on. Whichever process sends it, somebody has to: this only waits.
  ///
  /// An edit that another one took in is ``Settlement/superseded(by:)``; whether the later one matters as much is the caller's to
  /// know, so it is not followed: ask ``NetworkReplica/settlement(of:)`` for it.
  ///
  /// - Throws: ``NetsyncError/cancelled``, ``NetsyncError/closed``, ``NetsyncError/editNotFound(_:)`` for one that was settled too
  ///   long ago, ``NetsyncError/storage(path:reason:)``.
  public func settlement() async throws(NetsyncError) -> Settlement {
    guard let edit else { return .nothingToSend }
    return try await owner.settlement(of: edit)
  }
}

extension NetworkReplica {
  /// Waits until an edit is settled, as ``Receipt/settlement()`` does: for an edit of an earlier run, or of another process.
  ///
  /// - Throws: ``NetsyncError/editNotFound(_:)``, ``NetsyncError/cancelled``, ``NetsyncError/closed``,
  ///   ``NetsyncError/storage(path:reason:)``.
  @concurrent public func settlement(of edit: EditNumber) async throws(NetsyncError) -> Settlement {
    var version: Int?
    while true {
      version = try await commits.version(after: version)
      guard version != nil else { throw Task.isCancelled ? .cancelled : .closed }
      switch try step({ replica throws(ReplicaError) in try replica.progress(of: edit) }) {
      case .open: continue
      case .settled(let settlement): return settlement
      case .unknown: throw .editNotFound(edit)
      }
    }
  }
}
