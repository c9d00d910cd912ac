package import Metrics
import NetsyncModel
package import NetsyncReplica

/// What pulls and pushes come to, for whoever collects metrics. Labels are of fixed sets: never a name, an id or an address.
package struct EngineMetrics: Sendable {
  private let cycles: [CycleKind: CycleMetrics]
  private let landed: [Intent.Action: Counter]
  private let refused: Counter
  private let gauges: ReplicaGauges

  /// Makes the instruments, once for an engine.
  ///
  /// - Returns: nil where nobody collects: then nothing is counted, and the replica is not asked for it.
  package init?(factory: any MetricsFactory = MetricsSystem.factory) {
    guard !(factory is NOOPMetricsHandler) else { return nil }
    cycles = byCase { CycleMetrics($0, factory) }
    landed = byCase { Counter(label: Name.landed, dimensions: [("action", $0.rawValue)], factory: factory) }
    refused = Counter(label: Name.refused, factory: factory)
    gauges = ReplicaGauges(factory: factory)
  }

  func record(_ report: some CycleReport) {
    cycles[type(of: report).kind]?.record(report)
    for (action, count) in report.landed { landed[action]?.increment(by: count) }
    refused.increment(by: report.refused)
  }

  func record(_ status: ReplicaStatus) { gauges.record(status) }
}

/// The instruments of pulls, or of pushes.
private struct CycleMetrics: Sendable {
  let ended: [CycleOutcome: Counter]
  let duration: Timer
  let requests: Counter
  let bytes: Counter

  init(_ kind: CycleKind, _ factory: any MetricsFactory) {
    let labels = [("kind", kind.rawValue)]
    ended = byCase {
      Counter(label: Name.cycles, dimensions: labels + [("outcome", $0.rawValue)], factory: factory)
    }
    duration = Timer(label: Name.duration, dimensions: labels, factory: factory)
    requests = Counter(label: Name.requests, dimensions: labels, factory: factory)
    bytes = Counter(label: Name.bytes, dimensions: labels, factory: factory)
  }

  func record(_ report: some CycleReport) {
    ended[report.outcome]?.increment()
    duration.record(duration: report.duration)
    requests.increment(by: report.requests)
    bytes.increment(by: report.bytes)
  }
}

/// How the replica stands, as gauges.
package struct ReplicaGauges: Sendable {
  private let networks: Meter
  private let interfaces: Meter
  private let outbox: [OperationState.Word: Meter]
  private let conflicts: Meter
  private let completeAsOf: Meter
  private let isInSync: Meter
  private let failedPulls: Meter
  private let isAlarming: Meter

  package init(factory: any MetricsFactory) {
    networks = Meter(label: Name.networks, factory: factory)
    interfaces = Meter(label: Name.interfaces, factory: factory)
    outbox = byCase { Meter(label: Name.outbox, dimensions: [("state", $0.rawValue)], factory: factory) }
    conflicts = Meter(label: Name.conflicts, factory: factory)
    completeAsOf = Meter(label: Name.completeAsOf, factory: factory)
    isInSync = Meter(label: Name.inSync, factory: factory)
    failedPulls = Meter(label: Name.failedPulls, factory: factory)
    isAlarming = Meter(label: Name.alarm, factory: factory)
  }

  package func record(_ status: ReplicaStatus) {
    networks.set(status.networks)
    interfaces.set(status.interfaces)
    for (state, meter) in outbox { meter.set(status.outbox[state] ?? 0) }
    conflicts.set(status.conflicts)
    if let time = status.completeAsOf { completeAsOf.set(Double(time.microseconds) / 1_000_000) }
    isInSync.set(status.isInSync ? 1 : 0)
    failedPulls.set(status.failing?.count ?? 0)
    isAlarming.set(status.alarm == nil ? 0 : 1)
  }
}

private enum Name {
  static let cycles = "netsync_cycles_total"
  static let duration = "netsync_cycle_duration_seconds"
  static let requests = "netsync_requests_total"
  static let bytes = "netsync_received_bytes_total"
  static let landed = "netsync_edits_landed_total"
  static let refused = "netsync_edits_refused_total"
  static let networks = "netsync_networks"
  static let interfaces = "netsync_interfaces"
  static let outbox = "netsync_outbox_edits"
  static let conflicts = "netsync_conflicts"
  static let completeAsOf = "netsync_complete_as_of_seconds"
  static let inSync = "netsync_in_sync"
  static let failedPulls = "netsync_failed_pulls"
  static let alarm = "netsync_alarm"
}

extension EngineMetrics {
  /// What each metric is, in a sentence.
  package static let help = [
    Name.cycles: "Pulls and pushes that ended, by outcome.",
    Name.duration: "How long a pull or a push took.",
    Name.requests: "Requests sent to the API.",
    Name.bytes: "Bytes of the API's answers.",
    Name.landed: "Edits that the API has taken, by action.",
    Name.refused: "Edits that the API refused for good.",
    Name.networks: "Networks in the replica, local edits included.",
    Name.interfaces: "Interfaces in the replica.",
    Name.outbox: "Edits that have not reached the API, by state.",
    Name.conflicts: "Conflicts that wait for a person.",
    Name.completeAsOf: "When the last complete pull began, in Unix time.",
    Name.inSync: "1 when the outbox is empty, nothing is held, and the last pull was complete.",
    Name.failedPulls: "Pulls in a row that have failed, up to now.",
    Name.alarm: "1 when so many pulls in a row have failed that somebody should look (alarm.after).",
  ]
}

/// A value for each case.
private func byCase<Case: CaseIterable & Hashable, Value>(_ value: (Case) -> Value) -> [Case: Value] {
  Dictionary(uniqueKeysWithValues: Case.allCases.map { ($0, value($0)) })
}
