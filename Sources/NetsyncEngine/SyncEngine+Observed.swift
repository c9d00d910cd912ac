import NetsyncModel
import NetsyncReplica
import Tracing

/// The two kinds of cycles.
enum CycleKind: String, CaseIterable, Sendable {
  case pull, push
}

/// What is counted of any cycle.
protocol CycleReport: Sendable {
  static var kind: CycleKind { get }
  var outcome: CycleOutcome { get }
  var duration: Duration { get }
  var requests: Int { get }
  var bytes: Int { get }
  var landed: [Intent.Action: Int] { get }
  var refused: Int { get }
}

extension PullReport: CycleReport {
  static var kind: CycleKind { .pull }
  var requests: Int { counts.requests }
  var bytes: Int { counts.bytes }
  var landed: [Intent.Action: Int] { [:] }
  var refused: Int { 0 }
}

extension PushReport: CycleReport {
  static var kind: CycleKind { .push }
  var landed: [Intent.Action: Int] { [.create: created, .rename: renamed, .delete: deleted] }
}

extension SyncEngine {
  /// Runs a cycle in a span of its own, and counts what it came to.
  func observed<Report: CycleReport>(_ cycle: () async -> Report) async -> Report {
    await withSpan("netsync.\(Report.kind.rawValue)") { span in
      let report = await cycle()
      span.attributes["netsync.outcome"] = report.outcome.rawValue
      span.attributes["netsync.requests"] = report.requests
      if let metrics {
        metrics.record(report)
        if let status = try? replica.status() { metrics.record(status) }
      }
      return report
    }
  }
}
