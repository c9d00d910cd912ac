import NetsyncTestKit

/// What a campaign came to, as it is told.
struct CampaignAnswer {
  let summary: CampaignSummary
  let elapsed: Duration
  let world: WorldOptions
  let firstSeed: UInt64

  /// How many failing seeds are told with what they break; the others are named.
  private static let failuresShown = 20

  /// A canary must be missed in every seed.
  func isGood(stoppedEarly: Bool) -> Bool {
    if world.canary { return stoppedEarly ? !summary.failures.isEmpty : summary.failures.count == summary.seeds }
    return violationCount == 0
  }

  private var campaignViolations: [String] { world.canary ? [] : summary.campaignViolations }
  private var violationCount: Int { summary.failures.reduce(campaignViolations.count) { $0 + $1.what.count } }

  /// Every seed below the lowest that failed was run.
  var untilViolation: String {
    guard let failure = summary.failures.first else { return text }
    return "caught after \(failure.seed &- firstSeed &+ 1) seeds: \(failure.seed) \(failure.what.first ?? "")"
  }

  var text: String {
    var lines = rows.map { Self.padded($0.0) + $0.1 } + [""]
    if world.canary {
      let caught = summary.failures.count
      lines.append("canary: an edit was dropped in \(summary.seeds) seeds, and missed in \(caught)")
      lines += caught == summary.seeds ? ["every seed failed, as it must"] : ["some seeds did not notice"]
      return lines.joined(separator: "\n")
    }
    lines.append(Self.padded("violations") + String(violationCount))
    lines += campaignViolations.map { "  \($0)" }
    for failure in summary.failures.prefix(Self.failuresShown) {
      lines.append("seed \(failure.seed)")
      lines += failure.what.map { "  \($0)" }
      lines.append("  netsync-simulate --seed \(failure.seed) --trace\(world.arguments)")
    }
    let rest = summary.failures.dropFirst(Self.failuresShown).map { String($0.seed) }
    if !rest.isEmpty { lines.append("and \(rest.count) seeds more: \(rest.joined(separator: " "))") }
    return lines.joined(separator: "\n")
  }

  private var counts: SimulationCounts { summary.counts }

  private var rows: [(String, String)] {
    let seconds = elapsed / .seconds(1)
    let ended = counts.outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
    return [
      ("seeds", String(summary.seeds)),
      ("seconds", Self.tenths(seconds)),
      ("seeds per second", Self.tenths(Double(summary.seeds) / max(seconds, 0.001))),
      ("events", "\(counts.events), \(counts.events / max(summary.seeds, 1)) per seed, fewest \(fewestEvents)"),
      ("faults", String(counts.faults)),
      ("crashes", String(counts.crashes)),
      ("cycles", String(counts.cycles)),
      ("requests", String(counts.requests)),
      ("edits queued", String(counts.edits)),
      ("edits landed", "\(counts.landed), \(share) of the \(counts.meant) that were meant"),
      ("edits ended", ended.joined(separator: ", ")),
      ("conflicts settled", "\(counts.resolutions) by people"),
      ("trace hash", Self.hexadecimal(counts.hash)),
    ]
  }

  var coverage: String {
    let table = CoverageTable(counts.coverage, allowed: world.faults.faults)
    return "\(table.text)\n\(table.struck) of \(table.possible) cells struck"
  }

  private var fewestEvents: Int { summary.seeds > 0 ? summary.fewestEvents : 0 }

  private var share: String {
    counts.meant > 0 ? "\(Self.tenths(100 * Double(counts.landed) / Double(counts.meant))) %" : "none"
  }

  private static func padded(_ label: String) -> String {
    label + String(repeating: " ", count: max(1, 19 - label.count))
  }

  private static func tenths(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
