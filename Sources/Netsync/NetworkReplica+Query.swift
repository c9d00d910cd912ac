public import NetsyncModel
import NetsyncReplica

extension NetworkReplica {
  /// Runs one read-only statement on the documented views: `networks`, `interfaces`, `outbox`, `conflicts`, `syncs`, `changes`, and
  /// `server`, which has what `netsync doctor --network` found of the API.
  ///
  /// It has a connection of its own, which can write nothing and attach no other file. Cancelling the task ends the statement.
  ///
  /// - Parameters:
  ///   - sql: one statement.
  ///   - maximumRows: how many at most; ``QueryAnswer/isCut`` tells whether there were more.
  ///   - timeout: when to end it.
  /// - Throws: ``NetsyncError/queryRefused(reason:)``, ``NetsyncError/queryTookTooLong(_:)``, ``NetsyncError/cancelled``;
  ///   ``NetsyncError/damaged(path:reason:)``, ``NetsyncError/storage(path:reason:)``.
  @concurrent public func query(
    _ sql: String,
    maximumRows: Int = 10_000,
    timeout: Duration = .seconds(30)
  ) async throws(NetsyncError) -> QueryAnswer {
    guard !Task.isCancelled else { throw .cancelled }
    let way = try step { replica throws(ReplicaError) in try replica.readingWay() }
    defer { withExtendedLifetime(way) {} }
    do {
      return try await ReplicaQuery(path: way?.address ?? replica.path, timeout: timeout, maximumRows: maximumRows).run(
        sql
      )
    } catch {
      switch error {
      case .refused(let reason): throw .queryRefused(reason: reason)
      case .tookTooLong: throw Task.isCancelled ? .cancelled : .queryTookTooLong(timeout)
      case .replica(let error): throw NetsyncError(error)
      }
    }
  }
}
