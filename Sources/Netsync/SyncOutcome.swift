import NetsyncEngine
import NetsyncModel
import NetsyncReconcile

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

  init(_ report: SyncReport) {
    switch report.verdict.end {
    case .done: self = .done
    case .undecided, .refused: self = .needsDecision
    case .held: self = .held
    case .notNow, .busy, .stopped: self = .notNow
    case .keyRejected: self = .keyRejected
    case .damaged, .failed: self = .failed(report.failure.map(String.init(describing:)) ?? "")
    }
  }
}
