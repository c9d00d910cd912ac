import Metrics
import Synchronization

/// Keeps metrics in memory for whoever scrapes them.
///
/// A series that was made once stays, whatever is destroyed: a counter that vanished and came back would look like a restart.
final class PrometheusRegistry: MetricsFactory {
  private let help: [String: String]
  private let families = Mutex<[String: PrometheusFamily]>([:])

  /// - Parameter help: what each metric is, by its label.
  init(help: [String: String]) { self.help = help }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    cell(label, .counter, dimensions, CounterCell())
  }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    cell(label, .gauge, dimensions, GaugeCell())
  }

  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    // What is recorded has no unit that buckets could be chosen for.
    aggregate
      ? cell(label, .summary, dimensions, DistributionCell(bounds: []))
      : cell(label, .gauge, dimensions, GaugeCell())
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    cell(label, .histogram, dimensions, DistributionCell(bounds: DistributionCell.seconds))
  }

  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}

  /// Everything as Prometheus reads it.
  func text() -> String {
    families.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value.text).joined()
  }

  /// The cell of a series: the one that is there, or a new one.
  ///
  /// A name that is taken by another kind of metric gives a cell that nobody sees: half of a family cannot be another kind.
  private func cell<Cell: PrometheusCell>(
    _ label: String,
    _ kind: PrometheusFamily.Kind,
    _ dimensions: [(String, String)],
    _ new: Cell
  ) -> Cell {
    let name = PrometheusText.name(label, kind)
    let labels = PrometheusText.labels(dimensions)
    return families.withLock { families in
      var family = families[name] ?? PrometheusFamily(name: name, kind: kind, help: help[label])
      guard family.kind == kind else { return new }
      if let known = family.cells[labels] as? Cell { return known }
      family.cells[labels] = new
      families[name] = family
      return new
    }
  }
}

/// All series of one name.
struct PrometheusFamily: Sendable {
  enum Kind: String { case counter, gauge, histogram, summary }

  let name: String
  let kind: Kind
  let help: String?
  /// By their labels, as they are written.
  var cells: [String: any PrometheusCell] = [:]

  /// `# HELP`, `# TYPE`, and a line for each sample; nothing where there is none yet.
  var text: String {
    let samples = cells.sorted { $0.key < $1.key }.map { $1.samples(name, labels: $0) }.joined()
    guard !samples.isEmpty else { return "" }
    let help = help.map { "# HELP \(name) \(PrometheusText.help($0))\n" } ?? ""
    return "\(help)# TYPE \(name) \(kind.rawValue)\n\(samples)"
  }
}
