import NetsyncEngine
import NetsyncModel

/// How a sync ended.
public enum SyncOutcome: Hashable, Sendable {
  /// Everything was pulled and sent.
  case done
  /// A conflict, a create in doubt or a refused edit waits for a person.
  case needsDecision
  /// A guard holds what would be destroyed.
  case held
  /// The server could not be reached, was in trouble or asked for patience; another process syncs; or the replica is closed. The next
  /// sync carries on.
  case notNow
  /// There is no key.
  case noKey
  /// The server refused the key.
  case keyRejected
  /// Anything else, in words for a log.
  case failed(String)

  init(_ failure: CycleFailure) {
    switch failure {
    case .api(.credentials, _, _): self = .keyRejected
    case .api(let failure, _, _) where failure.isTransient: self = .notNow
    case .quiet, .timedOut, .stopped, .busy: self = .notNow
    case .held: self = .held
    case .api, .replica: self = .failed(String(describing: failure))
    }
  }
}
