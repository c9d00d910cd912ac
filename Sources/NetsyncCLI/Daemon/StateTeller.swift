import Logging
import NetsyncEngine
import NetsyncReconcile
import NetsyncReplica
import Synchronization

/// Tells the log and systemd how the replica and its sync stand: in words that change only when something that matters has.
final class StateTeller: Sendable {
  private struct Told {
    var line = ""
    var isWell = true
  }

  private let replica: Replica
  private let logger: Logger
  private let notifier: SystemdNotifier?
  private let told = Mutex(Told())

  init(_ replica: Replica, _ logger: Logger, _ notifier: SystemdNotifier?) {
    self.replica = replica
    self.logger = logger
    self.notifier = notifier
  }

  /// Whether syncing does what can be done: a server that is away for a while is no illness, nor is a single failure; a key that is
  /// rejected again and again is.
  var isWell: Bool { told.withLock { $0.isWell } }

  func tell(_ state: LoopState) {
    guard let words = state.words, let status = try? replica.status() else { return }
    let headline = status.headline
    let line = words.isEmpty ? headline : "\(headline.prefix { $0 != "." }); \(words)."
    let isNews = told.withLock { told in
      defer {
        told.line = line
        told.isWell = state.isWell || status.alarm == nil
      }
      return told.line != line
    }
    guard isNews else { return }
    logger.info("state", metadata: ["is": "\(line)"])
    notifier?.status(line)
  }
}

extension LoopState {
  /// What is worth saying beside the state of the replica; nil for what passes at once.
  fileprivate var words: String? {
    switch self {
    case .syncing, .stopped: nil
    case .paused: "paused"
    case .waiting(_, after: .unreachable): "the API cannot be reached"
    case .waiting(_, after: .throttled), .waiting(_, after: .silence): "the API asks for patience"
    case .waiting(_, after: .keyRejected): "the API rejects the key"
    case .waiting(_, after: .failed): "the last sync failed"
    case .waiting: ""
    }
  }

  fileprivate var isWell: Bool {
    switch self {
    case .waiting(_, after: .keyRejected), .waiting(_, after: .failed): false
    case .syncing, .waiting, .paused, .stopped: true
    }
  }
}
