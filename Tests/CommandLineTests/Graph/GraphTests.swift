import Foundation
import FoundationXML
import Netsync
import NetsyncModel
import Testing

@testable import NetsyncCLI

@Suite struct GraphTests {
  private static let id = NetworkID("ad54453f-3442-4004-9c40-f5bd372cf980")

  private func network(_ name: String?, _ id: NetworkID? = nil, _ state: NetworkState = .synced) -> Network {
    Network(
      key: NetworkKey(rawValue: 1),
      id: id,
      localID: LocalID(at: Timestamp(microseconds: 0), random: (high: 0, low: 1)),
      name: name.map { NetworkName($0) },
      state: state,
      createdAt: nil,
      updatedAt: nil,
      recordType: nil,
      interfaces: nil,
      asOf: nil
    )
  }

  private func interface(_ name: String?, _ status: String?, _ region: String?) throws -> NetworkInterface {
    NetworkInterface(
      document: NetworkInterfaceDocument(
        id: "if-\(name ?? "")",
        name: name,
        type: "wireguard_interface",
        status: status,
        regionCode: region
      ),
      networkID: try #require(Self.id),
      networkName: nil,
      asOf: Timestamp(microseconds: 0)
    )
  }

  private func graph() throws -> NetworkGraph {
    NetworkGraph(
      [network("lab", Self.id), network("new", nil, .waiting)],
      [try interface("wg", "provisioned", "london-uk"), try interface(nil, nil, nil)]
    )
  }

  @Test func `each form shows networks, interfaces and regions`() throws {
    let graph = try graph()
    #expect(
      GraphFormat.text.lines(of: graph) == [
        "lab", "├── wg (wireguard_interface, provisioned) @ london-uk", "└── wireguard_interface (wireguard_interface)",
        "new (waiting)",
      ]
    )
    #expect(
      GraphFormat.dot.lines(of: graph) == [
        "graph netsync {", "  rankdir=LR;", "  node [shape=box];", #"  r0 [label="london-uk", shape=oval];"#,
        #"  n0 [label="lab", style=bold];"#, #"  n0i0 [label="wg", tooltip="wireguard_interface, provisioned"];"#,
        "  n0 -- n0i0 -- r0;", #"  n0i1 [label="wireguard_interface", tooltip="wireguard_interface", style=dashed];"#,
        "  n0 -- n0i1;", #"  n1 [label="new (waiting)", style=bold];"#, "}",
      ]
    )
    #expect(
      GraphFormat.mermaid.lines(of: graph) == [
        "flowchart LR", #"  r0(["london-uk"])"#, #"  n0["lab"]"#, #"  n0 --- n0i0("wg")"#, "  n0i0 --- r0",
        #"  n0 -.- n0i1("wireguard_interface")"#, #"  n1["new #40;waiting#41;"]"#,
      ]
    )
    #expect(
      try Drawing(GraphFormat.svg.lines(of: graph)).texts == ["lab", "wg", "wireguard_interface", "new", "london-uk"]
    )
  }

  @Test(arguments: [
    #"say "so" \N \"#, "</text><script>alert(1)</script>", "]] --> x;\nn9[\"y\"]", "\u{1B}[31mred\u{202E}", "a&amp;b",
    "`code` #35;",
    "😀 网络", String(repeating: "long ", count: 200),
  ])
  func `a name is text in every form, whatever is in it`(_ name: String) throws {
    let graph = NetworkGraph([network(name, Self.id)], [try interface(name, name, name)])
    let plain = NetworkGraph([network("lab", Self.id)], [try interface("wg", "ok", "uk")])
    for format in GraphFormat.allCases {
      let lines = format.lines(of: graph)
      #expect(lines.count == format.lines(of: plain).count)
      #expect(!lines.joined().unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" })
    }
    let drawing = try Drawing(GraphFormat.svg.lines(of: graph))
    let shown = TerminalText(name).string
    #expect(drawing.elements == (try Drawing(GraphFormat.svg.lines(of: plain)).elements))
    #expect(drawing.texts.count == 3)
    #expect(
      drawing.texts.allSatisfy { text in
        let ends = text.split(separator: "…", omittingEmptySubsequences: false)
        return text == shown || ends.count == 2 && shown.hasPrefix(ends[0]) && shown.hasSuffix(ends[1])
      }
    )
    // Within quotes, each sign that could end them is written as what it stands for.
    let dot = GraphFormat.dot.lines(of: graph).joined().replacing("\\\\", with: "").replacing("\\\"", with: "")
    let plainDot = GraphFormat.dot.lines(of: plain).joined()
    #expect(dot.count { $0 == "\"" } == plainDot.count { $0 == "\"" })
    let mermaid = GraphFormat.mermaid.lines(of: graph).joined()
    #expect(mermaid.count { $0 == "\"" } == 6)
  }

  @Test func `an empty replica is an empty picture`() throws {
    let graph = NetworkGraph([], [])
    #expect(GraphFormat.text.lines(of: graph).isEmpty)
    #expect(try Drawing(GraphFormat.svg.lines(of: graph)).texts.isEmpty)
  }
}

/// An SVG as a reader of XML takes it.
private final class Drawing: NSObject, XMLParserDelegate {
  private(set) var elements: [String] = []
  private(set) var texts: [String] = []
  private var isInText = false

  init(_ lines: [String]) throws {
    super.init()
    let parser = XMLParser(data: Data(lines.joined(separator: "\n").utf8))
    parser.delegate = self
    try #require(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
  }

  func parser(
    _ parser: XMLParser,
    didStartElement element: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(element)
    isInText = element == "text"
    if isInText { texts.append("") }
  }

  func parser(_ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) {
    isInText = false
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if isInText { texts[texts.count - 1] += text }
  }
}
