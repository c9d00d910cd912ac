import Netsync

/// Networks, their interfaces and the regions these stand in, as a picture shows them. Every text is safe to be seen; each form escapes what
/// is a sign of its own.
struct NetworkGraph: Sendable, Hashable {
  struct Interface: Sendable, Hashable {
    let name: TerminalText
    /// `wireguard_interface, provisioned`.
    let words: TerminalText
    let isProvisioned: Bool
    /// Into ``NetworkGraph/regions``; nil where the server names none.
    let region: Int?
  }

  struct Node: Sendable, Hashable {
    let name: TerminalText
    /// The word of its state; nil where here and there are the same.
    let state: TerminalText?
    let interfaces: [Interface]
  }

  let networks: [Node]
  /// By their code.
  let regions: [TerminalText]

  /// - Parameter interfaces: of these networks, or of more.
  init(_ networks: [Network], _ interfaces: [NetworkInterface]) {
    let byNetwork = Dictionary(grouping: interfaces, by: \.networkID)
    let shown = networks.map { network in network.id.flatMap { byNetwork[$0] } ?? [] }
    let codes = Set(shown.joined().compactMap(\.document.regionCode)).sorted()
    let places = Dictionary(codes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    regions = codes.map { TerminalText($0) }
    self.networks = zip(networks, shown).map { network, interfaces in
      Node(
        name: TerminalText(network.name?.text ?? network.id?.text ?? network.localID?.text ?? ""),
        state: network.state == .synced ? nil : TerminalText(network.state.rawValue),
        interfaces: interfaces.map(\.document).map { interface in
          Interface(
            name: TerminalText(interface.name ?? interface.type ?? interface.id),
            words: TerminalText([interface.type, interface.status].compactMap(\.self).joined(separator: ", ")),
            isProvisioned: interface.status == "provisioned",
            region: interface.regionCode.flatMap { places[$0] }
          )
        }
      )
    }
  }
}

/// The forms of a picture: the values of `graph -o`.
enum GraphFormat: String, CaseIterable, Sendable {
  /// A tree, for a terminal.
  case text
  /// For Graphviz.
  case dot
  /// For Markdown that draws.
  case mermaid
  case svg

  func lines(of graph: NetworkGraph) -> [String] {
    switch self {
    case .text: graph.textLines
    case .dot: graph.dotLines
    case .mermaid: graph.mermaidLines
    case .svg: GraphDrawing(graph).lines
    }
  }
}

extension NetworkGraph {
  fileprivate var textLines: [String] {
    networks.flatMap { network in
      let head = network.name.string + (network.state.map { " (\($0.string))" } ?? "")
      let last = network.interfaces.count - 1
      return [head]
        + network.interfaces.enumerated().map { index, interface in
          let place = interface.region.map { " @ \(regions[$0].string)" } ?? ""
          let words = interface.words.string.isEmpty ? "" : " (\(interface.words.string))"
          return "\(index == last ? "└" : "├")── \(interface.name.string)\(words)\(place)"
        }
    }
  }

  /// https://graphviz.org/doc/info/lang.html: within quotes a quote and a backslash have a backslash before them.
  fileprivate var dotLines: [String] {
    func quoted(_ text: String) -> String {
      "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
    var lines = ["graph netsync {", "  rankdir=LR;", "  node [shape=box];"]
    for (index, region) in regions.enumerated() {
      lines.append("  r\(index) [label=\(quoted(region.string)), shape=oval];")
    }
    for (index, network) in networks.enumerated() {
      let label = network.name.string + (network.state.map { " (\($0.string))" } ?? "")
      lines.append("  n\(index) [label=\(quoted(label)), style=bold];")
      for (number, interface) in network.interfaces.enumerated() {
        let node = "n\(index)i\(number)"
        let style = interface.isProvisioned ? "" : ", style=dashed"
        lines.append(
          "  \(node) [label=\(quoted(interface.name.string)), tooltip=\(quoted(interface.words.string))\(style)];"
        )
        lines.append("  n\(index) -- \(node)\(interface.region.map { " -- r\($0)" } ?? "");")
      }
    }
    return lines + ["}"]
  }

  /// https://mermaid.js.org/syntax/flowchart.html: in quotes, and by its number what is no letter, digit or space.
  fileprivate var mermaidLines: [String] {
    func quoted(_ text: String) -> String {
      let escaped = text.unicodeScalars.map { scalar in
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || [" ", "-", "_", "."].contains(scalar)
          ? String(scalar) : "#\(scalar.value);"
      }
      return "\"\(escaped.joined())\""
    }
    var lines = ["flowchart LR"]
    for (index, region) in regions.enumerated() { lines.append("  r\(index)([\(quoted(region.string))])") }
    for (index, network) in networks.enumerated() {
      lines.append("  n\(index)[\(quoted(network.name.string + (network.state.map { " (\($0.string))" } ?? "")))]")
      for (number, interface) in network.interfaces.enumerated() {
        let node = "n\(index)i\(number)"
        let line = interface.isProvisioned ? "---" : "-.-"
        lines.append("  n\(index) \(line) \(node)(\(quoted(interface.name.string)))")
        if let region = interface.region { lines.append("  \(node) \(line) r\(region)") }
      }
    }
    return lines
  }
}
