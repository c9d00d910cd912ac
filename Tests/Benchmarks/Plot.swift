/// Contests as a drawing (SVG): for each contender a bar as long as its median, with a line from the least to the most.
struct Plot: Sendable {
  let contests: [Contest]

  private static let width = 900.0
  private static let labels = 300.0
  private static let bars = 500.0
  private static let row = 24.0

  /// - Parameter isDark: for a page that is.
  func svg(isDark: Bool) -> String {
    var lines: [String] = []
    var y = 0.0
    for contest in contests {
      y += Self.row * 1.5
      lines.append(#"<text class="title" x="0" y="\#(y.text(0))">\#(contest.title.escaped)</text>"#)
      let spreads = contest.contenders.compactMap { contender in
        Spread(contender.runs.map(\.seconds)).map { (contender.name, $0) }
      }
      let scale = Self.bars / max(spreads.map(\.1.most).max() ?? 1, 1e-9)
      for (name, spread) in spreads {
        y += Self.row
        lines += Self.bar(name, spread, scale, at: y)
      }
    }
    let height = (y + Self.row).text(0)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width.text(0)) \(height)" role="img" font-family="sans-serif" \
      font-size="14">
      <style>
      \(isDark ? "text { fill: #f5f5f7 } line { stroke: #f5f5f7 }" : "text { fill: #1d1d1f } line { stroke: #1d1d1f }")
      .title { font-weight: 600 } .ours { fill: #0a7 } .floor { fill: #999 }
      </style>
      \(lines.joined(separator: "\n"))
      </svg>

      """
  }

  private static func bar(_ name: String, _ spread: Spread, _ scale: Double, at y: Double) -> [String] {
    func x(_ seconds: Double) -> String { (labels + seconds * scale).text(1) }
    let kind = name.hasPrefix("netsync") ? "ours" : "floor"
    let middle = (y - 5).text(0)
    return [
      #"<text x="0" y="\#(y.text(0))">\#(name.escaped)</text>"#,
      """
      <rect class="\(kind)" x="\(labels.text(0))" y="\((y - 13).text(0))" width="\((spread.median * scale).text(1))" height="16"/>
      """,
      #"<line x1="\#(x(spread.least))" x2="\#(x(spread.most))" y1="\#(middle)" y2="\#(middle)"/>"#,
      #"<text x="\#((labels + bars + 10).text(0))" y="\#(y.text(0))">\#(spread.median.text(3)) s</text>"#,
    ]
  }
}

extension String {
  fileprivate var escaped: String {
    replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
