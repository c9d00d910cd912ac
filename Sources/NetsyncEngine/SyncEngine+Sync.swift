package import NetsyncModel
import NetsyncReconcile

/// What a sync is to do: pull, push, or both, one after the other.
package struct SyncOptions: Hashable, Sendable {
  package var pull: PullOptions?
  package var push: PushOptions?

  package init(pull: PullOptions? = nil, push: PushOptions? = nil) {
    self.pull = pull
    self.push = push
  }
}

extension SyncEngine {
  /// Pulls, then pushes, as far as either is asked for. Whatever fails, no edit is lost and nothing is removed without evidence.
  package func sync(
    _ options: SyncOptions,
    onProgress: @Sendable (SyncProgress) -> Void = { _ in }
  ) async -> SyncReport {
    var report = SyncReport()
    if let pull = options.pull {
      let pulled = await self.pull(pull, onProgress: onProgress)
      report.pull = pulled
      if endsSync(pulled.facts) { return report }
    }
    if var push = options.push {
      push.sweep = report.pull?.sweep
      onProgress(.pushing)
      report.push = await self.push(push)
    }
    return report
  }
}
