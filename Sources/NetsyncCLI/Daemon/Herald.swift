import NetsyncEngine
import NetsyncReconcile
import NetsyncReplica
import ServiceLifecycle
import Synchronization

/// Has the hooks of a daemon run, one after the other, beside the sync: that waits for none of them.
final class Herald: Service {
  private let replica: Replica
  private let hooks: Hooks
  private let last: Mutex<NoticeState>
  private let told: AsyncStream<[Notice]>
  private let queue: AsyncStream<[Notice]>.Continuation

  /// What is so already when it begins is not told.
  init(_ replica: Replica, _ hooks: Hooks) throws(ReplicaError) {
    self.replica = replica
    self.hooks = hooks
    last = Mutex(try replica.noticeState())
    (told, queue) = AsyncStream.makeStream()
  }

  /// Looks what has come about, where a sync has ended.
  func look(after state: LoopState) {
    guard case .waiting = state, let now = try? replica.noticeState() else { return }
    let news = last.withLock { last in
      defer { last = now }
      return notices(from: last, to: now)
    }
    if !news.isEmpty { queue.yield(news) }
  }

  func run() async {
    for await notices in told.cancelOnGracefulShutdown() { await hooks.tell(notices, of: replica) }
  }
}
