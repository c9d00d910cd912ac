/// A graph as SVG: networks on the left, their interfaces in the middle, regions on the right. It stands by itself, for light and dark.
struct GraphDrawing: Sendable {
  /// In units of the picture, which are pixels at its own size.
  private static let (row, margin, boxHeight) = (28, 16, 22)
  private static let (networkX, interfaceX, regionX) = (16, 330, 700)
  private static let (boxWidth, regionWidth) = (270, 190)
  /// A letter of the font takes no more than so much of a column, as wide letters take two.
  private static let column = 7.4

  private struct Box {
    var x: Int
    var y: Int
    var width: Int
    var text: TerminalText
    /// Of the style sheet.
    var kind: String
    /// What is said where it is pointed at.
    var words: String
  }

  private struct Link {
    var from: (x: Int, y: Int)
    var to: (x: Int, y: Int)
    var isDashed: Bool
  }

  private var boxes: [Box] = []
  private var links: [Link] = []
  private let size: (width: Int, height: Int)
  private let title: String

  init(_ graph: NetworkGraph) {
    var row = 0
    /// The rows that the interfaces of each region stand in.
    var rows = Array(repeating: [Int](), count: graph.regions.count)
    func y(_ row: Int) -> Int { Self.margin + row * Self.row }
    var pending: [(from: Int, region: Int, isDashed: Bool)] = []
    for network in graph.networks {
      let span = max(1, network.interfaces.count)
      let middle = (y(row) + y(row + span - 1)) / 2
      let words = network.state.map { "\(network.name.string), \($0.string)" } ?? network.name.string
      boxes.append(
        Box(
          x: Self.networkX,
          y: middle,
          width: Self.boxWidth,
          text: network.name,
          kind: network.state == nil ? "n" : "n w",
          words: words
        )
      )
      for (index, interface) in network.interfaces.enumerated() {
        let top = y(row + index)
        boxes.append(
          Box(
            x: Self.interfaceX,
            y: top,
            width: Self.boxWidth,
            text: interface.name,
            kind: interface.isProvisioned ? "i" : "i w",
            words: "\(interface.name.string), \(interface.words.string)"
          )
        )
        links.append(
          Link(
            from: (Self.networkX + Self.boxWidth, middle),
            to: (Self.interfaceX, top),
            isDashed: !interface.isProvisioned
          )
        )
        if let region = interface.region {
          rows[region].append(row + index)
          pending.append((top, region, !interface.isProvisioned))
        }
      }
      row += span
    }
    let places = Self.places(of: rows).map(y)
    for (region, place) in zip(graph.regions, places) {
      boxes.append(
        Box(x: Self.regionX, y: place, width: Self.regionWidth, text: region, kind: "r", words: region.string)
      )
    }
    links += pending.map { link in
      Link(
        from: (Self.interfaceX + Self.boxWidth, link.from),
        to: (Self.regionX, places[link.region]),
        isDashed: link.isDashed
      )
    }
    let lowest = max(y(row), (places.max() ?? 0) + Self.row)
    size = (Self.regionX + Self.regionWidth + Self.margin, lowest + Self.margin)
    let interfaces = graph.networks.reduce(0) { $0 + $1.interfaces.count }
    title =
      "\(counted(graph.networks.count, "network")), \(counted(interfaces, "interface")), \(counted(graph.regions.count, "region"))"
  }

  /// A row for each region, near the middle of its interfaces, each its own.
  private static func places(of rows: [[Int]]) -> [Int] {
    let middles = rows.map { $0.isEmpty ? 0 : $0.reduce(0, +) / $0.count }
    var places = middles
    var free = 0
    for region in middles.indices.sorted(by: { (middles[$0], $0) < (middles[$1], $1) }) {
      places[region] = max(middles[region], free)
      free = places[region] + 1
    }
    return places
  }

  var lines: [String] {
    [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size.width) \(size.height)" width="\(size.width)" \
      height="\(size.height)" role="img" aria-label="\(Self.escaped(title))">
      """,
      "<title>\(Self.escaped(title))</title>",
      """
      <style>
      svg { color-scheme: light dark; background: #fff; font: 12px ui-monospace, "DejaVu Sans Mono", monospace }
      rect { fill: #f6f8fa; stroke: #57606a } .n rect { stroke-width: 2 } .r rect { fill: #ddf4ff }
      .w rect { stroke: #9a6700; stroke-dasharray: 4 3 } text { fill: #1f2328 }
      path { fill: none; stroke: #8c959f } .d { stroke: #9a6700; stroke-dasharray: 4 3 }
      @media (prefers-color-scheme: dark) {
      svg { background: #0d1117 } rect { fill: #161b22; stroke: #8b949e } .r rect { fill: #12283f }
      .w rect, .d { stroke: #d29922 } text { fill: #e6edf3 } path { stroke: #6e7681 }
      }
      </style>
      """,
    ] + links.map(Self.line) + boxes.map(Self.line) + ["</svg>"]
  }

  private static func line(_ box: Box) -> String {
    let text = box.text.fitted(to: Int(Double(box.width - 16) / column))
    return """
      <g class="\(box.kind)"><title>\(escaped(box.words))</title>\
      <rect x="\(box.x)" y="\(box.y)" width="\(box.width)" height="\(boxHeight)" rx="4"/>\
      <text x="\(box.x + 8)" y="\(box.y + 15)" xml:space="preserve">\(escaped(text.string))</text></g>
      """
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
      "\"",
      with: "&quot;"
    )
  }

  private static func line(_ link: Link) -> String {
    let (from, to) = (link.from, link.to)
    let (y, end) = (from.y + boxHeight / 2, to.y + boxHeight / 2)
    let bend = (to.x - from.x) / 2
    let kind = link.isDashed ? " class=\"d\"" : ""
    return "<path\(kind) d=\"M\(from.x) \(y)C\(from.x + bend) \(y) \(to.x - bend) \(end) \(to.x) \(end)\"/>"
  }
}
