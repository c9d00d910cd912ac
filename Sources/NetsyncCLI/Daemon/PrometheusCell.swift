import Metrics
import Synchronization

/// One series: a value that changes, and the lines that tell it.
protocol PrometheusCell: AnyObject, Sendable {
  func samples(_ name: String, labels: String) -> String
}

/// A count that only grows.
final class CounterCell: CounterHandler, PrometheusCell {
  private let count = Atomic<Int64>(0)

  func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
  func reset() { count.store(0, ordering: .relaxed) }

  func samples(_ name: String, labels: String) -> String {
    PrometheusText.sample(name, labels, String(count.load(ordering: .relaxed)))
  }
}

/// A value that goes up and down; no sample before it was set.
final class GaugeCell: MeterHandler, RecorderHandler, PrometheusCell {
  private let value = Mutex<Double?>(nil)

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.withLock { $0 = value } }
  func increment(by amount: Double) { value.withLock { $0 = ($0 ?? 0) + amount } }
  func decrement(by amount: Double) { increment(by: -amount) }
  func record(_ value: Int64) { set(value) }
  func record(_ value: Double) { set(value) }

  func samples(_ name: String, labels: String) -> String {
    guard let value = value.withLock({ $0 }) else { return "" }
    return PrometheusText.sample(name, labels, PrometheusText.number(value))
  }
}

/// How values spread: a histogram where there are bounds, else their sum and count.
final class DistributionCell: TimerHandler, RecorderHandler, PrometheusCell {
  /// From a request on this host to the five minutes that a cycle may take.
  static let seconds = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300]

  private struct State {
    /// Values that are no larger than the bound of the same place, and than no smaller one.
    var counts: [Int]
    var count = 0
    var sum = 0.0
  }

  private let bounds: [Double]
  private let state: Mutex<State>

  /// - Parameter bounds: in ascending order.
  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count)))
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }
  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let bucket = bounds.firstIndex { value <= $0 }
    state.withLock { state in
      if let bucket { state.counts[bucket] += 1 }
      state.count += 1
      state.sum += value
    }
  }

  func samples(_ name: String, labels: String) -> String {
    let state = state.withLock { $0 }
    var text = ""
    var below = 0
    for (bound, count) in zip(bounds, state.counts) {
      below += count
      let labels = PrometheusText.adding("le", PrometheusText.number(bound), to: labels)
      text += PrometheusText.sample("\(name)_bucket", labels, String(below))
    }
    if !bounds.isEmpty {
      let labels = PrometheusText.adding("le", "+Inf", to: labels)
      text += PrometheusText.sample("\(name)_bucket", labels, String(state.count))
    }
    text += PrometheusText.sample("\(name)_sum", labels, PrometheusText.number(state.sum))
    return text + PrometheusText.sample("\(name)_count", labels, String(state.count))
  }
}
