/// One network, its interfaces, and the regions that they stand in, from left to right.
struct NetworkDrawing: Sendable {
  /// What would be more is told in words.
  static let mostInterfaces = 24
  private static let (row, boxHeight) = (32, 26)

  struct Box: Sendable {
    let x: Int
    let y: Int
    let width: Int
    let height = boxHeight
    /// Of its frame, which is drawn half outside of this.
    let innerWidth: Int
    let innerHeight = boxHeight - 2
    let kind: String
    let text: String
    /// What is said where it is pointed at.
    let words: String

    init(x: Int, y: Int, width: Int, kind: String, text: String, words: String) {
      (self.x, self.y, self.width, innerWidth) = (x, y, width, width - 2)
      (self.kind, self.text, self.words) = (kind, text, words)
    }
  }

  struct Link: Sendable {
    let kind: String
    let path: String
  }

  let width = 720
  let height: Int
  let words: String
  let boxes: [Box]
  let links: [Link]
  /// How many interfaces are not drawn, in words; nil where all are.
  let hidden: String?

  /// - Parameter interfaces: those of the network, with their texts made visible.
  init(_ network: String, _ interfaces: [InterfaceRow]) {
    let drawn = Array(interfaces.prefix(Self.mostInterfaces))
    var regions: [String] = []
    for interface in drawn where !regions.contains(interface.region) { regions.append(interface.region) }
    let rows = max(drawn.count, regions.count)
    func middle(_ count: Int, _ index: Int) -> Int {
      // What is fewer than the rows stands spread over them.
      (rows * Self.row * (2 * index + 1)) / (2 * count) - Self.row / 2
    }
    let column = (network: (x: 0, width: 190), interface: (x: 250, width: 220), region: (x: 530, width: 190))
    let top = middle(1, 0)
    var (boxes, links): ([Box], [Link]) = ([], [])
    boxes.append(
      Box(x: column.network.x, y: top, width: column.network.width, kind: "network", text: network, words: network)
    )
    for (index, interface) in drawn.enumerated() {
      let y = middle(drawn.count, index)
      let kind = interface.isProvisioned ? "ok" : "warn"
      boxes.append(
        Box(
          x: column.interface.x,
          y: y,
          width: column.interface.width,
          kind: kind,
          text: interface.name,
          words: "\(interface.name), \(interface.type), \(interface.status)"
        )
      )
      links.append(Self.link(kind, from: (column.network.width, top), to: (column.interface.x, y)))
      let region = middle(regions.count, regions.firstIndex(of: interface.region) ?? 0)
      let end = column.interface.x + column.interface.width
      links.append(Self.link(kind, from: (end, y), to: (column.region.x, region)))
    }
    for (index, region) in regions.enumerated() {
      boxes.append(
        Box(
          x: column.region.x,
          y: middle(regions.count, index),
          width: column.region.width,
          kind: "region",
          text: region,
          words: region
        )
      )
    }
    self.boxes = boxes
    self.links = links
    height = rows * Self.row
    let named = regions.joined(separator: ", ")
    words = "\(network): \(interfaces.count.counted("interface")) in \(named)"
    let rest = interfaces.count - drawn.count
    hidden = rest > 0 ? rest.counted("more interface") : nil
  }

  private static func link(_ kind: String, from: (x: Int, y: Int), to: (x: Int, y: Int)) -> Link {
    let (start, end) = (from.y + boxHeight / 2, to.y + boxHeight / 2)
    let bend = (from.x + to.x) / 2
    return Link(kind: kind, path: "M\(from.x) \(start) C\(bend) \(start) \(bend) \(end) \(to.x) \(end)")
  }
}
