import Metrics
import Testing

@testable import NetsyncCLI

@Suite struct PrometheusRegistryTests {
  private let registry = PrometheusRegistry(help: ["edits": "Edits \\ that\nlanded."])

  @Test func `a counter has help, a type, its labels by name, and the suffix`() {
    Counter(label: "edits", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment(by: 3)
    #expect(
      registry.text() == #"""
        # HELP edits_total Edits \\ that\nlanded.
        # TYPE edits_total counter
        edits_total{a="1",b="2"} 3

        """#
    )
  }

  @Test func `an instrument made again counts on`() {
    Counter(label: "edits", factory: registry).increment(by: 2)
    Counter(label: "edits", factory: registry).increment(by: 3)
    #expect(registry.text().hasSuffix("\nedits_total 5\n"))
  }

  @Test func `a gauge is silent until it was set`() {
    let gauge = Meter(label: "age", factory: registry)
    #expect(registry.text().isEmpty)
    gauge.set(1_764_243_226.916923)
    #expect(registry.text() == "# TYPE age gauge\nage 1764243226.916923\n")
    gauge.set(7)
    #expect(registry.text() == "# TYPE age gauge\nage 7\n")
  }

  @Test func `a timer is a histogram in seconds that only grows from bucket to bucket`() {
    let timer = Timer(label: "took_seconds", dimensions: [("kind", "pull")], factory: registry)
    timer.recordMilliseconds(50)
    timer.recordMilliseconds(700)
    timer.recordSeconds(1_000)
    #expect(
      registry.text() == """
        # TYPE took_seconds histogram
        took_seconds_bucket{kind="pull",le="0.01"} 0
        took_seconds_bucket{kind="pull",le="0.05"} 1
        took_seconds_bucket{kind="pull",le="0.1"} 1
        took_seconds_bucket{kind="pull",le="0.5"} 1
        took_seconds_bucket{kind="pull",le="1"} 2
        took_seconds_bucket{kind="pull",le="5"} 2
        took_seconds_bucket{kind="pull",le="10"} 2
        took_seconds_bucket{kind="pull",le="30"} 2
        took_seconds_bucket{kind="pull",le="60"} 2
        took_seconds_bucket{kind="pull",le="300"} 2
        took_seconds_bucket{kind="pull",le="+Inf"} 3
        took_seconds_sum{kind="pull"} 1000.75
        took_seconds_count{kind="pull"} 3

        """
    )
  }

  @Test func `a recorder is a summary, or a gauge where nothing is to be added up`() {
    Recorder(label: "size", factory: registry).record(3)
    Recorder(label: "level", aggregate: false, factory: registry).record(4)
    #expect(
      registry.text() == "# TYPE level gauge\nlevel 4\n# TYPE size summary\nsize_sum 3\nsize_count 1\n"
    )
  }

  @Test func `a label's value cannot end its line or its quotes`() {
    Counter(label: "edits", dimensions: [("name", "a\"b\\c\nd")], factory: registry).increment()
    #expect(registry.text().hasSuffix(#"edits_total{name="a\"b\\c\nd"} 1"# + "\n"))
  }

  @Test func `a name that Prometheus would not take is made one`() {
    Meter(label: "http.server-time", factory: registry).set(1)
    Meter(label: "9lives", factory: registry).set(1)
    #expect(registry.text().contains("\nhttp_server_time 1\n"))
    #expect(registry.text().contains("\n_9lives 1\n"))
  }

  @Test func `a name keeps its first kind`() {
    Meter(label: "x_total", factory: registry).set(1)
    Counter(label: "x", factory: registry).increment(by: 5)
    #expect(registry.text() == "# TYPE x_total gauge\nx_total 1\n")
  }

  @Test(arguments: [(Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (0.25, "0.25"), (-3, "-3")])
  func `numbers are written as Go reads them`(value: Double, text: String) {
    #expect(PrometheusText.number(value) == text)
  }
}
