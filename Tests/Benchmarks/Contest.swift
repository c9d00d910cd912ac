import Foundation

/// Contenders that take turns, and what each took in each round.
struct Contest: Codable, Sendable {
  struct Contender: Codable, Sendable {
    var name: String
    var runs: [Run] = []
    /// What a round asked of the server; zeros where it asked nothing.
    var tallies: [PageServer.Tally] = []
  }

  /// Some contenders' time over others', round by round.
  struct Ratio: Codable, Sendable {
    var name: String
    var over: [String]
    var under: [String]
    /// What is aimed at, in words; nil where the ratio is only shown.
    var aim: String?
  }

  /// What was measured besides.
  struct Fact: Codable, Sendable {
    var name: String
    var value: String
  }

  var title: String
  private(set) var contenders: [Contender] = []
  var ratios: [Ratio] = []
  var facts: [Fact] = []

  init(_ title: String) {
    self.title = title
  }

  mutating func record(_ name: String, _ run: Run, _ tally: PageServer.Tally = .init()) {
    let index = contenders.firstIndex { $0.name == name } ?? contenders.endIndex
    if index == contenders.endIndex { contenders.append(Contender(name: name)) }
    contenders[index].runs.append(run)
    contenders[index].tallies.append(tally)
  }

  /// Seconds of each round, of several together.
  private func seconds(of names: [String]) -> [Double] {
    let runs = names.compactMap { name in contenders.first { $0.name == name }?.runs }
    guard runs.count == names.count, let rounds = runs.map(\.count).min() else { return [] }
    return (0..<rounds).map { round in runs.map { $0[round].seconds }.reduce(0, +) }
  }

  /// nil where a contender did not run.
  func spread(of ratio: Ratio) -> Spread? {
    let pairs = zip(seconds(of: ratio.over), seconds(of: ratio.under))
    return Spread(pairs.map { $0 / $1 })
  }

  /// As a table for a terminal.
  var table: String {
    var lines = ["", title]
    let columns = ["seconds: least, median, most".leftPadded(31), "processor".leftPadded(11), "peak".leftPadded(10)]
    lines.append("  " + "".padded(36) + columns.joined() + "requests".leftPadded(11) + "bodies".leftPadded(12))
    for contender in contenders {
      guard let seconds = Spread(contender.runs.map(\.seconds)),
        let processor = Spread(contender.runs.map(\.usage.processorSeconds)),
        let peak = contender.runs.map(\.usage.peakMemory).max(), let tally = contender.tallies.last
      else { continue }
      let used = "\(processor.median.text(2)) s".leftPadded(11) + "\(mebibytes(peak)) MiB".leftPadded(10)
      let asked = "\(tally.requests)".leftPadded(11) + "\(mebibytes(tally.bytes)) MiB".leftPadded(12)
      let line = "  " + contender.name.padded(36) + seconds.text(3).leftPadded(31) + used
      lines.append(tally.requests > 0 ? line + asked : line)
    }
    for ratio in ratios {
      guard let spread = spread(of: ratio) else { continue }
      lines.append("  \(ratio.name): \(spread.text(2))\(ratio.aim.map { "   (aim: \($0))" } ?? "")")
    }
    lines += facts.map { "  \($0.name): \($0.value)" }
    return lines.joined(separator: "\n")
  }
}

/// The least, the median and the most of what was measured.
struct Spread: Sendable {
  let least, median, most: Double

  init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    median = sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    (least, most) = (sorted[0], sorted[sorted.count - 1])
  }

  func text(_ digits: Int) -> String { [least, median, most].map { $0.text(digits) }.joined(separator: "  ") }
}

func mebibytes(_ bytes: Int) -> String { (Double(bytes) / 1_048_576).text(1) }

extension Double {
  func text(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}

extension String {
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
